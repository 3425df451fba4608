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
}

/** What {@link Driver.validate} and {@link Driver.reset} are given. */
export interface RoundTripContext {
  /** Aborted when the deadline passed. The pool destroys the connection then; the driver need not settle. */
  readonly signal: AbortSignal
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
  /** Destroys the socket at once. Never waits, never throws; called after `close` too, when that took too long. */
  destroy(connection: C): void
  /** Lets the connection keep the process alive (`allowExitOnIdle`: called on checkout). */
  ref?(connection: C): void
  /** Lets the process exit although the connection is open (`allowExitOnIdle`: called when it becomes idle). */
  unref?(connection: C): void
  /** Whether an error that a borrower met means that the connection cannot be used again. */
  isFatal?(error: unknown): boolean
  /** Where it connects to, for messages: `'postgres on db.internal:5432/app as web'`. Must not contain secrets. */
  describe?(): string
}
