// How long to wait before the next connect while they are failing, and what counts as failing.
import type { ConnectionFacts } from '../connection-types.js'

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

/** How connects have been failing. */
export interface FailureStreak {
  /** Connects that failed in a row; 0 = none. */
  readonly failures: number
  /** How long to wait before the next one, in milliseconds. */
  readonly backoff: number
  /** The last connect error, while connects are failing. */
  readonly lastConnectError: unknown
  /** When a connect last succeeded after others had failed. */
  readonly recoveredAt: number | undefined
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
  recoveredAt: undefined,
  stillborn: 0,
  stillbornAt: 0,
})

/** For how long connects must have gone well before the next failure is the first of a new streak, in milliseconds. */
const stableAfter = 5_000

/** The streak after one more failure. A recovery that did not last does not end a streak: it may have been part of the trouble. */
export function afterFailure(
  streak: FailureStreak,
  error: unknown,
  now: number,
  random: number,
): FailureStreak {
  const { recoveredAt } = streak
  const lasted = recoveredAt !== undefined && now - recoveredAt >= stableAfter
  const failures = lasted ? 1 : streak.failures + 1
  const backoff = backoffDelay(failures, random)
  return { ...streak, failures, backoff, lastConnectError: error, recoveredAt: undefined }
}

/** The streak after a connect succeeded. */
export function afterRecovery(streak: FailureStreak, now: number): FailureStreak {
  return { ...streak, lastConnectError: undefined, recoveredAt: now }
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

/** How soon after it was opened a connection must end, without having been of use, to count as one that failed to open. */
const stillbornWithin = 1_000

/**
 * Whether a connection that was opened was none: it was lost, or failed its first validation, before it was of use to anybody.
 */
export function isStillborn(
  facts: Pick<ConnectionFacts, 'uses' | 'ending' | 'openedAt'>,
  now: number,
): boolean {
  if (facts.uses > 0 || facts.openedAt === undefined || now - facts.openedAt > stillbornWithin) return false
  const reason = facts.ending?.reason
  return reason === 'lost' || reason === 'validation failed' || reason === 'validation timeout'
}
