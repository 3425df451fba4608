// Who did what and when, as lines to read.

import type { SimulatedConnection } from '../db/simulated/index.js'
import type { Pool, PoolNotice } from '../index.js'

/** One thing that happened. */
export interface TraceEntry {
  /** On the simulated clock, in milliseconds. */
  readonly at: number
  readonly text: string
}

/** Records what happens, if requested: most runs are of no interest. */
export class Trace {
  readonly entries: TraceEntry[] = []
  readonly #now: () => number
  readonly wanted: boolean

  constructor(wanted: boolean, now: () => number) {
    this.wanted = wanted
    this.#now = now
  }

  note(text: () => string): void {
    if (this.wanted) this.entries.push({ at: this.#now(), text: text() })
  }

  /** Writes down what the pool tells about its connections and itself; what callers are told, they say. */
  follow(pool: Pool<SimulatedConnection>): void {
    if (!this.wanted) return
    pool.events$.subscribe(notice => {
      const text = describeNotice(notice)
      if (text !== undefined) this.entries.push({ at: notice.at, text })
    })
  }
}

/** The pool's own part of the story. */
function describeNotice(notice: PoolNotice): string | undefined {
  if (notice.type.startsWith('acquire.') || notice.type === 'lease.released') return undefined
  if (notice.type === 'pool.resized') return `pool: resized to ${notice.min}–${notice.max}`
  if ('connection' in notice) {
    const why =
      'reason' in notice ? `: ${notice.reason}` : 'error' in notice ? `: ${messageOf(notice.error)}` : ''
    return `pool: ${notice.connection} ${notice.type}${why}`
  }
  return `pool: ${notice.type}`
}

/** The shortest way to say what an error was: of a longer message its first line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n', 1)[0]}` : String(error)
}

/** Formats a trace as text, with times on the left. */
export function formatTrace(entries: readonly TraceEntry[]): string {
  const times = entries.map(({ at }) => `${Math.round(at * 10) / 10}`)
  const width = Math.max(0, ...times.map(time => time.length))
  return entries.map(({ text }, index) => `${times[index]?.padStart(width)} ms  ${text}`).join('\n')
}
