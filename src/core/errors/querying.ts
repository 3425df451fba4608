// A statement of `pool.query()` that was sent, and whose caller no longer waits.
import { milliseconds } from '../wording.js'
import { PoolError, setName } from './pool-error.js'

/** What happens to a statement whose caller no longer waits. */
const fateOf = (isCancelled: boolean): string =>
  isCancelled
    ? 'The pool has the database cancel it; whether it took effect is not known.'
    : 'It runs to its end, because the driver cannot cancel it.'

/** A statement of `pool.query()` was sent, and took longer than its timeout. */
export class QueryTimeoutError extends PoolError {
  static {
    setName(QueryTimeoutError, 'QueryTimeoutError')
  }

  declare readonly code: 'QUERY_TIMEOUT'

  /** The query's timeout, in milliseconds. */
  readonly timeout: number

  /** @param isCancelled whether the driver can have the database cancel it */
  constructor(timeout: number, isCancelled = true) {
    super(
      'QUERY_TIMEOUT',
      `The statement took longer than its timeout of ${milliseconds(timeout)}. ${fateOf(isCancelled)} Find out why it is slow, or pass a longer timeout.`,
    )
    this.timeout = timeout
  }
}

/**
 * The caller's AbortSignal aborted a statement of `pool.query()` that had been sent, or the work of `pool.use()` or `pool.transaction()`;
 * `cause` is the signal's reason.
 */
export class QueryAbortedError extends PoolError {
  static {
    setName(QueryAbortedError, 'QueryAbortedError')
  }

  declare readonly code: 'QUERY_ABORTED'

  /** What the callback of `use()` or `transaction()` threw, most often the database's error for the statement that was cancelled. */
  declare readonly thrown?: unknown

  /**
   * @param isCancelled whether the driver can have the database cancel it
   * @param callback what the callback threw, for `use()` and `transaction()`
   */
  constructor(reason: unknown, waited: number, isCancelled = true, callback?: { readonly thrown?: unknown }) {
    const what =
      callback === undefined
        ? `statement after ${milliseconds(waited)}. ${fateOf(isCancelled)}`
        : `callback after it had its connection for ${milliseconds(waited)}. A transaction was rolled back; what ran outside one may have taken effect.`
    super(
      'QUERY_ABORTED',
      `The caller's AbortSignal aborted this ${what} The signal's reason is this error's cause.`,
      { cause: reason },
    )
    Object.assign(this, callback)
  }
}
