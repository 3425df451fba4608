// The invariants of a pool in simulated time, as checks that hold after every event (docs: the invariants of the design).

import { expect } from 'vitest'
import type { AnyActorRef } from 'xstate'
import type { SimulatedConnection, SimulatedOptions } from '../../src/db/simulated.js'
import type { AcquireOptions, Lease, PoolError, PoolOptions } from '../../src/index.js'
import { type PoolInSimulatedTime, poolInSimulatedTime } from './pool-in-simulated-time.js'

/** One call of acquire, and what became of it. */
export interface Caller {
  readonly order: number
  readonly priority: number
  readonly controller: AbortController
  lease?: Lease<SimulatedConnection>
  error?: PoolError
}

/** A pool that is watched from the outside, from the database's side and from the inside, and checked against itself. */
export class WatchedPool {
  readonly parts: PoolInSimulatedTime
  readonly callers: Caller[] = []
  #violation: unknown
  /** As last set; the pool's own figure lags behind while it resizes. */
  #max: number
  /** More than max only until what there was when it was lowered is gone. */
  #allowed: number

  constructor(
    readonly options: PoolOptions,
    settings: SimulatedOptions,
  ) {
    this.#max = options.max ?? 10
    this.#allowed = this.#max
    this.parts = poolInSimulatedTime(options, { connectLatency: [0, 100], ...settings }, (driver, clock) => {
      this.#checkAfterEachTimer(clock)
      return {
        connect: context => {
          this.#attempt(() =>
            expect(driver.database.open, 'connections at a connect').toBeLessThan(this.#max),
          )
          return driver.connect(context)
        },
      }
    })
  }

  acquire(options: AcquireOptions): void {
    const controller = new AbortController()
    const caller: Caller = { order: this.callers.length, priority: options.priority ?? 0, controller }
    this.callers.push(caller)
    this.parts.pool.acquire({ ...options, signal: controller.signal }).then(
      lease => this.#attempt(() => this.#granted(caller, lease)),
      error => {
        caller.error = error
      },
    )
  }

  get held(): Lease<SimulatedConnection>[] {
    return this.callers.flatMap(({ lease }) => (lease?.held ? [lease] : []))
  }

  get waiting(): Caller[] {
    return this.callers.filter(({ lease, error }) => lease === undefined && error === undefined)
  }

  resize(size: { min: number; max: number }): void {
    this.#max = size.max
    this.#allowed = Math.max(size.max, this.parts.database.open)
    this.parts.pool.resize(size)
  }

  /** Throws what was found wrong since the last time. */
  rethrow(): void {
    if (this.#violation !== undefined) throw this.#violation
  }

  /** Holds at every moment at which the pool is not in the middle of something. */
  checkStructure(): void {
    const { pool, database } = this.parts
    const stats = pool.stats()
    this.#allowed = Math.max(this.#max, Math.min(this.#allowed, database.open))
    expect(database.open, 'connections on the database').toBeLessThanOrEqual(this.#allowed)
    expect(database.open, 'connections that the pool does not know').toBeLessThanOrEqual(stats.total)
    expect(stats.connecting, 'maxConnecting').toBeLessThanOrEqual(this.options.maxConnecting ?? 2)
    if (stats.idle > 0) expect(stats.waiting, 'callers who wait although a connection is idle').toBe(0)

    const counted = { connecting: 0, idle: 0, busy: 0, validating: 0, closing: 0 }
    for (const child of Object.values(pool.actor.getSnapshot().children)) {
      const { value } = (child as AnyActorRef).getSnapshot()
      const state = (typeof value === 'string' ? value : Object.keys(value)[0]) as keyof typeof counted
      counted[state]++
    }
    expect(stats, 'stats against the machines').toMatchObject(counted)
    const { connecting, idle, busy, validating, closing } = counted
    const { roster, line } = pool.actor.getSnapshot().context
    expect(
      [roster.total, roster.connecting, roster.established, roster.idle, line.length],
      'the roster and the line against the machines',
    ).toEqual([
      connecting + idle + busy + validating + closing,
      connecting,
      idle + busy + validating,
      idle,
      stats.waiting,
    ])
    expect(stats.opened - stats.closed, 'opened and not closed').toBe(stats.total - connecting)
  }

  /** Holds when all promises have come to rest too. */
  checkOutcomes(): void {
    this.checkStructure()
    const stats = this.parts.pool.stats()
    const { held, callers } = this
    expect(stats.busy, 'held leases').toBe(held.length)
    expect(new Set(held.map(({ connection }) => connection)).size, 'connections lent at a time').toBe(
      held.length,
    )
    for (const { connection } of held) expect(connection.state, 'a lent connection').toBe('open')
    const failed = (code: string) => callers.filter(({ error }) => error?.code === code).length
    expect(
      {
        acquired: callers.filter(({ lease }) => lease !== undefined).length,
        timedOut: failed('ACQUIRE_TIMEOUT'),
        aborted: failed('ACQUIRE_ABORTED'),
        refused: failed('QUEUE_FULL') + failed('POOL_CLOSED'),
      },
      'what callers were told against what the pool counted',
    ).toEqual({
      acquired: stats.acquired,
      timedOut: stats.timedOut,
      aborted: stats.aborted,
      refused: stats.refused,
    })
    const listed = this.parts.pool.waiting()
    expect(listed.length, 'callers whom the pool lists').toBe(this.waiting.length)
    const validatedFor = listed.filter(({ place }) => place === 0).length
    expect(validatedFor, 'callers who have a connection validated').toBe(listed.length - stats.waiting)
    expect(validatedFor, 'callers who have a connection validated').toBeLessThanOrEqual(stats.validating)
    const leases = this.parts.pool.leases().map(({ lease }) => lease)
    expect(leases, 'leases that the pool lists').toEqual(held.map(({ id }) => id).sort((a, b) => a - b))
  }

  #granted(caller: Caller, lease: Lease<SimulatedConnection>): void {
    caller.lease = lease
    if (!lease.held) return // lost in the same tick
    expect(lease.connection, 'a connection as it is lent').toMatchObject({ transaction: 'none', running: 0 })
    if (this.options.validateAfter !== false) return // who waits for a validation may be overtaken
    const passedOver = this.waiting.filter(
      ({ order, priority }) => order < caller.order && priority === caller.priority,
    )
    // One that was refused in the same tick is told a few microtasks later than one that is served.
    setImmediate(() =>
      this.#attempt(() => {
        const stillWaited = passedOver.filter(({ error }) => error === undefined)
        expect(
          stillWaited.map(({ order }) => order),
          `came before ${caller.order}, and still waited`,
        ).toEqual([])
      }),
    )
  }

  #checkAfterEachTimer(clock: PoolInSimulatedTime['clock']): void {
    const { setTimeout } = clock
    clock.setTimeout = (callback, delay) =>
      setTimeout(() => {
        callback()
        setImmediate(() => this.#attempt(() => this.checkOutcomes())) // when what it set in motion is at rest
      }, delay)
  }

  #attempt(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#violation ??= error
    }
  }
}
