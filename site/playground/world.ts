// A small world to look at: a pool, a database in memory, callers who come and go, and faults that can be switched on. It runs on any
// clock: a simulated one in the playground, the system's in tests and demonstrations.

import type { Clock } from '../../src/core/clock.js'
import { type SimulatedConnection, type SimulatedDriver, simulated } from '../../src/db/simulated/index.js'
import { createPool, type Lease, type Pool, type PoolOptions } from '../../src/index.js'

/** What goes on in it. */
export interface WorldOptions {
  readonly clock?: Clock | undefined
  /** The same seed on a simulated clock makes the same history. */
  readonly seed: number
  /** Callers in a second. */
  readonly arrivals: number
  /** How long a query takes, in milliseconds: from the first to the second, all equally likely. */
  readonly query: readonly [number, number]
  readonly pool: PoolOptions
}

/** The names of the faults. */
export type FaultName = 'slow' | 'burst' | 'leak' | 'restart' | 'outage'

export const faultTitles: Readonly<Record<FaultName, string>> = {
  slow: 'Slow queries',
  burst: 'Burst of callers',
  leak: 'A leak',
  restart: 'Server restart',
  outage: 'Outage',
}

/** How long a server takes to restart, in milliseconds. */
const restartTime = 1_500

const realTime: Pick<Clock, 'setTimeout' | 'clearTimeout'> = {
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: handle => clearTimeout(handle as ReturnType<typeof setTimeout>),
}

/** Runs from when it is made until {@link World.stop}. */
export class World {
  readonly pool: Pool<SimulatedConnection>
  readonly driver: SimulatedDriver
  readonly faults = new Set<FaultName>()
  readonly options: WorldOptions
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>
  #random: number
  #arrival: unknown
  #restart: unknown
  #leaked: Lease<SimulatedConnection>[] = []

  constructor(options: WorldOptions) {
    this.options = options
    this.#random = options.seed >>> 0
    const { clock, seed } = options
    this.#clock = clock ?? realTime
    this.driver = simulated({ seed, unhealthyRate: 0, connectLatency: [40, 120], ...(clock && { clock }) })
    this.driver.database.change({ queryLatency: options.query })
    this.pool = createPool(this.driver, {
      name: 'orders',
      leakWarning: 5_000,
      random: () => this.#draw(),
      ...options.pool,
      ...(clock && { clock }),
    })
    this.#arrive()
  }

  /** Switches a fault. @returns whether it is on now: a restart is over by itself. */
  async set(fault: FaultName, on: boolean): Promise<void> {
    const { database } = this.driver
    if (on) this.faults.add(fault)
    else this.faults.delete(fault)
    if (fault === 'slow') database.change({ queryLatency: on ? [400, 1_200] : this.options.query })
    if (fault === 'outage') on ? database.stop() : database.start()
    if (fault === 'leak') on ? await this.#leak() : this.#endLeaks()
    if (fault === 'restart' && on) {
      database.stop()
      this.#restart = this.#clock.setTimeout(() => {
        if (!this.faults.has('outage')) database.start()
        this.faults.delete('restart')
      }, restartTime)
    }
  }

  /** No caller comes any more, and the pool closes. */
  async stop(): Promise<void> {
    this.#clock.clearTimeout(this.#arrival)
    this.#clock.clearTimeout(this.#restart)
    this.#endLeaks()
    await this.pool.close({ timeout: 0 })
  }

  async #leak(): Promise<void> {
    const lease = await this.pool.acquire({ timeout: 60_000 }).catch(() => undefined)
    if (lease === undefined) return
    if (this.faults.has('leak')) this.#leaked.push(lease)
    else lease.release()
  }

  #endLeaks(): void {
    for (const lease of this.#leaked.splice(0)) lease.release()
  }

  #draw(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0
    return this.#random / 2 ** 32
  }

  #arrive(): void {
    const pause =
      -Math.log(1 - this.#draw()) * (1000 / (this.options.arrivals * (this.faults.has('burst') ? 8 : 1)))
    this.#arrival = this.#clock.setTimeout(() => {
      this.#arrive()
      void this.#serve().catch(() => {}) // the pool reports it, and the page shows it
    }, pause)
  }

  /** One caller's work. */
  async #serve(): Promise<void> {
    const kind = this.#draw()
    if (kind < 0.15)
      await this.pool.transaction(async client => {
        await client.query('insert into orders')
        await client.query('update stock')
      })
    else if (kind < 0.2)
      await this.pool.use(async client => {
        await client.query('begin') // and no commit: the pool resets the session
        await client.query('select')
      })
    else await this.pool.use(client => client.query('select'))
  }
}
