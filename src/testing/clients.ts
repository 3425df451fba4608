// The code of users in a simulation: functions that use the pool, with their own random delays.

import type { SimulatedConnection, SimulatedDatabase } from '../db/simulated/index.js'
import { SimulatedError } from '../db/simulated/index.js'
import { type Lease, LeaseError, type Pool, PoolError } from '../index.js'
import { createRandom, type Random } from './random.js'
import type { SimulatedClock } from './simulated-clock.js'
import { messageOf, type Trace } from './trace.js'
import { demand, InvariantViolation } from './violation.js'

/** The second argument of a client. */
export interface ClientContext {
  readonly pool: Pool<SimulatedConnection>
  readonly database: SimulatedDatabase
  /** The pool's clock. Clients read it; only the simulation advances it. */
  readonly clock: SimulatedClock
  /** Random choices of this client, from the seed. */
  readonly random: Random
  /** Waits in simulated time: a number of milliseconds, or a time within a range, drawn from the seed. */
  sleep(duration: number | readonly [least: number, most: number]): Promise<void>
  /** Adds a line to the trace. */
  note(text: string): void
}

/** Code that uses a pool; the simulation looks for a race in it. */
export type Client = (context: ClientContext) => Promise<void> | void

/** Whether a faulty database may cause this error in any client: true for its own errors, and for the pool's, except misuse of a lease. */
export function isWeather(error: unknown): boolean {
  return error instanceof SimulatedError || (error instanceof PoolError && !isMisuse(error))
}

/** A lease that was revoked was not misused: its connection was lost under its holder. */
function isMisuse(error: PoolError): boolean {
  return (error instanceof LeaseError && error.code !== 'LEASE_REVOKED') || error.code === 'OPTIONS_INVALID'
}

/** The clients of one simulation. */
export class Clients {
  readonly #clients: readonly Client[]
  readonly #scene: Pick<ClientContext, 'pool' | 'database' | 'clock'> & { readonly trace: Trace }
  readonly #seed: number
  readonly #tolerate: (error: unknown) => boolean
  #running = 0
  #failure: InvariantViolation | undefined

  constructor(
    clients: readonly Client[],
    scene: Pick<ClientContext, 'pool' | 'database' | 'clock'> & { readonly trace: Trace },
    seed: number,
    tolerate: (error: unknown) => boolean,
  ) {
    this.#clients = clients
    this.#scene = scene
    this.#seed = seed
    this.#tolerate = tolerate
  }

  get count(): number {
    return this.#clients.length
  }

  get areDone(): boolean {
    return this.#running === 0
  }

  start(): void {
    this.#running = this.#clients.length
    this.#clients.forEach((client, index) => {
      const name = this.#clients.length === 1 ? 'the client' : `client ${index + 1}`
      this.#run(client, name, index)
    })
  }

  /** Throws what a client failed with. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  checkDone(): void {
    demand(
      this.areDone,
      'client',
      () => `${this.#running} of ${this.count} clients are stuck, though all is well`,
    )
  }

  checkGivenBack(held: readonly Lease<SimulatedConnection>[]): void {
    demand(held.length === 0, 'client', () => {
      const leases = held.map(({ id, connectionId }) => `lease ${id} of ${connectionId}`)
      return `all clients are done without releasing ${leases.join(', ')}`
    })
  }

  async #run(client: Client, name: string, index: number): Promise<void> {
    const { trace, clock, pool, database } = this.#scene
    const random = createRandom(this.#seed, `client ${index}`)
    const sleep = (duration: number | readonly [number, number]) =>
      new Promise<void>(resolve => {
        const [least, most] = typeof duration === 'number' ? [duration, duration] : duration
        clock.setTimeout(resolve, least + random() * (most - least))
      })
    const note = (text: string) => trace.note(() => `${name}: ${text}`)
    try {
      await client({ pool, database, clock, random, sleep, note })
      trace.note(() => `${name} is done`)
    } catch (error) {
      trace.note(() => `${name} fails with ${messageOf(error)}`)
      if (!this.#isTolerated(error)) {
        this.#failure ??= new InvariantViolation('client', `${name} failed with ${messageOf(error)}`, {
          cause: error,
        })
      }
    } finally {
      this.#running--
    }
  }

  /** If `tolerate` throws, the error is not tolerated. */
  #isTolerated(error: unknown): boolean {
    try {
      return this.#tolerate(error)
    } catch {
      return false
    }
  }
}
