// The contract between the pool and a database: everything that the pool asks of a driver.
import type { HostRole, HostTarget } from '../core/hosts.js'

export type { HostRole, HostTarget } from '../core/hosts.js'

/** The argument of {@link Driver.connect}. */
export interface ConnectContext {
  /**
   * Aborts when the pool no longer wants the connection (the deadline passed, or the pool is closing). The driver must then
   * destroy its socket at once and reject; if it delivers a connection anyway, the pool destroys it.
   */
  readonly signal: AbortSignal
  /**
   * Call this when the database or the network closes the connection, at any time after `connect` was called; `reason` is the error of
   * the socket or the server. Calling it more than once, or after `close` or `destroy`, is harmless.
   */
  readonly onLost: (reason?: unknown) => void
  /**
   * Call this, at any time after `connect` resolved, when only a new session can replace this one: its cached plans are stale, its server
   * became read-only, it reached its limit of prepared statements. The pool closes the connection gracefully as soon as no caller
   * holds it, and never leases it again. With `all: true` the pool also retires every other connection that is open now, because the
   * reason applies to all of them (a demoted primary), unless it has already done so since this one was opened. `reason` is the error
   * that revealed it. Further calls are harmless.
   */
  readonly onStale?: (reason: unknown, options?: { readonly all?: boolean }) => void
  /**
   * Call this when the connect fails, or the signal aborts, while the server works on a statement of the session's set-up: `gone` settles
   * when the server has released the connection. The pool keeps the connection's slot until then, for at most `closeTimeout`; after that it
   * calls `cut`, which ends the socket at once. To be called before `connect` rejects, or from within the signal's `abort` event.
   */
  readonly onLinger?: (gone: Promise<void>, cut?: () => void) => void
  /**
   * The pool's hook `onConnect`, if there is one. The pool calls it when `connect` has resolved, so that most drivers need not know of it. A driver
   * that has to know what the hook leaves behind (the listeners and settings that each caller finds) calls it itself, once the session is
   * ready, and rejects with what it rejects with; the pool then does not.
   */
  readonly setUp?: ((connection: unknown) => Promise<void>) | undefined
}

/** The argument of {@link Driver.validate}, and of {@link Driver.cancel}. */
export interface RoundTripContext {
  /** Aborts when the deadline passes. The pool then destroys the connection; the driver need not settle. */
  readonly signal: AbortSignal
}

/** The argument of {@link Driver.reset}. */
export interface ResetContext extends RoundTripContext {
  /**
   * The pool's hook `onConnect`, if there is one. Call and await it when the reset undid what a new session is set up with (`DISCARD ALL`,
   * COM_RESET_CONNECTION); reject with what it rejects with.
   */
  readonly setUp?: ((connection: unknown) => Promise<void>) | undefined
}

/** The second argument of {@link Driver.destroy}. */
export interface DestroyOptions {
  /**
   * `closeTimeout` has passed, or `close` failed, and the pool frees the connection's slot: end the socket now, whatever the server still
   * does. Without it the driver may first let the server know (a request to cancel), which takes a moment.
   */
  readonly atOnce?: boolean | undefined
}

/** One of the servers of a cluster. */
export interface Host<C> {
  /** Where it is, in messages and figures: `'db1.internal:5432'`. Must not contain secrets. */
  readonly name: string
  /** Connects to it; must have {@link Driver.hostRole}. */
  readonly driver: Driver<C>
}

/** How strictly a transaction is isolated from others, by the names of the SQL standard. */
export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

/** The options of {@link TransactionSupport.begin}. An undefined option keeps the session's own setting. */
export interface BeginOptions {
  readonly isolation?: IsolationLevel | undefined
  /** true = the transaction may only read; false = it may write, even if the session's default is read-only. */
  readonly readOnly?: boolean | undefined
}

/**
 * What a driver provides for `pool.transaction()`. A method that throws synchronously counts as one that rejects. The pool never calls
 * one while another one runs on the same connection, nor after the connection was lost or destroyed.
 *
 * Modelled on Elixir's `DBConnection` callbacks (handle_begin, handle_commit, handle_rollback).
 */
export interface TransactionSupport<C> {
  /** Begins a transaction. Its deadline is the pool's `validateTimeout`. */
  begin(connection: C, options: BeginOptions): Promise<void>
  /**
   * Commits; resolves only after the database has confirmed the commit. It must also reject when the database silently rolls back a
   * transaction in which a statement failed, as PostgreSQL does, and when the callback ended the transaction itself, if the driver can
   * tell. There is no deadline: a commit may take as long as a query.
   */
  commit(connection: C): Promise<void>
  /**
   * Rolls the transaction back. The pool calls it when the callback threw and when `commit` rejected, so it must do nothing if no
   * transaction is open. If it rejects or exceeds `resetTimeout`, the pool destroys the connection.
   */
  rollback(connection: C): Promise<void>
  /**
   * Whether the same work may succeed when repeated: true for a serialization failure or a deadlock. Without this method the pool retries
   * nothing.
   */
  isRetryable?(error: unknown): boolean
}

/**
 * What a driver provides for `pool.query()`. Without the option `share`, one statement at a time runs on a connection; with it, several are under way
 * on one, and are answered in the order in which they were sent. No method may throw, but for `send`.
 *
 * Modelled on the pipeline mode of PostgreSQL's protocol.
 */
export interface SharingSupport<C> {
  /** Whether a statement may run between those of other callers: it leaves nothing in the session, and needs nothing that is in it. */
  mayShare(statement: unknown): boolean
  /** Several statements will be under way from now on. Nothing is under way at this moment. */
  begin(connection: C): void
  /** The last of them was answered: an ordinary lease comes next. */
  end(connection: C): void
  /** Whether the connection can take this statement now. Without this method it always can. */
  takes?(connection: C, statement: unknown): boolean
  /** Sends a statement at once, and calls back once with its answer. An error fails only its own statement. */
  send(connection: C, statement: unknown, answer: (error: unknown, result?: unknown) => void): void
  /** Whether the session is as it was before the statements that have been answered so far. */
  isClean(connection: C): boolean
  /** What a statement has in common with others of its kind, such as its text without its values: kinds that take long do not share. */
  kindOf?(statement: unknown): unknown
  /** How long a statement may run, in milliseconds, and the error that its caller gets after that; undefined = no limit. */
  limit?(connection: C, statement: unknown): { readonly time: number; error(): unknown } | undefined
  /**
   * Asks the database to stop the statement that the connection runs, by another way than the connection itself. If the database answers that
   * statement first, the request may hit the next one, or none. Without this method a statement whose caller gave up runs to its end.
   * @param isWanted asked each time before something is sent; when it returns false, send nothing more
   * @returns a promise that resolves when the request can hit no statement that is sent from then on, and rejects when that is not known:
   *   then the pool sends no more statements on this connection, and closes it after those under way
   */
  cancel?(connection: C, isWanted: () => boolean): Promise<void>
  /** Whether a statement's error says that the statement was stopped by a request, and undone. A statement that was hit by mistake is sent again. */
  isCancelled?(error: unknown): boolean
  /**
   * Whether the error says that its session is stale, of which the driver has told, and the statement did nothing. Of the statements that were under way
   * on that connection, one tells its caller; the pool sends each other one again, once, on another connection.
   */
  isStale?(error: unknown): boolean
}

/**
 * How a pool talks to one kind of database. `C` is the driver's own connection object, which callers get as `lease.connection` (for
 * example a `pg.Client`).
 *
 * The pool gives every asynchronous call a deadline, so a driver needs no timers of its own. A method that throws synchronously counts as
 * one that rejects. No method may block the event loop. Between `acquire()` and a lease the pool calls only {@link Driver.ref}.
 *
 * Modelled on Go's `database/sql/driver` (Pinger, SessionResetter, Validator) and Elixir's `DBConnection` callbacks.
 */
export interface Driver<C> {
  /** The database's name, for events, errors and metrics: `'postgres'`. */
  readonly name: string
  /** Opens one connection, authenticated and ready for use. The pool owns it: it is never tied to one caller's wait. */
  connect(context: ConnectContext): Promise<C>
  /** Makes one real round trip; rejects if the connection is unusable. */
  validate(connection: C, context: RoundTripContext): Promise<void>
  /**
   * Whether a released connection needs {@link Driver.reset}. Must be synchronous and cheap, because the pool calls it on each release.
   * Without this method the pool calls `reset` (if there is one) on each release.
   */
  needsReset?(connection: C): boolean
  /**
   * Resets a released connection, for example rolls back an open transaction. If it rejects, the pool destroys the connection. No caller
   * gets the connection before this settles. Without this method the pool leases a released connection again as it is.
   */
  reset?(connection: C, context: ResetContext): Promise<void>
  /** Closes the connection gracefully; settles when the server has released it. */
  close(connection: C): Promise<void>
  /**
   * Ends the connection without a graceful close. Must not throw. The pool also calls it, with `atOnce`, when `close` or the promise of an
   * earlier `destroy` took too long.
   *
   * It may return a promise if the server keeps working after the socket is gone (the holder's statement still runs): the promise
   * settles when the server has released the connection. The pool keeps the connection's slot until then, for at most `closeTimeout`, so
   * that the server never counts more than `max` connections. The holder gets its error at once in either case.
   */
  destroy(connection: C, options?: DestroyOptions): void | Promise<void>
  /**
   * Whether the pool can lease a released connection again: false when its holder ended, destroyed or paused the client. Must be
   * synchronous and cheap, because the pool calls it on each release; when it returns false, the pool destroys the connection and
   * replaces it. Without this method every connection that was not reported as lost is usable.
   */
  isUsable?(connection: C): boolean
  /**
   * Has the database stop what the holder has asked for on the connection so far, by another way than the connection itself; the holder's own
   * calls reject with the database's error. Resolves when all of it is over, and no request to cancel can hit a later statement; at once if
   * nothing runs. If it rejects (a request may still arrive), or takes longer than `resetTimeout`, the pool destroys the connection. No other
   * caller gets the connection before this settles. Without this method the signals of `use()` and `transaction()` only end the wait for a
   * connection.
   */
  cancel?(connection: C, context: RoundTripContext): Promise<void>
  /** Lets the connection keep the process alive (with `allowExitOnIdle`, the pool calls it on checkout). */
  ref?(connection: C): void
  /** Lets the process exit although the connection is open (with `allowExitOnIdle`, the pool calls it when the connection becomes idle). */
  unref?(connection: C): void
  /** Whether an error that a holder got means that the connection is broken. */
  isFatal?(error: unknown): boolean
  /** Transactions, for `pool.transaction()`; omit it if the database has none. */
  readonly transaction?: TransactionSupport<C> | undefined
  /** Statements, for `pool.query()`, which throws without it. Omit it if a connection can have only one statement under way. */
  readonly share?: SharingSupport<C> | undefined
  /**
   * Asks the server of a connection whether it takes writes. `createHostPool()` from `statepool/hosts` calls it for each new connection, and
   * from time to time for an idle one; other pools do not call it. The first answer for a connection may be what the server said as the
   * session began.
   */
  hostRole?(connection: C, context: RoundTripContext): Promise<HostRole>
  /** The hosts that the driver was given, for `createHostPool()`; without it the driver knows of one server only. */
  readonly hosts?: readonly Host<C>[] | undefined
  /** The kind of host that the driver was asked for, which `createHostPool()` takes for callers that name none. */
  readonly hostTarget?: HostTarget | undefined
  /** Where the driver connects to, for messages: `'postgres on db.internal:5432/app as web'`. Must not contain secrets. */
  describe?(): string
  /**
   * What the user can do about a failed connect, as a whole sentence: `'Check the user and the password.'`; undefined when the driver
   * knows nothing better than the pool's own advice, which it replaces in the pool's errors. `error` is what `connect` rejected with,
   * undefined when `connectTimeout` expired. Must not contain secrets.
   */
  remedy?(error: unknown): string | undefined
}
