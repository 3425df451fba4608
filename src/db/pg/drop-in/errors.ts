// What the drop-in's errors say: pg.Pool's words first, for programs that look for them, then what there is to know.

import { AcquireTimeoutError, LeaseError, PoolError } from '../../../core/errors.js'
import { copyOf } from '../../../core/stacks.js'
import { messageOf, withLink } from '../../../core/wording.js'

const end = 'Cannot use a pool after calling end on the pool'

/** What `connect()` and `query()` say after `end()`. */
export function afterEnd(cause?: unknown): Error {
  return new Error(end, cause === undefined ? undefined : { cause })
}

/** What a second `end()` says. */
export function endedTwice(): Error {
  return new Error('Called end on pool more than once')
}

/**
 * The error that pg.Pool would give where the underlying pool gives this one: for a connect that failed the driver's own, and for
 * a wait that was too long the same error with pg.Pool's words before its own.
 */
function asPgPoolError(error: unknown): unknown {
  if (error instanceof AcquireTimeoutError) return withWords(error)
  if (!(error instanceof PoolError)) return error
  const code: string = error.code
  if (code === 'POOL_CLOSED') return afterEnd(error)
  if (code === 'CONNECT_TIMEOUT')
    return new Error('Connection terminated due to connection timeout', { cause: error })
  // Other reasons of a failed connect; the error of a caller that is refused for it has that error as its cause.
  // A cause that is null, or 0, would be none to those who look whether there is an error.
  if ((code === 'CONNECT_FAILED' || code === 'DATABASE_DOWN') && error.cause)
    return asPgPoolError(error.cause)
  return error
}

function withWords(error: AcquireTimeoutError): AcquireTimeoutError {
  const words =
    error.holders.length < error.max
      ? 'Connection terminated due to connection timeout' // one of its own, in pg.Pool
      : 'timeout exceeded when trying to connect'
  error.message = withLink(
    `${words}. ${messageOf(error)} (connectionTimeoutMillis sets the time; 0 = no limit.)`,
    error.code,
  )
  return error
}

/** What a second `client.release()` says. */
export function releasedTwice(lease: number): LeaseError {
  return new LeaseError(
    'LEASE_RELEASED',
    lease,
    'Release called on client which has already been released to the pool. Release it once, in a finally block; its connection may already be leased to another caller.',
  )
}

/** What a query through a client that was released says. */
export function usedAfterRelease(lease: number): LeaseError {
  return new LeaseError(
    'LEASE_RELEASED',
    lease,
    "A query was run through a client after its release() to the pool. Its connection may already be leased to another caller, so the query was not sent. Await all queries before release(), or take a client of your own from pool.connect(). (likePgPool: ['allowUseAfterRelease'] lets such queries through.)",
  )
}

/** What is said when `verify` has not called back within so many milliseconds. */
export function neverVerified(limit: number): Error {
  return new Error(
    `timeout exceeded when trying to connect. The pool's \`verify\` did not call back within ${limit} ms, so the pool closed the client. Have it call \`done\` in each case, also after an error. (connectionTimeoutMillis or statepool: { validateTimeout } sets the time, whichever is shorter.)`,
  )
}

/** Failed connects whose error a caller has been given. */
const told = new WeakSet<object>()

/**
 * The same for one of the callers who wait, and for no other one: of those who waited for the same connect, the first gets the driver's
 * own error, every further one a copy of the same class with the same fields. Otherwise each would find the stack of the last one in it.
 */
export function asCallersError(error: unknown): unknown {
  const theirs = asPgPoolError(error)
  if (!(theirs instanceof Error) || !(error instanceof PoolError) || theirs === error) return theirs
  const failure = error.code === 'DATABASE_DOWN' ? error.cause : error
  if (typeof failure !== 'object' || failure === null) return theirs
  if (told.has(failure)) return copyOf(theirs)
  told.add(failure)
  return theirs
}
