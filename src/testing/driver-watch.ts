// Watches what a pool asks of its driver: how many connects, for whom, called off by whom, and for how long it waits for answers.

import type { SimulatedConnection, SimulatedDriver } from '../db/simulated.js'
import type { ConnectContext, Driver, RoundTripContext } from '../index.js'
import { demand, InvariantViolation } from './violation.js'

/** How long each call may take, in milliseconds. */
export type Deadlines = Readonly<Record<'connect' | 'validate' | 'reset' | 'close', number>>

/** What the watch has to know about the pool. */
export interface Watched {
  readonly now: () => number
  readonly deadlines: Deadlines
  /** Asked at the start of each connect, with how many are under way then, this one included; throws if it is one too many. */
  readonly checkConnect: (underWay: number) => void
  /** Whether, since `start`, something happened for which connects under way are given up: a resize, an eviction, the close. */
  readonly mayCallOff: (start: number) => boolean
  /** Told what was found in the middle of something, to be thrown when the pool is at rest. */
  readonly found: (violation: unknown) => void
}

/** Sums of times are rounded to what a binary fraction can hold; a limit that is missed by less than this, in milliseconds, is kept. */
const rounding = 1e-6

interface Call {
  readonly kind: keyof Deadlines
  readonly start: number
  readonly connection: SimulatedConnection | undefined
}

/** The driver, watched. */
export class DriverWatch {
  readonly #watched: Watched
  readonly #calls = new Set<Call>()
  #connecting = 0

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** The same driver; the pool is to be given this one. */
  wrap(driver: SimulatedDriver): Driver<SimulatedConnection> {
    return {
      ...driver,
      connect: context => this.#connect(driver, context),
      validate: (connection, context) =>
        this.#trip('validate', connection, driver.validate(connection, context)),
      reset: (connection, context: RoundTripContext) =>
        this.#trip('reset', connection, driver.reset?.(connection, context) ?? Promise.resolve()),
      close: connection => this.#trip('close', connection, driver.close(connection)),
      destroy: connection => {
        for (const call of this.#calls) if (call.connection === connection) this.#calls.delete(call)
        driver.destroy(connection)
      },
    }
  }

  /** Throws if a call is under way whose time was up before now. */
  check(): void {
    if (this.#calls.size === 0) return
    const now = this.#watched.now()
    for (const { kind, start, connection } of this.#calls) {
      const limit = this.#watched.deadlines[kind]
      demand(now - start <= limit + rounding, 'deadlines', () => {
        const where = connection === undefined ? '' : ` on connection ${connection.id}`
        return `a ${kind}${where} goes on after ${now - start} ms, and ${limit} ms are its limit`
      })
    }
  }

  #connect(driver: SimulatedDriver, context: ConnectContext): Promise<SimulatedConnection> {
    const { signal } = context
    const start = this.#watched.now()
    const call: Call = { kind: 'connect', start, connection: undefined }
    this.#calls.add(call)
    this.#connecting++
    try {
      this.#watched.checkConnect(this.#connecting)
    } catch (violation) {
      this.#watched.found(violation)
    }
    const end = () => {
      if (this.#calls.delete(call)) this.#connecting--
    }
    const calledOff = () => {
      end()
      const underWay = this.#watched.now() - start
      const early = underWay < this.#watched.deadlines.connect - rounding
      if (early && !this.#watched.mayCallOff(start)) {
        this.#watched.found(
          new InvariantViolation('connects', `a connect was called off after ${underWay} ms`),
        )
      }
    }
    signal.addEventListener('abort', calledOff, { once: true })
    const over = () => {
      signal.removeEventListener('abort', calledOff)
      end()
    }
    const connecting = driver.connect(context)
    connecting.then(over, over)
    return connecting
  }

  #trip(kind: keyof Deadlines, connection: SimulatedConnection, trip: Promise<void>): Promise<void> {
    const call: Call = { kind, start: this.#watched.now(), connection }
    this.#calls.add(call)
    const over = () => {
      this.#calls.delete(call)
    }
    trip.then(over, over)
    return trip
  }
}
