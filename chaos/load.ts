// The load: workers that borrow, ask one short question and give back, and what they met with.

import { setTimeout as pause } from 'node:timers/promises'
import type { Client, PoolUnderTest } from './contender.js'

/** What each worker does, over and over. */
export interface Work {
  /** Takes the number of the query as `$1`, and answers it as `number`. */
  readonly sql: string
  /** How long a worker rests after a query, in milliseconds, up to. */
  readonly rest: number
}

/** One call that failed. Times are of `performance.now()`. */
export interface Failure {
  /** What it met with: no connection, or an error on one. */
  readonly phase: 'acquire' | 'query'
  /** When it sent its query, or asked for a connection if it got none. */
  readonly began: number
  readonly ended: number
  /** Its connection had ended already, as far as this side could know, when it was lent. */
  readonly lentDead: boolean
  readonly error: unknown
}

export interface Load {
  readonly failures: readonly Failure[]
  /** Queries that were answered. */
  readonly served: number
  /** Answers to somebody else's query. */
  readonly mistaken: number
  /** How long the longest call took that succeeded, in milliseconds. */
  readonly longest: number
  /**
   * Waits until each worker has been answered a query that it began after this call.
   * @returns how long that took, in milliseconds; undefined when it took longer than `patience`
   */
  recovery(patience: number): Promise<number | undefined>
  /** Lets the workers finish what they do. */
  stop(): Promise<void>
}

/** As long as a careful program waits before it tries again. */
const afterFailure = 10

export function startLoad(pool: PoolUnderTest, workers: number, work: Work): Load {
  const failures: Failure[] = []
  /** When the last query began that was answered, for each worker. */
  const lastServed = new Array<number>(workers).fill(0)
  let stopped = false
  let served = 0
  let mistaken = 0
  let longest = 0
  let number = 0

  const once = async (worker: number): Promise<void> => {
    const own = ++number
    const began = performance.now()
    let asked: number | undefined
    let lentDead = false
    try {
      const answer = await pool.use(async client => {
        asked = performance.now()
        lentDead = hasEnded(client)
        const { rows } = await client.query(work.sql, [own])
        return rows[0]?.number
      })
      if (answer !== own) mistaken++
      served++
      lastServed[worker] = began
      longest = Math.max(longest, performance.now() - began)
      if (work.rest > 0) await pause(Math.random() * work.rest)
    } catch (error) {
      const phase = asked === undefined ? 'acquire' : 'query'
      const ended = performance.now()
      failures.push({ phase, began: asked ?? began, ended, lentDead: lentDead || wasNotSent(error), error })
      await pause(afterFailure)
    }
  }
  const loops = Array.from({ length: workers }, async (_, worker) => {
    while (!stopped) await once(worker)
  })

  return {
    failures,
    get served() {
      return served
    },
    get mistaken() {
      return mistaken
    },
    get longest() {
      return longest
    },
    async recovery(patience) {
      const start = performance.now()
      while (lastServed.some(began => began <= start)) {
        if (performance.now() - start > patience) return undefined
        await pause(2)
      }
      return performance.now() - start
    },
    async stop() {
      stopped = true
      await Promise.all(loops)
    },
  }
}

/** The socket's end has been read, or it was destroyed. */
const hasEnded = ({ connection }: Client): boolean =>
  connection !== undefined && !(connection.stream.readable && connection.stream.writable)

/** pg's own refusal: nothing was sent. */
const wasNotSent = (error: unknown): boolean => error instanceof Error && /not queryable/.test(error.message)
