// Watches what a pool asks of its driver: how many connects, for whom, cancelled by whom, and for how long it waits for answers.

import type { SimulatedConnection, SimulatedDriver } from '../db/simulated/index.js'
import type { ConnectContext, Driver, RoundTripContext } from '../index.js'
import type { Proofs } from './proofs.js'
import { demand, InvariantViolation, rounding } from './violation.js'

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
  /** Whether a connect that is cancelled delivers a connection all the same. Asked at the start of each. */
  readonly deliversLate: () => boolean
  /** Told of each answer to a connect, a validation or a reset. */
  readonly proofs: Proofs
  /** Told, before the pool is, of a connection that only a new session can mend, or that this holds for all that are open. */
  readonly foundStale: (connection: SimulatedConnection, all: boolean) => void
  /** Whether timers that were due have not fired yet: the process was frozen, and has not read the news. */
  readonly isBehind: () => boolean
  /** Told what was found in the middle of something, to be thrown when the pool is at rest. */
  readonly found: (violation: unknown) => void
}

/** Calls within which something else may happen. */
export type DriverCall = 'validate' | 'reset' | 'close' | 'destroy'

/** What a connect delivers that was cancelled: the server knows nothing of it any more. */
const nobodys: SimulatedConnection = {
  id: 0,
  state: 'gone',
  transaction: 'none',
  running: 0,
  settings: {},
  referenced: false,
  query: () => Promise.reject(new Error('This connection is not to be leased.')),
  end: () => Promise.resolve(),
}

interface Call {
  readonly kind: keyof Deadlines
  readonly start: number
  readonly connection: SimulatedConnection | undefined
}

/** The driver, watched. */
export class DriverWatch {
  readonly #watched: Watched
  readonly #calls = new Set<Call>()
  /** Connections that were delivered after the connect had been cancelled, and have not been destroyed. */
  readonly #strays = new Set<SimulatedConnection>()
  /** What is done within the next call of a method. */
  readonly #within = new Map<DriverCall, () => void>()
  #connecting = 0

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** The same driver; the pool is to be given this one. */
  wrap(driver: SimulatedDriver): Driver<SimulatedConnection> {
    return {
      ...driver,
      connect: context => this.#connect(driver, context),
      validate: (connection, context) => {
        this.#interrupt('validate')
        return this.#trip('validate', connection, driver.validate(connection, context))
      },
      reset: (connection, context: RoundTripContext) => {
        this.#interrupt('reset')
        return this.#trip('reset', connection, driver.reset?.(connection, context) ?? Promise.resolve())
      },
      close: connection => {
        this.#interrupt('close')
        return this.#trip('close', connection, driver.close(connection))
      },
      destroy: (connection, options) => {
        for (const call of this.#calls) if (call.connection === connection) this.#calls.delete(call)
        this.#interrupt('destroy')
        if (!this.#strays.delete(connection)) return driver.destroy(connection, options)
      },
    }
  }

  /** Has something happen in the midst of the pool's next call of a method, as a driver's event handlers may. */
  within(call: DriverCall, act: () => void): void {
    this.#within.set(call, act)
  }

  #interrupt(call: DriverCall): void {
    const act = this.#within.get(call)
    if (act === undefined) return
    this.#within.delete(call)
    act()
  }

  /** Throws if a call is under way whose time was up before now. */
  check(): void {
    const { size } = this.#strays
    demand(
      size === 0,
      'connects',
      () => `${size} connections are left that were delivered after their connect had been cancelled`,
    )
    if (this.#calls.size === 0 || this.#watched.isBehind()) return
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
    let isCalledOff = false
    const calledOff = () => {
      isCalledOff = true
      end()
      const underWay = this.#watched.now() - start
      const early = underWay < this.#watched.deadlines.connect - rounding
      if (early && !this.#watched.mayCallOff(start)) {
        this.#watched.found(
          new InvariantViolation('connects', `a connect was cancelled after ${underWay} ms`),
        )
      }
    }
    signal.addEventListener('abort', calledOff, { once: true })
    const over = () => {
      signal.removeEventListener('abort', calledOff)
      end()
    }
    let opened: SimulatedConnection | undefined
    const onStale: ConnectContext['onStale'] = (reason, options = {}) => {
      if (opened !== undefined) this.#watched.foundStale(opened, options.all ?? false)
      context.onStale?.(reason, options)
    }
    const connecting = driver.connect({ ...context, onStale })
    connecting.then(connection => {
      over()
      opened = connection
      this.#watched.proofs.noteAnswer(connection)
    }, over)
    if (!this.#watched.deliversLate()) return connecting
    return connecting.catch(error => {
      if (!isCalledOff) throw error
      const stray = { ...nobodys }
      this.#strays.add(stray)
      return stray
    })
  }

  #trip(kind: keyof Deadlines, connection: SimulatedConnection, trip: Promise<void>): Promise<void> {
    const call: Call = { kind, start: this.#watched.now(), connection }
    this.#calls.add(call)
    const { proofs } = this.#watched
    const done = () => {
      this.#calls.delete(call)
      if (kind !== 'close') proofs.noteAnswer(connection)
    }
    const failed = () => {
      const isAwaited = this.#calls.delete(call)
      if (kind === 'validate' && isAwaited && connection.state === 'open') proofs.noteInvalid()
    }
    trip.then(done, failed)
    return trip
  }
}
