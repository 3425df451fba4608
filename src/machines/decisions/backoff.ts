// How long to wait before the next connect while they are failing, and what counts as failing.
import type { ConnectionFacts, EndReason } from '../connection-types.js'

const firstDelay = 100
const longestDelay = 30_000

/**
 * Exponential back-off with equal jitter: doubles with each failure from 100 ms up to 30 s, of which the upper half is random.
 * ("Exponential Backoff And Jitter", AWS Architecture Blog; equal jitter so that a hot loop is impossible.)
 *
 * @param failures connects that failed in a row, at least 1
 * @param random a number from 0 to below 1
 */
export function backoffDelay(failures: number, random: number): number {
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** (failures - 1))
  return ceiling / 2 + (ceiling / 2) * random
}

/** How soon after a caller was refused, or an `evict()`, a connect is tried, in milliseconds: no caller should sit out a back-off of half a minute. */
const urgedDelay = 500

/**
 * How long to back off once there is a reason to try again. Not at all longer than before, and never so short that many callers
 * who ask again and again make many connects: ten in two seconds at most, as the first back-offs are short.
 *
 * @param backoff what {@link backoffDelay} said
 */
export const urgedBackoff = (backoff: number): number => Math.min(backoff, urgedDelay)

/** How connects have been failing. */
export interface FailureStreak {
  /** Connects that failed in a row; 0 = none. */
  readonly failures: number
  /** How long to wait before the next one, in milliseconds. */
  readonly backoff: number
  /** The last connect error, while connects are failing. */
  readonly lastConnectError: unknown
  /** Since when they have been. */
  readonly failingSince: number
  /** When a connect last succeeded after others had failed, or when it turned out that no caller wants another one for now. */
  readonly recoveredAt: number | undefined
  /** How many leases had come back by then, and how many connections were open. */
  readonly servedBefore: number
  readonly establishedBefore: number
  /** Connections in quick succession that were opened and ended before they were of use. */
  readonly stillborn: number
  /** When the last of those ended. */
  readonly stillbornAt: number
}

/** No connect has failed. */
export const noFailures: FailureStreak = Object.freeze({
  failures: 0,
  backoff: 0,
  lastConnectError: undefined,
  failingSince: 0,
  recoveredAt: undefined,
  servedBefore: 0,
  establishedBefore: 0,
  stillborn: 0,
  stillbornAt: 0,
})

/** For how long connects must have gone well before the next failure is the first of a new streak, in milliseconds. */
const stableAfter = 5_000

/** How far a pool has come, to tell a recovery that was of use from one that was not. */
export interface Progress {
  /** How many leases have come back since the pool was created. */
  readonly served: number
  /** How many connections are open and to be kept. */
  readonly established: number
}

/**
 * The streak after one more failure. A recovery that neither lasted nor served a caller does not end a streak: it may have been part
 * of the trouble. One that did has, or else short outages would add up to delays that outlast the times between them. What it has won
 * counts, too: each connection more than the first makes up for a failure, or else a pool that fills while one connect in five fails
 * would come to wait for half a minute.
 * @param seldom whether the back-off is as long as it gets, whatever the number of failures
 */
export function afterFailure(
  streak: FailureStreak,
  error: unknown,
  now: number,
  random: number,
  { served, established }: Progress,
  seldom = false,
): FailureStreak {
  const { recoveredAt, servedBefore, establishedBefore } = streak
  const recovered = recoveredAt !== undefined
  const lasted = recovered && (now - recoveredAt >= stableAfter || served > servedBefore)
  const won = recovered ? Math.max(0, established - establishedBefore - 1) : 0
  const failures = lasted ? 1 : Math.max(1, streak.failures + 1 - won)
  const backoff = backoffDelay(seldom ? Number.POSITIVE_INFINITY : failures, random)
  const failingSince = streak.lastConnectError === undefined ? now : streak.failingSince
  return { ...streak, failures, backoff, lastConnectError: error, failingSince, recoveredAt: undefined }
}

/** The streak after a connect succeeded, or after a back-off in which no caller asked. */
export function afterRecovery(
  streak: FailureStreak,
  now: number,
  { served, established }: Progress,
): FailureStreak {
  return {
    ...streak,
    lastConnectError: undefined,
    recoveredAt: now,
    servedBefore: served,
    establishedBefore: established,
  }
}

/** How long after the last one another stillborn connection is the first of a new succession, in milliseconds. */
const stillbornForgotten = 5_000

/** The streak after one more stillborn connection. */
export function afterStillborn(streak: FailureStreak, now: number): FailureStreak {
  const stillborn = now - streak.stillbornAt > stillbornForgotten ? 1 : streak.stillborn + 1
  return { ...streak, stillborn, stillbornAt: now }
}

/**
 * Whether one more stillborn connection is one too many to open the next at once. As many as there are connections may be lost
 * at the same time, to a server that restarts, say; more than that is a loop.
 */
export function isLoop(streak: FailureStreak, max: number, now: number): boolean {
  return afterStillborn(streak, now).stillborn > max
}

/** Whether there has just been such a loop: a connection that opened a moment ago may be the next to end. */
export function isFlapping(
  { stillborn, stillbornAt }: Pick<FailureStreak, 'stillborn' | 'stillbornAt'>,
  max: number,
  now: number,
): boolean {
  return stillborn > max && now - stillbornAt <= stillbornForgotten
}

/** How soon after it was opened a connection must end, without having been of use, to count as one that failed to open. */
const stillbornWithin = 1_000

const inVain: ReadonlySet<EndReason> = new Set([
  'lost',
  'validation failed',
  'validation timeout',
  'lend refused',
])

/**
 * Whether a connection that was opened was none: it was lost, failed its first validation, or was found unfit by `onLend`, before it
 * was of use to a caller. (That `onLend` throws may be for one caller's session.)
 */
export function isStillborn(
  facts: Pick<ConnectionFacts, 'uses' | 'ending' | 'openedAt'>,
  now: number,
): boolean {
  if (facts.uses > 0 || facts.openedAt === undefined || now - facts.openedAt > stillbornWithin) return false
  const reason = facts.ending?.reason
  return reason !== undefined && inVain.has(reason)
}
