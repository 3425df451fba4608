// What the drop-in's errors say: mysql2's words first, for programs that look for them, then what there is to know.

import { ConnectError, LeaseError, PoolClosedError, PoolError, QueueFullError } from '../../index.js'

/**
 * The error that mysql2's pool would give where the pool beneath gives this one: for a connect that failed the driver's own; for all
 * else the same error, with mysql2's words before its own.
 */
export function asMysql2Error(error: unknown): unknown {
  if (!(error instanceof PoolError)) return error
  const refused =
    error instanceof ConnectError || error.code === ('DATABASE_DOWN' satisfies PoolError['code'])
  if (refused && error.cause !== undefined) return asMysql2Error(error.cause)
  if (error instanceof PoolClosedError) return withWords(error, 'Pool is closed.')
  if (error instanceof QueueFullError)
    return withWords(error, error.maxWaiting === 0 ? 'No connections available.' : 'Queue limit reached.')
  return error
}

function withWords(error: PoolError, words: string): PoolError {
  if (!error.message.startsWith(words)) error.message = `${words} ${error.message}`
  return error
}

/** What is said to whoever uses a connection that was given back. */
export function usedAfterRelease(lease: number): LeaseError {
  return new LeaseError(
    'LEASE_RELEASED',
    lease,
    "The connection was used after its release to the pool, when it may be somebody else's, so nothing was sent. Await all queries before release(), or take a connection of your own from pool.getConnection().",
  )
}
