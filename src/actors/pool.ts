// The pool as applications see it: a façade that turns calls into messages to the pool's actor.

import type { Observable, SchedulerLike } from 'rxjs'
import type { InspectionEvent, Observer } from 'xstate'
import {
  type AcquireOptions,
  type CloseOptions,
  parseCloseOptions,
  type QueryOptions,
} from '../core/call-options.js'
import { parseSize, type SizeOptions, type Tuning } from '../core/live-options.js'
import { refusal } from '../core/refusal.js'
import { callable } from '../core/shape.js'
import { Asking } from './callers/asking.js'
import type { AcquireRequest } from './callers/request.js'
import { transact } from './leases/fresh-session.js'
import { endAfter, hold, isThenable } from './leases/holding.js'
import type { Lease } from './leases/lease.js'
import { parseTransactionOptions, type TransactionOptions } from './leases/transaction-options.js'
import type { PoolSystem } from './pool-actor.js'
import type { PoolActorRef } from './pool-ref.js'
import { query } from './sharing/query.js'
import { type Sharing, sharingOf } from './sharing/sharing.js'
import type { Objection, QueryLimits } from './sharing/statement.js'
import { type AcquireRefusal, checkNoticeType, type NoticeOf, type PoolNotice } from './watching/events.js'
import {
  factsOf,
  type HealthOptions,
  healthOf,
  type PoolHealth,
  parseHealthOptions,
} from './watching/health.js'
import {
  type HeldLease,
  heldLeases,
  type WaitingCaller,
  waitingCallers,
} from './watching/holders-and-waiters.js'
import { inspectActors } from './watching/inspection.js'
import { type PoolStats, poolState, readStats } from './watching/stats.js'
import { traceTransaction } from './watching/tracing.js'
import { observeTransitions, type PoolTransition } from './watching/transitions.js'
import { refuseIfClosing, whenReady } from './while-open.js'

/** A pool of connections of type `C`; create one with `createPool`. */
export class Pool<C> implements AsyncDisposable {
  readonly #system: PoolSystem<C>
  readonly #closed: Promise<void>
  readonly #asking: Asking<C>
  readonly #sharing: Sharing<C> | undefined

  /** @internal */
  constructor(system: PoolSystem<C>) {
    this.#system = system
    this.#asking = new Asking(system)
    this.#sharing = sharingOf(
      system.parts,
      limits => this.ask(limits),
      (request, error) => system.callers.withdraw(request, error),
    )
    this.#closed = new Promise((resolve, reject) => {
      system.actor.subscribe({ complete: resolve, error: reject })
    })
    this.#closed.catch(() => {}) // the caller of close() gets the error
  }

  /** The pool's name in events, errors and warnings: the option `name`, or where its driver connects to. */
  get name(): string {
    return this.#system.parts.name
  }

  /** The pool's actor: subscribe to it, read its snapshot, or inspect its children, which are the connections. */
  get actor(): PoolActorRef<C> {
    return this.#system.actor
  }

  /**
   * Everything that happens in the pool, as it happens. The pool delivers an event after it has finished handling what caused it.
   * Completes when the pool is closed. Costs nothing without subscribers.
   */
  get events$(): Observable<PoolNotice> {
    return this.#system.parts.notices.events$
  }

  /**
   * The events of {@link Pool.events$} that have one of these types. The pool creates no others for its subscribers: one that wants only
   * what is rare, such as `connection.lost` and `pool.down`, costs nothing for each acquire and release.
   * @param types at least one type of {@link PoolNotice}
   * @throws OptionsError when a type is unknown, or none is given.
   */
  eventsOf<T extends PoolNotice['type']>(...types: [T, ...T[]]): Observable<NoticeOf<T>> {
    if (types.length === 0) throw refusal('type', undefined, 'one of the types of events')
    for (const type of types) checkNoticeType(type)
    return this.#system.parts.notices.of(types)
  }

  /** An RxJS scheduler on the pool's clock, for operators on {@link Pool.events$}: they run in simulated time if the pool does. */
  get scheduler(): SchedulerLike {
    return this.#system.scheduler
  }

  /**
   * Waits until `min` connections are open.
   *
   * Rejects with the error of the first connect that fails before that. The pool keeps trying, with a growing delay; call `ready()` again
   * to keep waiting.
   * @throws ConnectError when a connect fails; PoolClosedError when the pool is closing or closed.
   */
  ready(): Promise<void> {
    return whenReady(this.#system)
  }

  /**
   * Leases a connection. Release it with `lease.release()` or `await using`, or let {@link Pool.use} do it.
   * @throws AcquireTimeoutError, which says why, when no connection became free in time; AcquireAbortedError when the signal aborted;
   *   QueueFullError when `maxWaiting` callers are already waiting;
   *   LendError when the pool's `onLend` threw for this caller on two connections;
   *   DatabaseDownError when the database is down and `whenDown` is not 'wait'; PoolPausedError when the pool is paused and the timeout is 0;
   *   PoolClosedError when the pool is closing or closed; OptionsError for bad options.
   */
  acquire(options?: AcquireOptions): Promise<Lease<C>> {
    try {
      const request =
        options === undefined
          ? this.#asking.plain(this.acquire)
          : this.#asking.requestWith(options, this.acquire)
      return request.promise(this.acquire)
    } catch (error) {
      return Promise.reject(error) // of the options; or of a clock, or of a signal's getter, that is not the pool's
    }
  }

  /**
   * Like {@link Pool.acquire}, but returns the request itself: the drop-ins have promises of their own.
   * @internal
   */
  ask(limits?: QueryLimits): AcquireRequest<C> {
    if (limits === undefined) return this.#asking.plain(this.ask)
    const { timeout } = this.#asking
    const { timeout: own, signal, terms } = limits
    return this.#asking.request(Math.min(own, timeout), 0, own < timeout, signal, terms, this.ask)
  }

  /**
   * Refuses those in the queue that the test picks, as a pool that is closing does unless another error is made; it sees them in the order in
   * which they would be served.
   * @internal
   */
  turnAway(picks: (request: AcquireRequest<C>) => boolean, newError?: () => AcquireRefusal): void {
    this.#asking.turnAway(picks, newError)
  }

  /**
   * Leases a connection for the duration of a callback, and always releases it. If the callback throws an error which means, as far as
   * the driver can tell, that the connection is broken, the pool closes the connection instead.
   *
   * When `signal` aborts while the callback runs, the database cancels what the callback has asked for so far; what it sends later may run for a
   * second. If the callback then throws, `use` rejects with a QueryAbortedError; if it returns a value all the same, that counts. No other caller
   * gets the connection before the cancel has arrived.
   * @returns what the callback returns
   * @throws OptionsError when there is no callback; any error of {@link Pool.acquire}; QueryAbortedError; any error of the callback.
   */
  async use<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: AcquireOptions,
  ): Promise<T> {
    callable('callback', callback)
    const request =
      options === undefined ? this.#asking.plain(this.use) : this.#asking.requestWith(options, this.use)
    let lease = request.granted
    if (lease === undefined) lease = await request.promise(this.use)
    else await aTurn
    if (options?.signal !== undefined) return hold(this.#system, lease, callback, options.signal)
    const { borrowers, parts } = this.#system
    let result: T
    try {
      const returned =
        borrowers === undefined ? callback(lease.connection, lease) : borrowers.run(lease, callback)
      result = isThenable(returned) ? await returned : returned // an await that waits for nothing costs as much as the lease
    } catch (error) {
      endAfter(error, lease, parts.driver)
      throw error
    }
    if (lease.held) lease.release()
    return result
  }

  /**
   * Runs one statement on the first connection that is free, and returns its result. With the option `share`, statements of several callers
   * are under way on one connection at the same time; a statement that may leave something in the session gets a connection of its own.
   *
   * ```ts
   * const { rows } = await pool.query<pg.QueryResult>('SELECT * FROM orders WHERE id = $1', [id])
   * ```
   * @param statement what the driver's connections run: a text, or an object (of pg: `{ name, text, values }`)
   * @param options how long the caller waits. When the time is up, or the signal aborts, the caller is told at once, and the pool has the
   *   database cancel the statement, if it was sent; no other statement fails for it
   * @returns the driver's result
   * @throws OptionsError when the driver runs no statements by itself (with pg, it needs pg 8.23 or later), or for bad options; any error of {@link Pool.acquire} while the
   *   statement is not sent; QueryTimeoutError and QueryAbortedError once it is sent; the statement's own error.
   */
  query<R = unknown>(
    statement: string | object,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<R> {
    return this.queryUnless(statement, values, options, undefined)
  }

  /** The same, if nothing speaks against it when the statement has its connection: else it is not sent. @internal */
  queryUnless<R = unknown>(
    statement: string | object,
    values: readonly unknown[] | undefined,
    options: QueryOptions | undefined,
    objection: Objection | undefined,
  ): Promise<R> {
    const what = { text: statement, values }
    return query(this, this.#system.parts, this.#sharing, what, options, objection) as Promise<R>
  }

  /** What lets statements share connections; undefined without the option `share`. @internal */
  get sharing(): Sharing<C> | undefined {
    return this.#sharing
  }

  /**
   * Runs the callback in a transaction: begins it, calls the callback, and commits. If the callback throws, `transaction` rolls back and
   * rethrows the error unchanged. With `retry`, it repeats the whole transaction after a serialization failure or a deadlock, on the same
   * connection, after a pause (exponential back-off with full jitter, at most 1 s); the callback may therefore run several times, and must
   * await everything that it starts. When there is no further attempt, the last error is thrown unchanged.
   *
   * When `signal` aborts before the commit is sent, what runs is cancelled as in {@link Pool.use}, the transaction is rolled back whatever the
   * callback returns, and not repeated.
   *
   * With `retry`, an attempt that fails because its session is stale (the driver reported that only a new session can help) is repeated
   * on another connection, and does not count.
   *
   * If a transaction cannot be ended, the pool closes its connection. If the connection breaks during the commit, the outcome is unknown:
   * the transaction may or may not be committed. The callback must not send COMMIT or ROLLBACK itself; if it does, `transaction` throws
   * (except on MySQL, where other statements end a transaction as well).
   *
   * A `transaction` inside another one is not nested: each call leases a connection of its own, and neither sees what the other did.
   * (Use savepoints for parts of a transaction.)
   * @returns what the callback returns, after the commit
   * @throws OptionsError for bad options, or when the driver has no transactions; any error of {@link Pool.acquire}; QueryAbortedError; any error of the
   *   callback, and of the database on begin and commit; ValidationError when the database does not answer the begin within
   *   `validateTimeout`; LeaseError when the connection was lost, or the callback released it, before the commit.
   */
  async transaction<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    callable('callback', callback)
    const parsed = parseTransactionOptions(options)
    const { parts, actor } = this.#system
    return traceTransaction(parts, parsed.begin, () =>
      transact(
        async (attempt, options) => hold(this.#system, await this.acquire(options), attempt),
        parts,
        () => actor.getSnapshot().context.size.max,
        callback,
        parsed,
      ),
    )
  }

  /** The pool at this moment: its state, its sizes, the number of connections in each state, the length of the queue, and totals. */
  stats(): PoolStats {
    return readStats(this.#system)
  }

  /**
   * The pool's health, for a readiness probe: ready, degraded or down, with the reason in words and since when. It makes no round trip: it
   * judges by what the pool knows, and costs nothing until you call it. A pool whose connections are all leaked is down, and so is one that
   * has served no caller for long while callers wait.
   * @throws OptionsError for bad options.
   */
  health(options: HealthOptions = {}): PoolHealth {
    const stalledAfter = parseHealthOptions(options)
    return healthOf(factsOf(this.#system), stalledAfter)
  }

  /**
   * Who holds what at this moment: one object for each lease, the longest held first. Costs nothing until you call it; it visits all
   * connections. With `leakWarning`, each says where it was acquired.
   */
  leases(): HeldLease[] {
    return heldLeases(this.#system.parts)
  }

  /**
   * The waiting callers, in the order in which the pool will serve them, unless callers with a higher priority arrive or others leave. Callers
   * whose connection is being validated come first, at position 0; `stats().waiting` does not count them. Costs nothing until you call it; it
   * visits all waiting callers.
   */
  waiting(): WaitingCaller[] {
    return waitingCallers(this.#system.parts)
  }

  /**
   * Shows the pool's actors to an inspector, such as Stately's: first the pool and each of its connections as they are now
   * (`@xstate.actor` and `@xstate.snapshot`), then everything as it happens. As JSON, snapshots show figures, and neither they nor
   * events show what may be secret. Meanwhile, XState's interpreter runs the machines.
   * @param observer receives XState's inspection events. If it throws, it receives no more of them, and its error becomes an uncaught
   *   exception, as in RxJS; the pool is not affected.
   * @returns a function that stops the inspection
   * @throws OptionsError when `observer` is neither a function nor an object.
   */
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): () => void {
    return inspectActors(this.actor, observer)
  }

  /**
   * Reports every transition of the pool and its connections, without XState's interpreter: the machines run exactly as they do
   * otherwise. While an observer is attached, an acquire and a release cost some tens of nanoseconds more; without one, nothing.
   * @param observer receives each event that an actor has processed, and the states before and after ({@link PoolTransition}). The
   *   actor calls it in the middle of a message, so keep it short. If it throws, the pool drops it and goes on, and the error
   *   becomes an uncaught exception.
   * @returns a function that stops it
   * @throws OptionsError when `observer` is neither a function nor an object.
   */
  transitions(observer: Observer<PoolTransition> | ((transition: PoolTransition) => void)): () => void {
    return observeTransitions(this.#system, observer)
  }

  /**
   * Changes `min`, `max` and `maxWaiting` while the pool runs. The pool closes surplus connections: idle ones at once, leased ones on
   * release. Callers that are already waiting keep waiting. A size that is left out stays as it is, except that a `max` below `min`
   * also lowers `min`. An adaptive pool looks for its size anew, up to `max`.
   * @throws OptionsError for bad sizes; PoolClosedError when the pool is closing or closed.
   */
  resize(size: SizeOptions): void {
    this.prepareResize(size).apply()
  }

  /**
   * Checks a size, and has the budget reserve it: nothing is opened or closed until it is applied.
   * @internal
   */
  prepareResize(size: SizeOptions): { apply(): void; undo(): void } {
    const { adaptive, parts, actor } = this.#system
    const { context } = actor.getSnapshot()
    const { min, max } = context.size
    const current = { min, max: adaptive?.stats.limit ?? max, maxWaiting: context.maxWaiting }
    const parsed = parseSize(size, current)
    refuseIfClosing(this.#system, 'resized')
    parts.budget?.resize(parsed.min)
    return {
      apply() {
        adaptive?.resize(parsed.min, parsed.max)
        actor.send({ type: 'resize', ...parsed })
      },
      undo: () => parts.budget?.resize(min),
    }
  }

  /**
   * Changes limits while the pool runs, for drop-ins whose applications expect it.
   * @param changes checked values
   * @internal
   */
  tune(changes: Tuning): void {
    if (changes.allowExitOnIdle !== undefined) this.#system.supervisor.letExit(changes.allowExitOnIdle)
    this.#asking.timeout = changes.acquireTimeout ?? this.#asking.timeout
    this.#system.parts.limits.change(changes)
    // Connections that exceed the new limits go at once.
    if (poolState(this.#system) !== 'closed') this.#system.actor.send({ type: 'maintenance.due' })
  }

  /**
   * Closes one connection if it is idle, for a drop-in that keeps fewer of them than it may open.
   * @internal
   */
  retireIdle(connection: C): void {
    const { parts, supervisor } = this.#system
    const record = parts.roster.idleRecords.find(({ handle }) => handle === connection)
    if (record !== undefined) supervisor.retire(record, 'max idle')
  }

  /**
   * Leases no connection until {@link Pool.resume}, for example during a switch-over. Current leases stay in force; callers wait, and
   * their time stops, except for callers that passed a timeout to `acquire`. A paused pool opens no connection. Pausing twice is
   * harmless. After PgBouncer's PAUSE.
   * @throws PoolClosedError when the pool is closing or closed.
   */
  pause(): void {
    refuseIfClosing(this.#system, 'paused')
    this.#system.actor.send({ type: 'pause' })
  }

  /**
   * Leases connections again after {@link Pool.pause}, and serves waiting callers in order. Does nothing if the pool is not paused.
   * @throws PoolClosedError when the pool is closing or closed.
   */
  resume(): void {
    refuseIfClosing(this.#system, 'resumed')
    this.#system.actor.send({ type: 'resume' })
  }

  /**
   * Replaces every connection gracefully, for example after credentials changed or the database moved: the pool closes idle connections
   * now, leased ones on release, and opens new ones; if connects are failing, it tries one within half a second. No caller loses its
   * lease. The same as HikariCP's `softEvictConnections`.
   * @throws PoolClosedError when the pool is closing or closed.
   */
  evict(): void {
    refuseIfClosing(this.#system, 'emptied')
    this.#system.actor.send({ type: 'evict' })
  }

  /**
   * Closes the pool: it refuses new callers, rejects waiting ones, closes idle connections, waits for leases, and destroys the
   * connections that are still leased when the timeout expires. A second call is harmless, and waits for the same end; a shorter timeout
   * makes it come sooner.
   * @throws OptionsError for bad options.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const timeout = parseCloseOptions(options, this.#system.parts.config.drainTimeout)
    const at = this.#system.parts.config.clock.now()
    if (poolState(this.#system) !== 'closed') this.#system.actor.send({ type: 'close', timeout, at })
    return this.#closed
  }

  /** The same as {@link Pool.close}, for `await using pool = createPool(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Settled forever: to await it takes a turn of the microtasks, and no promise. */
const aTurn: Promise<void> = Promise.resolve()
