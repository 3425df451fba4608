// pg.Pool's figures, read off the pool underneath.

import type { Pool } from '../../index.js'

/** Clients that exist, idle or not; a client that says goodbye is none of the pool's any more, as with pg.Pool. */
export function totalCount<C>(pool: Pool<C>): number {
  const { total, closing } = pool.stats()
  return total - closing
}

/** Clients that nobody has. */
export function idleCount<C>(pool: Pool<C>): number {
  return pool.stats().idle
}

/** Callers who wait for somebody else to release a client: not those for whom one is, or can be, opened. */
export function waitingCount<C>(pool: Pool<C>): number {
  const { waiting, max, idle, busy, validating } = pool.stats()
  const openable = Math.max(0, max - idle - busy - validating)
  return Math.max(0, waiting - openable)
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
