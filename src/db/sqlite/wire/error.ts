// What goes wrong in SQLite or with the worker that it runs in, as an error on this side.
import { causesOf } from '../../../core/causes.js'

/** What an error says of sessions: this one has to be replaced, or all that are open now. */
export type Staleness = 'one' | 'all'

/** An error as it crosses from the worker: plain data, from which {@link SqliteError} is made again. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly cause?: unknown
  /** The connection is gone, whatever the code says. */
  readonly lost?: boolean | undefined
  /** Only a new session can mend it: this one has to be replaced, or all that are open. */
  readonly stale?: Staleness | undefined
  /** What the user can do about it. */
  readonly remedy?: string | undefined
}

/**
 * An error of SQLite, or of the worker that a connection lives in.
 *
 * `code` is SQLite's result code by name, as exact as SQLite has it, whichever library is underneath: `'SQLITE_BUSY'`,
 * `'SQLITE_CONSTRAINT_UNIQUE'`; and `'SQLITE_INTERRUPT'` for a statement that its timeout or signal cancelled. Two more codes
 * are ours: `'CONNECTION_LOST'` (the worker ended by itself) and `'CONNECTION_CLOSED'` (the pool ended it).
 *
 * The stack is the caller's: it leads to the `await` of the statement.
 */
export class SqliteError extends Error {
  static {
    Object.defineProperty(SqliteError.prototype, 'name', {
      value: 'SqliteError',
      writable: true,
      configurable: true,
    })
  }

  /** What kind of failure it is; programs should branch on this, never on the message. */
  readonly code: string
  /** Whether the connection is unusable: it is gone, or its file was replaced. */
  readonly fatal: boolean
  readonly #failure: Failure

  constructor(failure: Failure) {
    const { code, message, cause, lost, stale } = failure
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.fatal = lost === true || stale !== undefined
    this.#failure = failure
  }

  /**
   * Whether the connection is gone.
   * @internal
   */
  get lost(): boolean {
    return this.#failure.lost === true
  }

  /**
   * What the user can do about it, where that is known better here than by the code.
   * @internal
   */
  get remedy(): string | undefined {
    return this.#failure.remedy
  }

  /**
   * The same error where it leaves open what became of the work: the connection is not used again, and nothing is repeated.
   * @internal
   */
  asLoss(): SqliteError {
    return new SqliteError({ ...this.#failure, lost: true })
  }
}

/** Whether an error means that its connection is gone; SQL errors do not, and a stale session closes gracefully. */
export function isFatal(error: unknown): boolean {
  return causesOf(error).some(one => one instanceof SqliteError && one.lost)
}

/**
 * Whether the same work may succeed when repeated: another connection held the lock, or wrote meanwhile. SQLITE_PROTOCOL means
 * that many others began transactions at the same moment, again and again.
 */
export function isRetryable(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(error.code)
}
