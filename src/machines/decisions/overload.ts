// Whether callers come faster than they are served: pure decisions over how long they wait.

/** How long callers may wait, and for how long they may wait longer; in milliseconds. */
export interface ShedPolicy {
  readonly target: number
  readonly interval: number
}

/**
 * How late callers are served, as the queue has seen it. Times are on the pool's clock, in milliseconds; Infinity = it is not so. The queue changes
 * it in place.
 */
export interface QueueDelay {
  readonly policy: ShedPolicy
  /** When the caller asked who has waited for longest of those in the queue. */
  readonly oldest: number
  /** Since when it was seen, each time that one looked, that a caller had waited for longer than the target. */
  readonly lateSince: number
  /** Since when the queue has been empty. */
  readonly emptySince: number
  /** When a caller last had to be refused, or when that began. */
  readonly shedAt: number
}

/** What the decisions are made from; `delay` is undefined for a pool that sheds no load. */
export interface Served {
  readonly delay?: QueueDelay | undefined
  readonly size: { readonly max: number }
  readonly roster: { readonly established: number; readonly total: number }
  /** What else limits its connections; undefined = nothing. */
  readonly budget?: { readonly isHeldBack: boolean } | undefined
}

/** Whether more connections may be opened than there are. */
export const mayGrow = ({ roster, size, budget }: Omit<Served, 'delay'>): boolean =>
  roster.total < size.max && budget?.isHeldBack !== true

/** Whether the caller who has waited for longest has waited for longer than the target. */
export const isLate = ({ oldest, policy }: Pick<QueueDelay, 'oldest' | 'policy'>, now: number): boolean =>
  now >= oldest + policy.target // as it is computed when to look again: the same sum, rounded alike

/**
 * Since when callers have been late, after one more look. That one caller is in time is enough for none to be late: a burst is served and leaves
 * no queue behind, and only a queue that stays is of no use. This is the observation of CoDel (Nichols and Jacobson, "Controlling Queue
 * Delay", ACM Queue 10(5), 2012): the least delay of an interval tells a burst from an overload.
 *
 * @param isGrowing whether more connections may be opened than there are: callers who wait for those do not count yet
 */
export function afterLook(delay: QueueDelay, now: number, isGrowing = false): number {
  if (!isLate(delay, now)) return Number.POSITIVE_INFINITY
  return isGrowing ? now : Math.min(delay.lateSince, now)
}

/**
 * Whether the pool is overloaded: no caller has been in time for an interval, and all connections that there may be are there, so that none
 * will help that is still to be opened.
 */
export function isOverloaded(pool: Served, now: number): boolean {
  const { delay } = pool
  if (delay === undefined || pool.roster.established === 0 || mayGrow(pool)) return false
  return isLate(delay, now) && now >= delay.lateSince + delay.policy.interval
}

/**
 * Whether the overload is over: for a whole interval no caller had to be refused, or no caller has waited for as long as callers may. The second
 * keeps short bursts, each of which leaves an empty queue behind, from being refused for ever after.
 */
export function hasEased({ delay }: Pick<Served, 'delay'>, now: number): boolean {
  if (delay === undefined) return true
  const { target, interval } = delay.policy
  return now >= delay.emptySince + target || now >= delay.shedAt + interval
}

/** When to look again whether the pool is overloaded: when it may be, and sooner while that begins anew with each look. */
export function nextLook({ oldest, lateSince, policy }: QueueDelay, now: number, isGrowing = false): number {
  if (oldest === Number.POSITIVE_INFINITY) return oldest
  if (lateSince === Number.POSITIVE_INFINITY) return oldest + policy.target
  const due = lateSince + policy.interval
  return isGrowing || due <= now ? now + policy.target : due
}

/** When to look again whether a caller is to be refused, or the overload is over. */
export const nextShed = ({ oldest, emptySince, shedAt, policy }: QueueDelay): number =>
  Math.min(oldest + policy.target, emptySince + policy.target, shedAt + policy.interval)
