// pg.Pool's figures, read off the underlying pool.

import type { Pool } from '../../../index.js'

type Children = ReturnType<Pool<unknown>['actor']['getSnapshot']>['children']
type Connection = ReturnType<NonNullable<Children[keyof Children]>['getSnapshot']>

/**
 * Clients that exist, idle or not; a client that closes gracefully is none of the pool's any more, as with pg.Pool.
 * @param lost those that were lost and not released yet; they count as long as no other client has taken their place
 * @param gaveUp the number of the last request that timed out: what is being opened for it, or an earlier one, does not count
 */
export function totalCount<C>(pool: Pool<C>, lost: number, gaveUp: number): number {
  const { total, closing, connecting, max } = pool.stats()
  const forsaken = connecting === 0 || gaveUp === 0 ? 0 : countOf(pool, isOpenedUpTo(gaveUp))
  const here = total - closing - forsaken
  return Math.max(here, Math.min(max, here + lost))
}

/** Clients that no caller has, those included that are on the way to one, or are being reset or validated for none. */
export function idleCount<C>(pool: Pool<C>, onTheWay: number): number {
  const { idle, validating } = pool.stats()
  const tended = validating === 0 ? 0 : countOf(pool, isTended)
  return idle + onTheWay + tended
}

/** Callers that wait for an idle client, or for another caller to release one: not those for whom one is, or can be, opened. */
export function waitingCount<C>(pool: Pool<C>, onTheWay: number): number {
  const { waiting, max, idle, busy, validating } = pool.stats()
  const openable = Math.max(0, max - idle - busy - validating)
  return Math.max(0, waiting - openable) + onTheWay
}

/** Lent clients that were told to retire because of their age. */
export function expiredCount<C>(pool: Pool<C>): number {
  return countOf(
    pool,
    connection =>
      connection.matches({ busy: 'retiring' }) && connection.context.facts.ending?.reason === 'max lifetime',
  )
}

const isTended = (connection: Connection): boolean =>
  connection.matches({ validating: 'return' }) || connection.matches({ validating: 'keepalive' })

const isOpenedUpTo =
  (order: number) =>
  (connection: Connection): boolean =>
    connection.matches('connecting') &&
    (connection.context.facts as unknown as { openedFor: number }).openedFor <= order

function countOf<C>(pool: Pool<C>, matches: (connection: Connection) => boolean): number {
  let count = 0
  for (const child of Object.values(pool.actor.getSnapshot().children)) {
    const connection = child?.getSnapshot()
    if (connection !== undefined && matches(connection)) count++
  }
  return count
}
