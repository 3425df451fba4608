// pg.Pool's figures, read off the underlying pool.

import type { Pool } from '../../../index.js'

/**
 * Clients that exist, idle or not; a client that closes gracefully is none of the pool's any more, as with pg.Pool.
 * @param lost those that were lost and not released yet; they count as long as no other client has taken their place
 */
export function totalCount<C>(pool: Pool<C>, lost: number): number {
  const { total, closing, max } = pool.stats()
  const here = total - closing
  return Math.max(here, Math.min(max, here + lost))
}

/** Clients that no caller has, those included that are on the way to one. */
export function idleCount<C>(pool: Pool<C>, onTheWay: number): number {
  return pool.stats().idle + onTheWay
}

/** Callers that wait for an idle client, or for another caller to release one: not those for whom one is, or can be, opened. */
export function waitingCount<C>(pool: Pool<C>, onTheWay: number): number {
  const { waiting, max, idle, busy, validating } = pool.stats()
  const openable = Math.max(0, max - idle - busy - validating)
  return Math.max(0, waiting - openable) + onTheWay
}

/** Lent clients that were told to retire because of their age. */
export function expiredCount<C>(pool: Pool<C>): number {
  let count = 0
  for (const child of Object.values(pool.actor.getSnapshot().children)) {
    const connection = child?.getSnapshot()
    const retiring = connection?.matches({ busy: 'retiring' }) === true
    if (retiring && connection.context.facts.ending?.reason === 'max lifetime') count++
  }
  return count
}
