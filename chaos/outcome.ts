// What came of a scenario, and whether that is good enough.

import type { Failure } from './load.js'
import type { Bounds } from './scenario.js'

/** Figures of one pool in one scenario; times in milliseconds. */
export interface Outcome {
  readonly scenario: string
  readonly pool: string
  /** Queries that were answered. */
  readonly served: number
  /** Errors to queries that were under way when it struck. */
  readonly inFlight: number
  /** Errors to queries that were sent after it had taken effect, before it struck, or over connections known to have ended. */
  readonly others: number
  /** Errors to callers who asked for a connection. */
  readonly acquireErrors: number
  /** From the end of the fault until every worker had been served again; undefined when that never was. */
  readonly recovery: number | undefined
  /** From then until the pool had `max` connections again; undefined when that never was, or was not looked at. */
  readonly refill: number | undefined
  /** The longest call that succeeded. */
  readonly longest: number
  /** The most backends that PostgreSQL counted at once. */
  readonly backends: number
  /** Of those, the ones whose client had not gone. */
  readonly serving: number
  /** The most connections that the pool itself admitted to. */
  readonly total: number
  /** Backends that were left after the pool was closed. */
  readonly afterClose: number
  /** Sockets and timers that were left after that. */
  readonly leftovers: readonly string[]
  /** What would have ended the process. */
  readonly crashes: readonly string[]
  /** Answers to somebody else's query. */
  readonly mistaken: number
  /** The kinds of errors, and how many there were of each. */
  readonly errors: Readonly<Record<string, number>>
}

/** News on loopback takes no longer to arrive here and to be read, on a quiet machine; in milliseconds. */
export const newsTakes = 25

/** When a fault struck, and when it had taken effect; of `performance.now()`. */
export interface Blow {
  readonly struck: number
  readonly tookEffect: number
}

/**
 * Sorts failures by whether those who met them had a query under way when it struck.
 * @param news how long it may take to hear of it, in milliseconds
 */
export function sortFailures(
  failures: readonly Failure[],
  blows: readonly Blow[],
  news = newsTakes,
): Pick<Outcome, 'inFlight' | 'others' | 'acquireErrors' | 'errors'> {
  let inFlight = 0
  let others = 0
  let acquireErrors = 0
  const errors: Record<string, number> = {}
  for (const failure of failures) {
    if (failure.phase === 'acquire') acquireErrors++
    else if (blows.some(blow => wasUnderWay(failure, blow, news))) inFlight++
    else others++
    const kind = `${failure.phase}: ${kindOf(failure.error)}`
    errors[kind] = (errors[kind] ?? 0) + 1
  }
  return { inFlight, others, acquireErrors, errors }
}

const wasUnderWay = (
  { lentDead, began, ended }: Failure,
  { struck, tookEffect }: Blow,
  news: number,
): boolean => !lentDead && began <= tookEffect + news && ended >= struck

/** What an outcome leaves to be desired, in words; empty when nothing. */
export function complaints(outcome: Outcome, bounds: Bounds, max: number): string[] {
  const found: string[] = []
  const atMost = (what: string, got: number, most: number): void => {
    if (got > most) found.push(`${what}: ${got}, at most ${most} may be`)
  }
  atMost('errors to queries under way', outcome.inFlight, bounds.inFlight)
  atMost('errors to queries sent later', outcome.others, bounds.others ?? 0)
  // A connection fails one query: two would mean that it was lent again.
  if (bounds.others) atMost('errors to queries in all', outcome.inFlight + outcome.others, bounds.inFlight)
  atMost('acquires that failed', outcome.acquireErrors, 0)
  if (outcome.recovery === undefined) found.push('not every worker was served again')
  else atMost('ms to recovery', Math.round(outcome.recovery), bounds.recovery)
  if (bounds.refill !== undefined) {
    if (outcome.refill === undefined)
      found.push(`not as many connections as before after ${bounds.refill} ms`)
    else
      atMost('ms until there were as many connections as before', Math.round(outcome.refill), bounds.refill)
  }
  atMost('connections on the server whose client was there', outcome.serving, max)
  if (!bounds.deaf) atMost('connections on the server', outcome.backends, max)
  atMost('connections by the pool’s own count', outcome.total, max)
  atMost('connections on the server after close', outcome.afterClose, 0)
  atMost('wrong answers', outcome.mistaken, 0)
  if (outcome.served === 0) found.push('no query was answered at all')
  if (outcome.crashes.length > 0)
    found.push(
      `would have ended the process, ${outcome.crashes.length} times: ${[...new Set(outcome.crashes)].join('; ')}`,
    )
  if (outcome.leftovers.length > 0) found.push(`left behind: ${outcome.leftovers.join(', ')}`)
  return found
}

/** What an error is told by: its code, or its words. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.message
}
