// What idle and ageing connections need, and when to look again: pure decisions over their facts.
import type { ConnectionFacts } from '../connection-types.js'
import type { PoolSize } from '../pool-types.js'

/** The limits that upkeep works by, in milliseconds; `Infinity` for never. */
export interface UpkeepPolicy {
  readonly idleTimeout: number
  readonly keepalive: number
  readonly maxLifetime: number
  /** So many are not too many, whatever the minimum. Default 0. */
  readonly keepIdle?: number
}

/** A connection as upkeep sees it. */
export type UpkeepFacts = Pick<ConnectionFacts, 'retireAt' | 'idleSince' | 'provenAt'> & {
  /** Stretches its idle timeout, from 0 to below 1 for 0 to 10 %. */
  readonly idleJitter: number
}

/** What to do with which connection. At most one of each kind at a time, so that nothing ends or stalls together. */
export interface Upkeep<F> {
  readonly retireOld: F | undefined
  readonly retireIdle: F | undefined
  readonly validate: F | undefined
}

/** The share of an idle timeout by which it is stretched at most. */
const idleStretch = 0.1
/** The share of a lifetime that is taken off it at most. */
const lifetimeCut = 0.25

/** When a connection that is opened now will be too old; up to a quarter of its life is taken off at random. */
export function retirementTime(now: number, maxLifetime: number, random: number): number {
  return now + maxLifetime * (1 - lifetimeCut * random)
}

/**
 * What is due now.
 *
 * @param idle the idle connections, the longest idle first
 * @param lent those that are lent; they are only looked at for their age
 * @param count how many connections there are that are open and have not been told to end
 */
export function upkeepDue<F extends UpkeepFacts>(
  idle: readonly F[],
  lent: readonly F[],
  count: number,
  size: PoolSize,
  policy: UpkeepPolicy,
  now: number,
): Upkeep<F> {
  const retireOld = [...idle, ...lent].find(facts => facts.retireAt <= now)
  const keepable = retireOld === undefined ? count : count - 1
  const retireIdle =
    keepable > keptAtLeast(size, policy)
      ? idle.find(facts => facts !== retireOld && isIdleTooLong(facts, policy.idleTimeout, now))
      : undefined
  const validate = idle.find(
    facts => facts !== retireOld && facts !== retireIdle && facts.provenAt + policy.keepalive <= now,
  )
  return { retireOld, retireIdle, validate }
}

/**
 * When to look again: when the first of the connections is due, and never later than one could be due that is not idle yet.
 * Not at once: what is due together is done one after the other, a hundredth of the period apart, or closer where there are
 * many, so that all of them have had their turn within half a period.
 *
 * @param validating the one that was sent to prove itself just now, which is idle again soon: that was not a use
 */
export function nextUpkeep<F extends UpkeepFacts>(
  idle: readonly F[],
  lent: readonly F[],
  count: number,
  size: PoolSize,
  policy: UpkeepPolicy,
  now: number,
  validating?: F,
): number {
  // An idle timeout of 0 is looked after when a connection becomes idle: as a period it would mean all the time.
  const idlePeriod = policy.idleTimeout === 0 ? Number.POSITIVE_INFINITY : policy.idleTimeout
  const period = Math.min(idlePeriod, policy.keepalive, policy.maxLifetime * (1 - lifetimeCut))
  let due = now + period
  for (const facts of idle) {
    due = Math.min(due, facts.retireAt, facts.provenAt + policy.keepalive)
    if (count > keptAtLeast(size, policy)) due = Math.min(due, idleUntil(facts, policy.idleTimeout))
  }
  if (validating !== undefined && count > keptAtLeast(size, policy))
    due = Math.min(due, idleUntil(validating, policy.idleTimeout))
  for (const facts of lent) if (facts.retireAt > now) due = Math.min(due, facts.retireAt)
  const turns = Math.max(100, 2 * (idle.length + lent.length))
  return Math.max(due, now + Math.max(1, Math.min(policy.idleTimeout, period) / turns))
}

function keptAtLeast({ min }: PoolSize, { keepIdle = 0 }: UpkeepPolicy): number {
  return Math.max(min, keepIdle)
}

function idleUntil(facts: UpkeepFacts, idleTimeout: number): number {
  return facts.idleSince + Math.floor(idleTimeout * (1 + idleStretch * facts.idleJitter))
}

/** In whole milliseconds, as timers count: one that rings within the last of them is not set again. */
function isIdleTooLong(facts: UpkeepFacts, idleTimeout: number, now: number): boolean {
  return idleUntil(facts, idleTimeout) - now < 1
}
