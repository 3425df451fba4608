// How many connections the pool should have: pure decisions over its sizes, its queue and its roster.

import type { BudgetView, PoolSize, Queue, Roster, WhenDown } from '../pool-types.js'

/** What the decisions about sizes are made from. */
export interface Sizes {
  readonly size: PoolSize
  readonly roster: Roster
  readonly queue: Pick<Queue, 'length' | 'newest'>
  /** What the pool shares with others; undefined = nothing. */
  readonly budget?: Pick<BudgetView, 'room'> | undefined
}

/**
 * Whether one more caller may not wait. Callers for whom a connection can still be opened do not count: `maxWaiting` is about
 * those who wait for another caller to be done.
 */
export function isQueueFull({
  size,
  roster,
  queue,
  maxWaiting,
  budget,
}: Sizes & { readonly maxWaiting: number }): boolean {
  const openable = Math.max(0, size.max - roster.established)
  if (queue.length >= maxWaiting + openable) return true
  // Asked only where it may matter: a budget looks at all its pools for an answer.
  if (budget === undefined || queue.length < maxWaiting) return false
  return queue.length >= maxWaiting + Math.min(openable, roster.connecting + budget.room)
}

/** Whether nothing can be leased, and no caller should wait for it: no connection is left, and callers are to be told at once. */
export function isDown({
  roster,
  whenDown,
}: Pick<Sizes, 'roster'> & { readonly whenDown: WhenDown }): boolean {
  if (roster.established > 0) return false
  return whenDown === 'fail' || whenDown === 'try' || (whenDown === 'fail-until-up' && !roster.wasUp)
}

/**
 * Whether a caller who finds no connection has a connect tried, and is refused only when that fails: with `'try'` always, with
 * `'fail-until-up'` until the first connection. All callers who asked before an attempt began share it, so that a thousand cause only a few.
 */
export function triesAnew(
  pool: Sizes & { readonly whenDown: WhenDown; readonly maxWaiting: number },
): boolean {
  return pool.whenDown !== 'fail' && isDown(pool) && !isQueueFull(pool)
}

/**
 * Whether a caller waits who asked after the last attempt began: that one says nothing about now, so the caller is not refused when it
 * fails, and another one is made at once.
 */
export function isOwedAnAttempt(pool: Sizes & { readonly whenDown: WhenDown }): boolean {
  const { size, roster, queue, whenDown } = pool
  if (whenDown === 'fail' || roster.total >= size.max || !isDown(pool)) return false
  return queue.length > 0 && queue.newest > roster.triedFor
}

/**
 * Whether only readiness probes and listeners want a connect that no caller asks for: each caller has one tried at once, and `min` wants none.
 * Then a back-off is as long as it gets from the first failure on.
 */
export function onlyCallersAsk(pool: Sizes & { readonly whenDown: WhenDown }): boolean {
  return pool.size.min === 0 && pool.whenDown !== 'fail' && isDown(pool)
}

/** Whether a connection is missing, to fill the pool or for a caller who waits, and there is room for one. */
export function isShort({ size, roster, queue }: Sizes): boolean {
  return roster.total < size.max && (roster.established < size.min || queue.length > 0)
}

/** What is known about how fast connections come back and how fast new ones open; times in milliseconds. */
export interface Pace {
  /** How long leases last, as a moving average; undefined before the first ended. */
  readonly holdTime: number | undefined
  /** How long the longest running lease has lasted: a lower bound where nothing has ended yet. */
  readonly longestHeld: number
  /** How long opening a connection takes, as a moving average; undefined before the first was opened. */
  readonly connectTime: number | undefined
}

/** How many connections to open now, and when to look again, in milliseconds, if callers keep waiting. */
export interface Growth {
  readonly open: number
  readonly lookAgainIn: number | undefined
}

/**
 * How many connections to open now. Up to the minimum: as many as are missing. For callers who wait: one at a time is always
 * being opened; further ones at the same time only if connections coming back would not serve the queue sooner. So a spike of
 * short queries costs one connection more and not fifty, and callers behind long leases do not wait in vain. (HikariCP's
 * "Welcome to the Jungle" asks the same question before each connect.)
 *
 * @param returning connections whose reset began a short while ago, each of which serves one caller within a round trip: one sequential caller needs one
 *   connection, also after an error that makes each return cost a reset. 0 = count on none.
 */
export function growth(
  { size, roster, queue }: Sizes,
  maxConnecting: number,
  pace: () => Pace,
  returning = 0,
): Growth {
  const room = Math.min(size.max - roster.total, maxConnecting - roster.connecting)
  if (room <= 0) return none
  const missing = size.min - roster.established - roster.connecting
  const unserved = queue.length - roster.connecting
  const uncovered = unserved - returning
  if (missing >= room) return { open: room, lookAgainIn: undefined }
  const forMinimum = Math.max(0, missing)
  if (uncovered <= forMinimum) {
    const lookAgainIn = unserved > forMinimum ? patienceWithResets(pace().connectTime) : undefined
    return forMinimum === 0 && lookAgainIn === undefined ? none : { open: forMinimum, lookAgainIn }
  }
  const wanted = Math.min(room, uncovered)
  if (roster.established === 0) return { open: wanted, lookAgainIn: undefined }
  const { holdTime, longestHeld, connectTime = 0 } = pace()
  const turnsOfTheQueue = uncovered / roster.established
  const waitForReturns = turnsOfTheQueue * Math.max(holdTime ?? 0, longestHeld)
  if (waitForReturns > connectTime) return { open: wanted, lookAgainIn: undefined }
  const first = roster.connecting === 0 ? 1 : 0
  return { open: Math.max(first, forMinimum), lookAgainIn: Math.max(1, connectTime / 4) }
}

/** A reset that takes longer than this, in milliseconds, is not waited for, and another connection is opened: two connects, but not less than 100. */
export function patienceWithResets(connectTime = 0): number {
  return Math.max(100, 2 * connectTime)
}

const none: Growth = Object.freeze({ open: 0, lookAgainIn: undefined })
