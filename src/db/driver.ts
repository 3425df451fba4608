// The contract between the pool and a database: everything that the pool ever asks of a driver.

/** What {@link Driver.connect} is given. */
export interface ConnectContext {
  /**
   * Aborted when the connect is no longer wanted (its deadline passed, or the pool is closing). The driver must then
   * destroy its socket at once and reject; a connection that it delivers all the same is destroyed by the pool.
   */
  readonly signal: AbortSignal
  /**
   * Call it when the database or the network closed the connection, at any time after `connect` was called; `reason` is
   * what the socket or the server said. Calling it more than once, or after `close` or `destroy`, is harmless.
   */
  readonly onLost: (reason?: unknown) => void
  /**
   * Call it, at any time after `connect` resolved, when only a new session can mend this one: its cached plans are stale, its server
   * became read-only, its limit of prepared statements is reached. The pool closes the connection gracefully as soon as no caller
   * holds it, and never leases it again. With `all: true` the pool retires every connection that is open now in the same way, because
   * the reason holds for each of them (a demoted primary), unless that was done since this one was opened. `reason` is the error that
   * told it. Further calls are harmless.
   */
  readonly onStale?: (reason: unknown, options?: { readonly all?: boolean }) => void
}

/** What {@link Driver.validate} and {@link Driver.reset} are given. */
export interface RoundTripContext {
  /** Aborted when the deadline passed. The pool destroys the connection then; the driver need not settle. */
  readonly signal: AbortSignal
}

/** How far a transaction is kept apart from others, by the names that the SQL standard has for it. */
export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

/** What {@link TransactionSupport.begin} is given. What is undefined is left as the session has it. */
export interface BeginOptions {
  readonly isolation?: IsolationLevel | undefined
  /** true = it may only read; false = it may write, whatever the session's own default is. */
  readonly readOnly?: boolean | undefined
}

/**
 * What a driver adds for `pool.transaction()`. A method that throws synchronously is treated like one that rejects. None is
 * called while another one runs on the same connection, and none after the connection was lost or destroyed.
 *
 * Shape after Elixir's `DBConnection` callbacks (handle_begin, handle_commit, handle_rollback).
 */
export interface TransactionSupport<C> {
  /** Begins a transaction. The pool gives it the deadline of a validation, `validateTimeout`. */
  begin(connection: C, options: BeginOptions): Promise<void>
  /**
   * Commits; resolves only when the database has said that everything is kept. It must reject, too, where the database answers
   * the COMMIT of a transaction in which a statement failed with a quiet rollback, as PostgreSQL does, and where the callback has
   * ended the transaction itself, if the driver can tell. There is no deadline: a commit takes as long as a query may.
   */
  commit(connection: C): Promise<void>
  /**
   * Ends the transaction without effect. Called when the callback threw, and when `commit` rejected: so it must do nothing if
   * none is open any more. If it rejects, or is not done within `resetTimeout`, the connection is destroyed.
   */
  rollback(connection: C): Promise<void>
  /**
   * Whether the same work may succeed if it is done again: a serialization failure, a deadlock. Without it nothing is retried.
   */
  isRetryable?(error: unknown): boolean
}

/**
 * How a pool talks to one kind of database. `C` is the driver's own connection object, which borrowers get as
 * `lease.connection` (a `pg.Client`, say).
 *
 * The pool gives every asynchronous call a deadline, so a driver need not have timers of its own. A method that throws
 * synchronously is treated like one that rejects. No method may block the event loop, and none is called on the way from
 * `acquire()` to a lease except {@link Driver.ref}.
 *
 * Shape after Go's `database/sql/driver` (Pinger, SessionResetter, Validator) and Elixir's `DBConnection` callbacks.
 */
export interface Driver<C> {
  /** The database's name, for events, errors and metrics: `'postgres'`. */
  readonly name: string
  /** Opens one connection, authenticated and ready for use. Owned by the pool: never tied to one caller's wait. */
  connect(context: ConnectContext): Promise<C>
  /** One real round trip; rejects if the connection is unfit for use. */
  validate(connection: C, context: RoundTripContext): Promise<void>
  /**
   * Whether a connection coming back needs {@link Driver.reset}: synchronous and cheap, because it is asked on each release.
   * Without it, `reset` (if there is one) is called on each release.
   */
  needsReset?(connection: C): boolean
  /**
   * Makes a returned connection as good as new (rolls back an open transaction, say) or rejects, and then the connection is
   * destroyed. Nobody gets the connection before this settles. Without it a connection goes back as it is.
   */
  reset?(connection: C, context: RoundTripContext): Promise<void>
  /** Says goodbye to the server; settles when the server has let go of the connection. */
  close(connection: C): Promise<void>
  /**
   * Ends the connection without a graceful close. Never throws; called after `close` too, when that took too long.
   *
   * It may return a promise where the server works on after the socket is gone (the borrower's statement still runs): the promise
   * settles when the server has let go. The pool keeps the connection's slot until then, for at most `closeTimeout`, so that the
   * server never counts more than `max` connections. The borrower is refused at once in either case.
   */
  destroy(connection: C): void | Promise<void>
  /**
   * Whether a connection that its borrower gives back can be leased again: false when the borrower ended, destroyed or paused the
   * client. Synchronous and cheap, because the pool asks on each release; when the answer is false, the pool destroys the connection
   * and replaces it. Without it every connection that was not reported as lost is usable.
   */
  isUsable?(connection: C): boolean
  /** Lets the connection keep the process alive (`allowExitOnIdle`: called on checkout). */
  ref?(connection: C): void
  /** Lets the process exit although the connection is open (`allowExitOnIdle`: called when it becomes idle). */
  unref?(connection: C): void
  /** Whether an error that a borrower met means that the connection cannot be used again. */
  isFatal?(error: unknown): boolean
  /** Transactions, for `pool.transaction()`; a database that has none leaves it out. */
  readonly transaction?: TransactionSupport<C> | undefined
  /** Where it connects to, for messages: `'postgres on db.internal:5432/app as web'`. Must not contain secrets. */
  describe?(): string
  /**
   * What the user can do about a connect that failed, as a whole sentence: `'Check the user and the password.'`; undefined when
   * the driver knows nothing better than the pool's own advice. `error` is what `connect` rejected with, undefined when `connectTimeout`
   * passed. The pool's errors say it instead of that advice. Must not contain secrets.
   */
  remedy?(error: unknown): string | undefined
}
