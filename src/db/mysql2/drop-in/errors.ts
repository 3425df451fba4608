// What the drop-in's errors say: mysql2's words exactly, because programs compare them; what the pool knows beside them is in `detail`.

import { ConnectError, LeaseError, PoolClosedError, PoolError, QueueFullError } from '../../../index.js'

/**
 * The error that mysql2's pool would give where the underlying pool gives this one: for a connect that failed the driver's own; for all
 * else the same error. Where mysql2 has words for it, they are its message, and the pool's own are its `detail`.
 */
export function asMysql2Error(error: unknown): unknown {
  if (!(error instanceof PoolError)) return error
  const said = inItsWords(error)
  if (said instanceof Error) ofThePool.add(said)
  return said
}

/** What callers were refused with, who asked the server for nothing yet. */
const ofThePool = new WeakSet<Error>()

function inItsWords(error: PoolError): unknown {
  const refused =
    error instanceof ConnectError || error.code === ('DATABASE_DOWN' satisfies PoolError['code'])
  // A cause that is null, or 0, would be none to those who look whether there is an error.
  if (refused && error.cause) {
    const { cause } = error
    return ownCopy(cause instanceof PoolError ? inItsWords(cause) : cause)
  }
  if (error instanceof PoolClosedError) return withWords(error, 'Pool is closed.')
  if (error instanceof QueueFullError)
    return withWords(error, error.maxWaiting === 0 ? 'No connections available.' : 'Queue limit reached.')
  return error
}

function withWords(error: PoolError, words: string): PoolError {
  if (error.message === words) return error
  Object.defineProperty(error, 'detail', { value: error.message, configurable: true, writable: true })
  error.message = words
  return error
}

/** Several callers may fail because of one connect: each gets an error of its own, whose stack can lead to that caller. */
function ownCopy(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = new Error(error.message, { cause: error })
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error))
  return Object.assign(copy, error)
}

/** Whether a caller was refused with it by {@link asMysql2Error}. */
export function isOfThePool(error: unknown): boolean {
  return error instanceof Error && ofThePool.has(error)
}

/** Called in a `catch` of an async function: the stack leads to the code that awaits it from then on. */
export function retrace(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error)
  return error
}

/** The error for a connection that is used after its release. */
export function usedAfterRelease(lease: number): LeaseError {
  return new LeaseError(
    'LEASE_RELEASED',
    lease,
    'The connection was used after its release to the pool, when it may already be leased to another caller, so nothing was sent. Await all queries before release(), or take a connection of your own from pool.getConnection().',
  )
}
