// Watches a pool from the outside, from the database's side and from the inside, and checks one against the other.

import type { SizeOptions } from '../core/live-options.js'
import type { ResolvedPoolOptions } from '../core/options.js'
import type { SimulatedConnection, SimulatedDatabase, SimulatedDriver } from '../db/simulated/index.js'
import type { AcquireOptions, CloseOptions, Driver, Lease, Pool, PoolStats } from '../index.js'
import { type Caller, Callers, describeRequest } from './callers.js'
import { ClosingWatch } from './closing-watch.js'
import { type DriverCall, DriverWatch } from './driver-watch.js'
import { checkDoors, checkInvariants } from './invariants.js'
import { checkLanes } from './lane-watch.js'
import { Proofs } from './proofs.js'
import type { Random } from './random.js'
import { ShedWatch } from './shed-watch.js'
import type { SimulatedClock } from './simulated-clock.js'
import { SizeWatch } from './size-watch.js'
import { TenantTurns } from './tenant-turns.js'
import { messageOf, type Trace } from './trace.js'
import { Turns } from './turns.js'
import { Unfit } from './unfit.js'
import { demand } from './violation.js'
import { type CallWatch, WatchedPool } from './watched-pool.js'

type SimulatedPool = Pool<SimulatedConnection>

/** A pool's calls, its driver's calls and its figures, checked against each other. */
export class PoolWatch implements CallWatch<SimulatedConnection> {
  readonly callers: Callers
  readonly #config: ResolvedPoolOptions
  readonly #clock: SimulatedClock
  readonly #trace: Trace
  readonly #driver: DriverWatch
  readonly #proofs = new Proofs()
  readonly #turns: Turns
  readonly #closes: ClosingWatch
  readonly #size: SizeWatch
  readonly #shed: ShedWatch
  readonly #unfit = new Unfit()
  readonly #tenants = new TenantTurns()
  /** Whether the pool has asked itself for connections: then callers are fewer than it counts. */
  #uncounted = false
  #pool: SimulatedPool | undefined
  /** What knows of the statements that wait; undefined if none share. */
  #sharing: { readonly pending: number } | undefined
  #database: SimulatedDatabase | undefined
  #violation: unknown
  #closing = false
  #paused = false
  /** How many leases had been granted when it was paused. */
  #grantedBefore = 0
  #upheavalAt = Number.NEGATIVE_INFINITY

  /**
   * @param random decides what the driver does that the database knows nothing of
   * @param setUp the settings with which each session begins
   */
  constructor(
    config: ResolvedPoolOptions,
    clock: SimulatedClock,
    trace: Trace,
    random: Random,
    setUp: Readonly<Record<string, string>>,
  ) {
    this.#clock = clock
    this.callers = new Callers(setUp)
    this.#turns = new Turns(this.callers)
    this.#config = config
    this.#closes = new ClosingWatch(config.closeTimeout)
    this.#trace = trace
    this.#size = new SizeWatch(config)
    this.#shed = new ShedWatch(config.shed)
    const {
      connectTimeout: connect,
      validateTimeout: validate,
      resetTimeout: reset,
      closeTimeout: close,
    } = config
    this.#driver = new DriverWatch({
      now: () => config.clock.now(),
      deadlines: { connect, validate, reset, close },
      checkConnect: underWay => this.#size.checkConnect(underWay, this.#database?.open ?? 0, this.#pool),
      mayCallOff: start => this.#closing || this.#upheavalAt >= start || config.adaptive !== undefined,
      deliversLate: () => random.chance(0.5),
      proofs: this.#proofs,
      isBehind: () => this.#isBehind,
      foundStale: (connection, all) => this.#noteStale(connection, all),
      found: violation => this.#note(violation),
    })
  }

  /** The driver to make the pool with. */
  driver(driver: SimulatedDriver): Driver<SimulatedConnection> {
    this.#database = driver.database
    return this.#driver.wrap(driver)
  }

  /** Watches a pool. @returns the pool to call: the watch notices all calls of it */
  attach(pool: SimulatedPool): SimulatedPool {
    this.#pool = pool
    const watched = new WatchedPool(pool, this)
    this.#sharing = watched.sharing
    this.#uncounted = watched.sharing !== undefined
    pool
      .eventsOf('acquire.refused', 'acquire.aborted', 'acquire.timedOut')
      .subscribe(({ request }) => this.#tenants.noteGone(request))
    return watched
  }

  acquiring(
    options: AcquireOptions | undefined,
    call: () => Promise<Lease<SimulatedConnection>>,
  ): Promise<Lease<SimulatedConnection>> {
    const { acquireTimeout, clock } = this.#config
    const caller = this.callers.add(options, acquireTimeout, clock.now(), this.#paused)
    if (options?.tenant !== undefined) this.#tenants.noteAsked(options)
    this.#trace.note(() => `caller ${caller.order} asks for a connection${describeRequest(options)}`)
    const answer = call()
    answer.then(
      lease => this.attempt(() => this.#served(caller, lease)),
      error => this.attempt(() => this.#refused(caller, error)),
    )
    return answer
  }

  resizing(size: SizeOptions, call: () => void): void {
    const before = this.#upheavalAt
    this.#upheavalAt = this.#config.clock.now()
    try {
      this.#size.resizing(size, this.#database?.open ?? 0, call)
    } catch (error) {
      this.#upheavalAt = before
      throw error
    }
  }

  closing(options: CloseOptions | undefined, call: () => Promise<void>): Promise<void> {
    this.#closing = true
    this.#closes.note(this.#config.clock.now() + (options?.timeout ?? this.#config.drainTimeout))
    this.#trace.note(
      () =>
        `the application closes the pool${options?.timeout === undefined ? '' : `, waiting ${options.timeout} ms for leases`}`,
    )
    return call()
  }

  pausing(call: () => void): void {
    call()
    this.#paused = true
    this.#grantedBefore = this.#granted
    this.callers.notePaused()
    this.#trace.note(() => 'the application pauses the pool')
  }

  resuming(call: () => void): void {
    this.#paused = false
    this.#trace.note(() => 'the application resumes the pool')
    call()
  }

  evicting(call: () => void): void {
    this.#upheavalAt = this.#config.clock.now()
    this.#unfit.note(this.#database?.connections ?? [], this.#granted)
    this.#trace.note(() => 'the application evicts all connections')
    call()
  }

  /** Has something happen in the midst of the pool's next call of a driver's method. */
  within(call: DriverCall, act: () => void): void {
    this.#driver.within(call, act)
  }

  /** The pool asks itself for a connection, as `query()` does. */
  noteUncounted(options: AcquireOptions): void {
    this.#uncounted = true
    this.#tenants.noteAsked(options)
  }

  /** Makes a check in the middle of something; what it finds is thrown when the pool is at rest. */
  attempt(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#note(error)
    }
  }

  /** The holder of a connection ends it: no caller may get it any more. */
  noteEnded(connection: SimulatedConnection): void {
    this.#unfit.noteEnded(connection, this.#granted)
  }

  /** The process is about to be frozen until then: who waits may be told later, and calls may take longer. */
  noteFrozen(until: number): void {
    this.callers.noteFrozen(until)
    this.#closes.noteFrozen(until)
  }

  get #isBehind(): boolean {
    return this.#clock.behind
  }

  /** What a connection says that is to end in any case is not news about the others: they may have been replaced since. */
  #noteStale(connection: SimulatedConnection, all: boolean): void {
    if (all) this.#upheavalAt = this.#config.clock.now() // the pool retires the others all the same, unless it has done so before
    if (this.#isEnding(connection)) return
    this.#trace.note(() => `connection ${connection.id} is stale${all ? ', and so are all others' : ''}`)
    this.#unfit.note(all ? (this.#database?.connections ?? []) : [connection], this.#granted)
  }

  #isEnding(connection: SimulatedConnection): boolean {
    const { roster } = (this.#pool as SimulatedPool).actor.getSnapshot().context
    const { records = [] } = roster as { records?: Iterable<{ handle?: unknown; ending?: unknown }> }
    for (const { handle, ending } of records) if (handle === connection) return ending !== undefined
    return true
  }

  /** How many leases there have been. */
  get #granted(): number {
    return this.#pool?.stats().acquired ?? 0
  }

  /** Throws what was found in the middle of something since the last time, and what is wrong between two events. */
  checkStructure(): PoolStats {
    if (this.#violation !== undefined) throw this.#violation
    const pool = this.#pool as SimulatedPool
    const database = this.#database as SimulatedDatabase
    const { maxConnecting } = this.#config
    const max = this.#size.allowed(database.open, pool.stats())
    const stats = checkInvariants(pool, { database, max, maxConnecting, paused: this.#paused })
    demand(
      !this.#paused || stats.acquired === this.#grantedBefore,
      'settlement',
      () => `${stats.acquired - this.#grantedBefore} leases were granted while the pool was paused`,
    )
    return stats
  }

  /** The same, and what holds when all promises have come to rest. */
  check(): void {
    const stats = this.checkStructure()
    const { callers } = this
    checkDoors(stats)
    this.#driver.check()
    if (!this.#isBehind) callers.check(this.#config.clock.now())
    const { held, outcomes } = callers
    const shares = this.#uncounted
    demand(
      shares ? held.length + stats.shared <= stats.busy : held.length === stats.busy,
      'fence',
      () => `${held.length} leases are held, and ${stats.busy} connections are busy`,
    )
    if (held.length > 0) {
      const lent = new Set(held.map(({ connection }) => connection))
      demand(
        lent.size === held.length,
        'fence',
        () => `${held.length} leases are held of ${lent.size} connections`,
      )
      for (const lease of held) this.#unfit.checkHeld(lease)
    }
    for (const told of ['acquired', 'timedOut', 'aborted', 'refused'] as const) {
      demand(
        shares ? outcomes[told] <= stats[told] : outcomes[told] === stats[told],
        'settlement',
        () => `${outcomes[told]} callers were told that they ${told}, and the pool counted ${stats[told]}`,
      )
    }
    this.#proofs.noteRest(stats.lost, stats.acquired)
    if (!this.#isBehind) this.#closes.check(this.#config.clock.now(), held.length, stats)
    const listed = (this.#pool as SimulatedPool).waiting()
    this.#turns.noteRest(listed)
    if (this.#sharing === undefined) this.#tenants.check(listed)
    checkLanes(this.#config.lanes, held, lease => this.callers.laneOf(lease))
    if (!this.#isBehind) this.#shed.check(stats, listed, this.#config.clock.now())
    demand(
      shares ? callers.waiting.size <= listed.length : callers.waiting.size === listed.length,
      'settlement',
      () =>
        `${callers.waiting.size} callers wait, and the pool lists ${listed.length}: ${stats.waiting} are in the queue, and ${stats.validating} connections are being validated`,
    )
  }

  #served(caller: Caller, lease: Caller['lease'] & object): void {
    this.#trace.note(() => `caller ${caller.order} gets ${lease.connectionId} by lease ${lease.id}`)
    this.callers.noteGranted(caller, lease)
    if (!lease.held) return
    this.#unfit.checkGranted(caller, lease)
    if (this.#config.validateAfter !== Number.POSITIVE_INFINITY) this.#proofs.check(lease)
    const { waiting, lanes = {} } = (this.#pool as SimulatedPool).stats()
    const atDoors = Object.values(lanes).reduce((sum, lane) => sum + lane.waiting, 0)
    this.#turns.check(caller, waiting + atDoors - (this.#sharing?.pending ?? 0))
  }

  #refused(caller: Caller, error: unknown): void {
    this.#trace.note(() => `caller ${caller.order} is told ${messageOf(error)}`)
    this.callers.noteRefused(caller, error, {
      now: this.#config.clock.now(),
      closing: this.#closing,
      bounded: this.#config.maxWaiting !== Number.POSITIVE_INFINITY,
      target: this.#config.shed?.target,
    })
  }

  #note(violation: unknown): void {
    this.#violation ??= violation
  }
}
