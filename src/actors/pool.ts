// The pool as applications see it: a façade that turns calls into messages to the pool actor.

import type { Observable, SchedulerLike } from 'rxjs'
import { createActor, type InspectionEvent, type Observer } from 'xstate'
import { checkFunction } from '../check.js'
import type { Driver } from '../db/driver.js'
import { AcquireAbortedError, LeaseError, OptionsError, PoolClosedError } from '../errors.js'
import {
  type AcquireOptions,
  type CloseOptions,
  checkAcquireOptions,
  type PoolOptions,
  parseCloseOptions,
  parseOptions,
  parseSize,
  type SizeOptions,
  type Tuning,
} from '../options.js'
import { outside } from '../outside.js'
import { closedError } from './acquire-queue.js'
import { checkDriver } from './check-driver.js'
import type { PoolNotice } from './events.js'
import { type HeldLease, heldLeases, type WaitingCaller, waitingCallers } from './holders-and-waiters.js'
import { inspectActors } from './inspection.js'
import type { Lease } from './lease.js'
import { MachineClock } from './machine-clock.js'
import { ofPool } from './parts.js'
import { type PoolActorRef, PoolSystem } from './pool-actor.js'
import { logicOf } from './pool-logic.js'
import { AcquireRequest } from './request.js'
import type { Roster } from './roster.js'
import { type PoolStats, poolState, readStats } from './stats.js'
import { runTransaction, transactionSupport } from './transaction.js'
import { parseTransactionOptions, type TransactionOptions } from './transaction-options.js'

/** A pool of connections of type `C`; made by {@link createPool}. */
export class Pool<C> implements AsyncDisposable {
  readonly #system: PoolSystem<C>
  readonly #closed: Promise<void>
  #acquireTimeout: number

  /** @internal */
  constructor(system: PoolSystem<C>) {
    this.#system = system
    this.#acquireTimeout = system.parts.config.acquireTimeout
    this.#closed = new Promise((resolve, reject) => {
      system.actor.subscribe({ complete: resolve, error: reject })
    })
    this.#closed.catch(() => {}) // whoever calls close() is told
  }

  /** What the pool is called in its events, errors and warnings: the option `name`, or where its driver connects to. */
  get name(): string {
    return this.#system.parts.name
  }

  /** The pool's actor: subscribe to it, read its snapshot, look at its children, which are the connections. */
  get actor(): PoolActorRef<C> {
    return this.#system.actor
  }

  /**
   * Everything that happens in the pool, as it happens. Events are delivered after the pool has done with what caused them;
   * completes when the pool is closed. Costs nothing while nobody listens.
   */
  get events$(): Observable<PoolNotice> {
    return this.#system.parts.notices.events$
  }

  /** An RxJS scheduler on the pool's clock, for operators over {@link Pool.events$}: they run in simulated time if the pool does. */
  get scheduler(): SchedulerLike {
    return this.#system.scheduler
  }

  /**
   * Waits until `min` connections are up.
   *
   * Rejects with the error of the first connect that fails meanwhile. The pool keeps trying, with a growing delay; call it again to
   * go on waiting.
   * @throws ConnectError when a connection could not be opened; PoolClosedError when the pool is closing or closed.
   */
  ready(): Promise<void> {
    switch (poolState(this.#system)) {
      case 'paused':
      case 'running': {
        const { roster, size } = this.#system.actor.getSnapshot().context
        return roster.established >= size.min ? Promise.resolve() : this.#system.readiness.wait()
      }
      case 'draining':
      case 'closed':
        return Promise.reject(
          ofPool(
            this.#system.parts,
            new PoolClosedError('The pool will not be ready: it is closing or closed.'),
          ),
        )
      default:
        return this.#system.readiness.wait()
    }
  }

  /**
   * Borrows a connection. Give it back with `lease.release()`, `await using`, or let {@link Pool.use} do it.
   * @throws AcquireTimeoutError when none became free in time, saying why; AcquireAbortedError when the signal aborted;
   *   QueueFullError when `maxWaiting` callers wait;
   *   DatabaseDownError when no connection can be had and `whenDown` is 'fail'; PoolPausedError when it is paused and the timeout is 0;
   *   PoolClosedError when the pool is closing or closed; OptionsError for bad options.
   */
  acquire(options?: AcquireOptions): Promise<Lease<C>> {
    let timeout = this.#acquireTimeout
    let priority = 0
    let strict = false
    let signal: AbortSignal | undefined
    if (options !== undefined) {
      try {
        const checked = checkAcquireOptions(options)
        timeout = checked.timeout ?? timeout
        strict = checked.timeout !== undefined
        priority = checked.priority ?? 0
        signal = checked.signal
      } catch (error) {
        return Promise.reject(error)
      }
    }
    try {
      return this.#request(timeout, priority, strict, signal, this.acquire).promise(this.acquire)
    } catch (error) {
      return Promise.reject(error) // of a clock, or of a signal's getter, that is not the pool's
    }
  }

  /**
   * The same, with no options, for those who do without the promise when they are served at once: who stands in for another pool has
   * one of its own.
   * @internal
   */
  ask(): AcquireRequest<C> {
    return this.#request(this.#acquireTimeout, 0, false, undefined, this.ask)
  }

  /** @param entry the method that the caller called, for the stack */
  #request(
    timeout: number,
    priority: number,
    strict: boolean,
    signal: AbortSignal | undefined,
    entry: object,
  ): AcquireRequest<C> {
    const system = this.#system
    const now = system.parts.config.clock.now()
    const { notices, line } = system.parts
    const { borrowers } = system
    const request =
      borrowers === undefined
        ? new AcquireRequest<C>(now, timeout, priority, strict)
        : borrowers.request(now, timeout, priority, strict, entry)
    if (notices.observed) {
      notices.publish({ type: 'acquire.requested', request: request.order, waiting: line.length })
    }
    if (signal?.aborted) system.callers.cancel(request, new AcquireAbortedError(signal.reason, 0))
    else if (system.actor.getSnapshot().status !== 'active') system.callers.refuse(request, closedError())
    else (borrowers ?? system.queue).submit(request, signal)
    return request
  }

  /**
   * Borrows a connection for the length of a call, and gives it back whatever happens. A connection that is broken by the error
   * that the callback threw, as far as the driver can tell, is closed instead.
   * @returns what the callback returned
   * @throws OptionsError when there is no callback; what {@link Pool.acquire} throws; and whatever the callback throws.
   */
  async use<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: AcquireOptions,
  ): Promise<T> {
    checkFunction('callback', callback)
    const lease = await this.acquire(options)
    const { borrowers } = this.#system
    try {
      return await (borrowers === undefined
        ? callback(lease.connection, lease)
        : borrowers.run(lease, callback))
    } catch (error) {
      const broken = this.#isFatal(error)
      if (broken && lease.held) lease.destroy(error)
      throw error
    } finally {
      if (lease.held) lease.release()
    }
  }

  /**
   * Runs the callback in a transaction: begins one, calls, and commits; when the callback throws, rolls back, and passes its error on
   * as it is. With `retry`, the whole transaction is tried again after a serialization failure or a deadlock, on the same connection,
   * after a pause (exponential back-off with full jitter, at most 1 s); so the callback may be called several times, and must
   * await all that it starts. When no further attempt is made, for whatever reason, the last error is thrown as it is.
   *
   * With `retry`, an attempt that fails because its session is stale (the driver reported that only a new session can mend it) is
   * repeated on another connection, and does not count.
   *
   * A connection whose transaction cannot be ended is closed, and never leased again. After an error that means that the connection broke
   * during the commit, nobody can know whether it was committed. COMMIT and ROLLBACK are not the callback's to send: one that did is
   * told so by an error (but not on MySQL, where other statements end a transaction as well).
   *
   * A `transaction` inside another one is not nested in it: each call takes a connection of its own, and neither sees what the
   * other did. (Use savepoints for parts of a transaction.)
   * @returns what the callback returned, once it is committed
   * @throws OptionsError for bad options, or when the driver has no transactions; what {@link Pool.acquire} throws; whatever the
   *   callback throws, and what the database says to begin and commit; ValidationError when it does not answer the begin within
   *   `validateTimeout`; LeaseError when the connection was gone, or was given back by the callback, before the commit.
   */
  async transaction<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    checkFunction('callback', callback)
    const parsed = parseTransactionOptions(options)
    const { name, driver, config } = this.#system.parts
    const context = {
      name,
      support: transactionSupport(driver),
      config,
      isFatal: (error: unknown) => this.#isFatal(error),
    }
    // Each session that is open may be stale, and says so at its first error; an attempt on one does not count.
    for (let stale = 0; ; stale++) {
      let lease: Lease<C> | undefined
      try {
        return await this.use((_, own) => {
          lease = own
          return runTransaction(context, own, callback, parsed)
        }, parsed.acquire)
      } catch (error) {
        const { max } = this.#system.actor.getSnapshot().context.size
        if (!lease?.stale || parsed.retry === 0 || stale >= max || parsed.acquire.signal?.aborted) throw error
      }
    }
  }

  /** A driver that fails to tell is not trusted, and its error does not take the place of the caller's. */
  #isFatal(error: unknown): boolean {
    try {
      return this.#system.parts.driver.isFatal?.(error) ?? false
    } catch {
      return true
    }
  }

  /**
   * The same as `lease.release()`, for code that gives things back to where they came from.
   * @throws LeaseError when the lease is another pool's, or was given back before.
   */
  release(lease: Lease<C>): void {
    if (!lease?.belongsTo?.(this.#system.parts)) {
      throw ofPool(
        this.#system.parts,
        new LeaseError(
          'LEASE_FOREIGN',
          lease?.id,
          `Lease ${lease?.id} is not this pool's. Give it back to the pool that lent it, or call lease.release().`,
        ),
      )
    }
    lease.release()
  }

  /** The pool at this moment: its state, its sizes, how many connections are in which state, who waits, and totals. */
  stats(): PoolStats {
    return readStats(this.#system)
  }

  /**
   * Who holds what at this moment: one object for each lease that is out, the longest held first. Costs nothing until it is called; it
   * looks at all connections. With `leakWarning`, each says where it was acquired.
   */
  leases(): HeldLease[] {
    return heldLeases(this.#system.parts)
  }

  /**
   * Who waits at this moment, in the order in which they will be served, unless callers of a higher priority come or others leave. First
   * those for whom a connection is being validated, whom `stats().waiting` does not count (place 0). Costs nothing until it is called; it
   * looks at all who wait.
   */
  waiting(): WaitingCaller[] {
    return waitingCallers(this.#system.parts)
  }

  /**
   * Shows the pool's actors to an inspector, such as Stately's: first the pool and each of its connections as they are now
   * (`@xstate.actor` and `@xstate.snapshot`), then everything as it happens. As JSON, snapshots show figures, and neither they nor
   * events show what may be secret. XState's interpreter runs the machines meanwhile.
   * @param observer gets XState's inspection events. If it throws, it gets no more of them, and its error is an uncaught
   *   exception, as in RxJS; the pool goes on.
   * @returns a function that stops it
   * @throws OptionsError when `observer` is neither a function nor an object.
   */
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): () => void {
    return inspectActors(this.actor, observer)
  }

  /**
   * Changes `min`, `max` and `maxWaiting` while the pool runs. Superfluous connections are closed: idle ones at once, lent ones when
   * they come back. Callers who wait already go on waiting. What is not given stays as it is, except that a `max` below `min`, given
   * alone, lowers `min` to itself.
   * @throws OptionsError for bad sizes; PoolClosedError when the pool is closing or closed.
   */
  resize(size: SizeOptions): void {
    const { context } = this.#system.actor.getSnapshot()
    const parsed = parseSize(size, { ...context.size, maxWaiting: context.maxWaiting })
    this.#refuseIfClosing('resized')
    this.#system.actor.send({ type: 'resize', ...parsed })
  }

  /**
   * Changes limits while the pool runs, for drop-ins whose applications expect it.
   * @param changes numbers that were checked
   * @internal
   */
  tune(changes: Tuning): void {
    this.#acquireTimeout = changes.acquireTimeout ?? this.#acquireTimeout
    this.#system.parts.limits.change(changes)
    // What is superfluous by the new limits is looked for at once.
    if (poolState(this.#system) !== 'closed') this.#system.actor.send({ type: 'maintenance.due' })
  }

  /**
   * Lends nothing until {@link Pool.resume}: for a switch-over, say. Leases that are out stay out; callers wait, and their time stands
   * still, except for those who gave `acquire` a timeout of their own. Nothing is opened meanwhile. Pausing twice is harmless.
   * After PgBouncer's PAUSE.
   * @throws PoolClosedError when the pool is closing or closed.
   */
  pause(): void {
    this.#refuseIfClosing('paused')
    this.#system.actor.send({ type: 'pause' })
  }

  /**
   * Lends again after {@link Pool.pause}: those who waited are served in their order. Does nothing to a pool that is not paused.
   * @throws PoolClosedError when the pool is closing or closed.
   */
  resume(): void {
    this.#refuseIfClosing('resumed')
    this.#system.actor.send({ type: 'resume' })
  }

  /**
   * Retires every connection softly, for changed credentials or a database that moved: idle ones are closed now, lent ones when they
   * come back, and new ones are opened instead; while connects fail, one is tried within half a second. Nobody loses a lease. The same
   * as HikariCP's `softEvictConnections`.
   * @throws PoolClosedError when the pool is closing or closed.
   */
  evict(): void {
    this.#refuseIfClosing('emptied')
    this.#system.actor.send({ type: 'evict' })
  }

  #refuseIfClosing(what: string): void {
    const state = poolState(this.#system)
    if (state === 'draining' || state === 'closed') {
      throw ofPool(
        this.#system.parts,
        new PoolClosedError(`The pool was not ${what}: it is closing or closed.`),
      )
    }
  }

  /**
   * Closes the pool: lends no more, rejects those who wait, closes idle connections, waits for leases, and destroys those that
   * are still out when the time is up. Calling it again is harmless, and waits for the same end; with a shorter timeout it comes sooner.
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

/** The façades of running pools: one each. */
const facades = new WeakMap<object, Pool<unknown>>()

/**
 * The pool that an actor runs, as an object with methods: the same as `createPool` returns, for an actor that was made from
 * {@link poolLogic}. Asked twice for the same actor, it gives the same object.
 * @param actor a running pool's actor: of `createActor(poolLogic(…))`, or a child of your machine (`snapshot.children.pool`)
 * @throws OptionsError when the actor is not a pool's.
 */
export function poolOf<C>(actor: PoolActorRef<C>): Pool<C> {
  const system = systemBehind(actor)
  if (system === undefined)
    throw new OptionsError(
      'actor',
      actor,
      'poolOf() takes an actor that was made from poolLogic(driver, options), and this is not one. Pass the actor itself, such as snapshot.children.pool, once your machine has started it.',
    )
  const pool = facades.get(system) ?? new Pool(system)
  facades.set(system, pool)
  return pool as Pool<C>
}

function systemBehind(actor: PoolActorRef<unknown> | undefined): PoolSystem<unknown> | undefined {
  const roster = actor?.getSnapshot?.()?.context?.roster as Partial<Roster<unknown>> | undefined
  return roster?.owner instanceof PoolSystem ? roster.owner : undefined
}

/**
 * Creates a pool and starts it at once: it opens `min` connections in the background. Bad options are refused here and never later. The
 * pool is an actor that runs {@link poolLogic}, in a system of its own.
 *
 * @param driver how to talk to the database: `postgres(…)` from `statepool/pg`, `simulated()` from `statepool/simulated`, your own
 * @param options see {@link PoolOptions}
 * @throws OptionsError naming the option, its value and what it may be.
 */
export function createPool<C>(driver: Driver<C>, options?: PoolOptions): Pool<C> {
  const config = parseOptions(options)
  checkDriver(driver)
  return outside(() => {
    const clock = new MachineClock(config.clock)
    const actor = createActor(logicOf(driver, config), { id: 'pool', systemId: 'pool', clock })
    const pool = poolOf(actor)
    actor.start()
    return pool
  })
}
