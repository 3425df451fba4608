// What goes wrong in SQLite or with the worker that it runs in, as an error on this side.

/** An error as it crosses from the worker: plain data, from which {@link SqliteError} is made again. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly cause?: unknown
  /** The connection is gone, whatever the code says. */
  readonly lost?: boolean
}

/** After these, reopening the file is the only thing that may help. */
const fatalCodes = /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|PROTOCOL|READONLY_DBMOVED)/

/**
 * An error of SQLite, or of the worker that a connection lives in.
 *
 * `code` is SQLite's result code by name, as exact as SQLite has it, whichever library is underneath: `'SQLITE_BUSY'`,
 * `'SQLITE_CONSTRAINT_UNIQUE'`; and `'SQLITE_INTERRUPT'` for a statement that was called off by its timeout or signal. Two more are
 * ours: `'CONNECTION_LOST'` (the worker ended by itself) and `'CONNECTION_CLOSED'` (the pool ended it).
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
  /** Whether the connection cannot be used again: it is gone, or the file under it is not what it was. */
  readonly fatal: boolean

  constructor({ code, message, cause, lost }: Failure) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.fatal = lost === true || fatalCodes.test(code)
  }
}

/** ORMs wrap the driver's error; deeper than this is no wrapping but a cycle. */
const deepestCause = 5

/** Whether an error that a borrower met means that its connection cannot be used again; errors of SQL do not. */
export function isFatal(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < deepestCause && current instanceof Error; depth++) {
    if (current instanceof SqliteError && current.fatal) return true
    current = current.cause
  }
  return false
}

/** Whether the same work may succeed if it is done again: somebody else held the lock, or had written meanwhile. */
export function isRetryable(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)
}
