// Lends clients in pg.Pool's way: its events, its `release`, its queries, on leases of the pool underneath.

import type { EventEmitter } from 'node:events'
import { systemClock } from '../../../core/clock.js'
import { AcquireTimeoutError } from '../../../core/errors.js'
import { workForPool } from '../../../core/for-the-pool.js'
import { hooksAround } from '../../../core/hooks.js'
import { defaultDrainTimeout } from '../../../core/options.js'
import { throwOutside } from '../../../core/outside.js'
import { toAwaiter } from '../../../core/stacks.js'
import { createPool, type Lease, type Pool, type PoolOptions } from '../../../index.js'
import { type OfPool, ofPool } from '../driver/ask.js'
import {
  type ClientClass,
  isOnTheWay,
  type LentClient,
  lastLease,
  lend,
  type Owner,
  type Release,
} from './client.js'
import { totalCount } from './counts.js'
import { lendingDriver } from './driver.js'
import { asCallersError, neverVerified, releasedTwice, usedAfterRelease } from './errors.js'
import { LostClients } from './lost-clients.js'
import type { Settings, Verify } from './options.js'
import { isSubmittable, submit } from './submittable.js'
import { type Request, WaitingCallers } from './waiting-callers.js'

/** What answers a request in the place of its own promise. */
type Receiver = Parameters<Request['promiseBy']>[0]

export type ResultCallback = (error?: unknown, result?: unknown) => void

const nothing = (): void => {}

/** What stands behind one drop-in pool. */
export class Lender implements Owner {
  // First what each lease reads, in one line of the processor's cache or two.
  /** The pool underneath. */
  readonly pool: Pool<LentClient>
  #onTheWay = 0
  /** Where a turn is waited for. */
  readonly #settled = Promise.resolve()
  /** As `pool.options` has it now. */
  verify: Verify | undefined
  readonly #emitter: EventEmitter
  /** Whether a release is more than that, even if no listener hears of it. */
  #attends: boolean
  readonly #logs: boolean
  readonly #log: (...messages: unknown[]) => void
  readonly trusting: boolean
  readonly #settings: Settings
  /** Whether a query's error means that its client should be closed. */
  readonly #closes: (error: unknown) => boolean
  /** Those that `verify` has seen. */
  readonly #verified = new WeakSet<LentClient>()
  /** Those that `verify` looks at, and what takes its answer. */
  readonly #underVerification = new Map<LentClient, (error?: unknown) => void>()
  /** Leased clients that are dead, and not released yet. */
  readonly lost = new LostClients()
  /** Those who have no client yet. */
  readonly #waiting: WaitingCallers
  /** The number of the last request that timed out. */
  #gaveUp = 0
  /** What those who call `connect()` and have to wait get. */
  readonly #forCallers = this.#receiver()
  /** The same for queries of the pool's own, which `end()` lets finish. */
  readonly #forQueries = this.#receiver()

  /** @param emitter where pg.Pool's events are emitted */
  constructor(
    settings: Settings,
    Client: ClientClass,
    emitter: EventEmitter,
    log: ((...messages: unknown[]) => void) | undefined,
  ) {
    this.#settings = settings
    this.verify = settings.verify
    this.#emitter = emitter
    this.#log = log ?? nothing
    this.#logs = log !== undefined
    this.#attends = this.#logs
    this.trusting = settings.habits.has('allowUseAfterRelease')
    const driver = lendingDriver(settings, Client, {
      connected: client => this.#announce(client),
      removed: client => this.#tell('remove', client),
      failed: (error, client) => this.#announceLoss(error, client),
      lostWhileLent: (client, reason) => {
        this.lost.add(client)
        this.#attends = true
        this.#underVerification.get(client)?.(reason)
      },
      log: this.#log,
    })
    const closesAlways = settings.habits.has('closeOnQueryError')
    this.#closes = error => closesAlways || driver.isFatal?.(error) === true
    const hooks = hooksAround(settings.pool as PoolOptions<LentClient>, workForPool)
    this.pool = createPool(
      driver,
      { ...settings.pool, ...hooks },
      { onLease: lease => lease.connection[lend](lease, this), heldByConnections: true },
    )
    this.pool.tune({ keepIdle: settings.keepIdle })
    this.#waiting = new WaitingCallers(this.pool, () => driver.remedy?.(undefined) !== undefined)
  }

  /** As pg.Pool counts its clients. */
  get total(): number {
    return totalCount(this.pool, this.lost.count, this.#gaveUp)
  }

  /** How many idle clients are on the way to their callers, which takes until the turn is over; for pg.Pool, these are idle, and those wait. */
  get onTheWay(): number {
    return this.#onTheWay
  }

  /**
   * A client for the caller, with pg.Pool's events and errors.
   * @param forQuery whether it is for a query of the pool's own
   */
  borrow(forQuery = false): Promise<LentClient> {
    const request = this.pool.ask()
    const lease = request.granted
    return lease === undefined ? this.#await(request, forQuery) : this.#bring(lease)
  }

  #await(request: Request, forQuery: boolean): Promise<LentClient> {
    if (!request.waits) return toAwaiter(asCallersError(request.refusal))
    this.#waiting.enter()
    return request.promiseBy(forQuery ? this.#forQueries : this.#forCallers) as Promise<LentClient>
  }

  /**
   * As in pg.Pool, the event comes after `connect()` has returned: a listener that the caller adds next hears it. An async function, because
   * the engine searches what one returns for no `then` if it knows its hidden class; what a callback of `then()` returns, it does: the
   * client, and its four prototypes.
   */
  async #bring(lease: Lease<LentClient>): Promise<LentClient> {
    const client = lease.connection
    this.#onTheWay++
    client[isOnTheWay] = true
    await this.#settled
    this.#onTheWay--
    client[isOnTheWay] = false
    return lease.held && this.#isQuiet() ? client : this.#handOver(lease)
  }

  /**
   * Runs a query on a client of its own, and calls back when the client was given back.
   * @param borrow where to get the client, if not from here
   */
  run(
    text: unknown,
    values: unknown,
    callback: ResultCallback,
    borrow: (() => Promise<object>) | undefined,
  ): void {
    const { sharing } = this.pool
    if (borrow === undefined && sharing?.admits({ text, values })) {
      this.#share(sharing, { text, values }, callback)
      return
    }
    const borrowed = borrow === undefined ? this.borrow(true) : (borrow() as Promise<LentClient>)
    if (borrow !== undefined) this.#waiting.enter()
    borrowed.then(
      client => {
        this.#dispatch(client, text, values, callback)
        if (borrow !== undefined) this.#waiting.leave()
      },
      error => {
        process.nextTick(callback, error)
        if (borrow !== undefined) this.#waiting.leave()
      },
    )
  }

  /** Runs a query on a client that other queries use at the same time. */
  #share(sharing: NonNullable<Pool<LentClient>['sharing']>, what: object, callback: ResultCallback): void {
    let sent = true // a client of the application's own may answer before this returns
    sent = sharing.run(what, (error, result) => {
      if (!sent) this.#waiting.leave()
      try {
        if (error) callback(asCallersError(error))
        else callback(undefined, result)
      } catch (mistake) {
        throwOutside(mistake) // the statements of others are under way on the client
      }
    })
    if (!sent) this.#waiting.enter()
  }

  /**
   * Closes the pool once the queries that were asked for have their clients, and the callers for whom one is being opened; then `close`
   * waits for those. All of it takes no longer than `drainTimeout`. What callers are rejected with is delivered before this settles.
   */
  async end(): Promise<void> {
    const { drainTimeout = defaultDrainTimeout, clock = systemClock } = this.#settings.pool
    const begin = clock.now()
    // When no caller waits the pool closes now: a client that is released in the same turn goes to no caller.
    if (this.#waiting.count > 0) {
      await this.#waiting.serveLast(request => !request.answersTo(this.#forCallers), drainTimeout, clock)
    }
    const timeout = Math.max(0, drainTimeout - (clock.now() - begin))
    await this.pool.close({ timeout })
    for (let tick = 0; tick < 2; tick++) await new Promise<void>(resolve => process.nextTick(resolve))
  }

  releaseOf(client: LentClient, lease: Lease<LentClient>): Release {
    let released = false
    return error => {
      if (released) throw releasedTwice(lease.id)
      released = true
      if (error || this.#attends || this.#emitter.listenerCount('release') > 0)
        this.#takeBack(client, lease, error, Boolean(error))
      else lease.release()
    }
  }

  /** One for all callers: what is made for each of them is made for thousands. */
  #receiver(): Receiver {
    return {
      granted: lease => {
        this.#waiting.leave()
        return this.#isQuiet() ? lease.connection : Promise.resolve(lease).then(this.#handOver)
      },
      refused: (error, order = 0) => {
        this.#waiting.leave()
        if (error instanceof AcquireTimeoutError) this.#gaveUp = Math.max(this.#gaveUp, order)
        return toAwaiter(asCallersError(error))
      },
    }
  }

  /** There is no listener for `acquire`, which comes before the caller has the client and after `connect()` has returned; and no `verify`. */
  #isQuiet(): boolean {
    return this.verify === undefined && this.#emitter.listenerCount('acquire') === 0
  }

  /** A field, so that there is one for all calls. */
  readonly #handOver = (lease: Lease<LentClient>): LentClient | Promise<LentClient> => {
    if (!lease.held) return this.borrow() // lost within the same turn: the next one, or the reason why there is none
    const client = lease.connection
    if (this.#emitter.listenerCount('acquire') > 0) this.#tell('acquire', client)
    if (!lease.held && !this.trusting) throw usedAfterRelease(lease.id) // by a listener
    const { verify } = this
    return verify === undefined || this.#verified.has(client) ? client : this.#verify(client, lease, verify)
  }

  #verify(client: LentClient, lease: Lease<LentClient>, verify: Verify): Promise<LentClient> {
    this.#verified.add(client)
    const { verifyTimeout, pool } = this.#settings
    const { clock = systemClock } = pool
    return new Promise((resolve, reject) => {
      const judge = (error?: unknown) => {
        if (this.#underVerification.get(client) !== judge) return // it has been judged
        this.#underVerification.delete(client)
        clock.clearTimeout(timer)
        if (!error) return resolve(client)
        reject(error)
        if (lease.held) client.release(error as Error)
      }
      this.#underVerification.set(client, judge)
      const timer =
        verifyTimeout === Number.POSITIVE_INFINITY
          ? undefined
          : clock.setTimeout(() => judge(neverVerified(verifyTimeout)), verifyTimeout)
      try {
        verify(client, judge)
      } catch (error) {
        judge(error ?? new Error('verify failed'))
      }
    })
  }

  #dispatch(client: LentClient, text: unknown, values: unknown, callback: ResultCallback): void {
    this.#log('dispatching query')
    const lease = client[lastLease] as Lease<LentClient>
    let over = false
    // As in pg.Pool: the query's caller hears of the loss of its client, which is an uncaught exception otherwise.
    const watched = this.#settings.habits.has('throwUnhandledErrors')
    if (watched) client.on('error', nothing)
    const done: ResultCallback & OfPool = (error, result) => {
      if (over) return
      over = true
      if (watched) client.removeListener('error', nothing)
      this.#log('query dispatched')
      try {
        this.#takeBack(client, lease, error, error ? this.#closes(error) : false)
      } catch (mistake) {
        error ??= mistake // a listener has released it before
      }
      if (error) callback(error)
      else callback(undefined, result)
    }
    done[ofPool] = true
    try {
      if (isSubmittable(text)) submit(client, text, done)
      else client.query(text as string, values as unknown[], done)
    } catch (error) {
      process.nextTick(done, error) // a query that is none
    }
  }

  /** @param error what `release` was given, or the query's error; for listeners */
  #takeBack(client: LentClient, lease: Lease<LentClient>, error: unknown, closes: boolean): void {
    if (this.#emitter.listenerCount('release') > 0) this.#tell('release', error, client)
    this.lost.released(client)
    this.#attends = this.#logs || this.lost.some
    if (closes) lease.destroy(error === true ? undefined : error)
    else lease.release()
    const why = lease.endReason
    if (why === 'max uses') this.#log('remove expended client')
    else if (why === 'max lifetime') this.#log('remove expired client')
  }

  /** Emits an event. What a listener throws is an uncaught exception; it must not cost the pool a client. */
  #tell(event: string, ...args: unknown[]): void {
    try {
      this.#emitter.emit(event, ...args)
    } catch (error) {
      throwOutside(error)
    }
  }

  /** No caller gets a new client before the promises of the listeners that prepare it settle. */
  async #announce(client: LentClient): Promise<void> {
    if (this.#settings.habits.has('ignoreConnectListeners')) {
      this.#emitter.emit('connect', client)
      return
    }
    const listeners = this.#emitter.rawListeners('connect')
    if (listeners.length > 0)
      await Promise.all(listeners.map(listener => listener.call(this.#emitter, client)))
  }

  #announceLoss(error: unknown, client: LentClient): void {
    this.#log('idle client was lost', error)
    const mustBeHeard = this.#settings.habits.has('throwUnhandledErrors')
    if (!mustBeHeard && this.#emitter.listenerCount('error') === 0) return
    if (error instanceof Error) Object.assign(error, { client })
    this.#emitter.emit('error', error, client)
  }
}
