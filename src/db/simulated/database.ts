// The simulated database: who is connected, what it counts, and how a test or a demo makes it misbehave.

import type { Clock } from '../../core/clock.js'
import type { ConnectContext, HostRole } from '../driver.js'
import { Session, type SimulatedConnection, type World } from './connection.js'
import { fatal, harmless } from './error.js'
import { createStreams } from './random.js'
import { changedSettings, type Settings, type SimulatedSettings } from './settings.js'

/** Counts of events since the database was created. */
export interface SimulatedTotals {
  /** Connects attempted. */
  readonly connects: number
  /** Connects that succeeded. */
  readonly opened: number
  /** Connects refused at once: the database was stopped, or full. */
  readonly refused: number
  /** Connections that closed gracefully. */
  readonly closed: number
  /** Connections that the client destroyed, including those still being opened. */
  readonly destroyed: number
  /** Connections that the database dropped, including those still being opened. */
  readonly lost: number
  readonly queries: number
  readonly validations: number
  readonly resets: number
}

/** The server behind a simulated driver, for tests and demos to inspect and break. */
export interface SimulatedDatabase {
  /** False from {@link stop} to {@link start}. */
  readonly running: boolean
  /** The connections that the database counts now: from the start of a connect until the server has released it. */
  readonly open: number
  /** The highest value that {@link open} ever had. */
  readonly peak: number
  /** The connections counted in {@link open}, oldest first. */
  readonly connections: readonly SimulatedConnection[]
  readonly totals: SimulatedTotals
  /** The settings in force. */
  readonly settings: Settings
  /** Changes latencies and faults, from the next request on. @throws OptionsError */
  change(settings: SimulatedSettings): void
  /** Drops one connection at once, like `pg_terminate_backend`; the pool learns of it within this call. */
  kill(connection: SimulatedConnection): void
  /**
   * Makes every open session stale, as `ALTER TABLE` does with a cached plan (0A000): every statement except those that begin or end a
   * transaction fails on them. The driver reports a session as stale (`onStale`) at its first such error.
   */
  alter(): void
  /** What the server tells of itself: a primary, until {@link demote} makes it a standby. It is only told: statements of new sessions succeed on both. */
  readonly role: HostRole
  /** Makes the primary a standby, read-only under its open sessions (25006): like {@link alter}, but the driver reports the first error for all of them. */
  demote(): void
  /** Makes a standby the primary. Sessions that are open stay open. */
  promote(): void
  /** Drops all connections and refuses new ones. */
  stop(): void
  /** Accepts connections again. */
  start(): void
}

/** @internal The database as only its driver sees it. */
export class Database implements SimulatedDatabase {
  running = true
  role: HostRole = 'primary'
  peak = 0
  readonly totals = {
    connects: 0,
    opened: 0,
    refused: 0,
    closed: 0,
    destroyed: 0,
    lost: 0,
    queries: 0,
    validations: 0,
    resets: 0,
  }
  settings: Settings
  readonly #world: World
  readonly #sessions = new Map<Session, ConnectContext>()
  /** Sessions that were destroyed, while the server works on: how each ends. */
  readonly #lingering = new Map<Session, () => void>()
  #lastId = 0

  constructor(settings: Settings, seed: number, clock: Clock, session: World['session'] = {}) {
    this.settings = settings
    const database = this
    this.#world = {
      clock,
      session,
      get settings() {
        return database.settings
      },
      draw: createStreams(seed),
      onQuery: () => this.totals.queries++,
    }
  }

  get open(): number {
    return this.#sessions.size + this.#lingering.size
  }

  get connections(): readonly SimulatedConnection[] {
    return [...this.#sessions.keys(), ...this.#lingering.keys()].sort((one, other) => one.id - other.id)
  }

  change(settings: SimulatedSettings): void {
    this.settings = changedSettings(settings, this.settings)
  }

  kill(connection: SimulatedConnection): void {
    this.#drop(connection as Session, fatal('57P01', 'terminating connection due to administrator command'))
  }

  stop(): void {
    this.running = false
    for (const session of this.connections) this.kill(session)
  }

  alter(): void {
    this.#makeStale(harmless('0A000', 'cached plan must not change result type'), false)
  }

  demote(): void {
    this.role = 'standby'
    this.#makeStale(harmless('25006', 'cannot execute statement in a read-only transaction'), true)
  }

  promote(): void {
    this.role = 'primary'
  }

  #makeStale(error: unknown, all: boolean): void {
    for (const session of this.#sessions.keys()) session.stale ??= { error, all }
  }

  start(): void {
    this.running = true
  }

  async connect(context: ConnectContext): Promise<Session> {
    const { signal, onStale } = context
    signal.throwIfAborted()
    this.totals.connects++
    this.#refuseIfNeeded()
    const session = new Session(++this.#lastId, this.#world)
    this.#sessions.set(session, context)
    this.peak = Math.max(this.peak, this.open)
    try {
      // Gone at once when it is cancelled: the next connect may be counted within the same turn.
      await session.trip('connect', signal, () => this.destroy(session))
      if (session.happens('connectFailureRate')) throw fatal('08006', 'simulated failure of a connect')
    } catch (error) {
      if (signal.aborted) throw signal.reason
      this.#forget(session, error)
      throw error
    }
    this.totals.opened++
    session.open(() => this.#drop(session, fatal('ECONNRESET', 'simulated loss of the connection')), {
      onEnd: () => this.#endByBorrower(session),
      onStale: (error, all) => onStale?.(error, { all }),
    })
    return session
  }

  /** Has whatever a session runs stopped, by a request that travels by itself. */
  async cancel(session: Session, isWanted: () => boolean): Promise<void> {
    const { clock } = this.#world
    const travel = (): Promise<void> =>
      new Promise(resolve => clock.setTimeout(resolve, session.latency('cancelLatency')))
    if (!isWanted()) return
    const isLost = session.happens('cancelFailureRate')
    const arrival = travel().then(() => {
      if (isLost || isWanted()) session.interrupt()
    })
    if (isLost) throw fatal('08006', 'a request to cancel was lost (simulated)')
    await arrival
    await travel()
    session.interrupt() // older servers signal twice
  }

  /** Has what a session was given so far stopped; resolves when it is over. */
  async cancelAll(session: Session, signal: AbortSignal): Promise<void> {
    const { given } = session
    const isWanted = (): boolean =>
      given > session.given - session.running && session.state === 'open' && !signal.aborted
    while (isWanted()) {
      await this.cancel(session, isWanted)
      if (isWanted()) await new Promise<void>(resolve => this.#world.clock.setTimeout(resolve, 1))
    }
  }

  async close(session: Session): Promise<void> {
    if (session.state !== 'open') return
    session.state = 'closing'
    try {
      await session.trip('close')
    } catch {
      return // lost or destroyed meanwhile: it is gone all the same
    }
    this.totals.closed++
    this.#forget(session, fatal('08003', 'the simulated connection was closed'))
  }

  /** @returns a promise if the server works on for a while */
  destroy(session: Session): Promise<void> | undefined {
    if (!this.#sessions.has(session)) return undefined
    this.totals.destroyed++
    const lingers = session.state === 'open' ? session.latency('lingerAfterDestroy') : 0
    const reason = fatal('08003', 'the simulated connection was destroyed')
    if (lingers > 0) return this.#linger(session, reason, lingers)
    this.#forget(session, reason)
    return undefined
  }

  #linger(session: Session, reason: unknown, duration: number): Promise<void> {
    const { clock } = this.#world
    this.#sessions.delete(session)
    session.cut(reason, 'destroyed')
    return new Promise(resolve => {
      const letGo = () => {
        clock.clearTimeout(timer)
        this.#lingering.delete(session)
        session.state = 'gone'
        resolve()
      }
      const timer = clock.setTimeout(letGo, duration)
      this.#lingering.set(session, letGo)
    })
  }

  /** The client's socket closes after that, and the driver hears of it. */
  async #endByBorrower(session: Session): Promise<void> {
    const context = this.#sessions.get(session)
    if (session.state !== 'open') return
    await this.close(session)
    if (context !== undefined && !this.#sessions.has(session))
      context.onLost(fatal('08003', 'the holder ended the simulated connection'))
  }

  #drop(session: Session, reason: unknown): void {
    this.#lingering.get(session)?.()
    const context = this.#sessions.get(session)
    if (context === undefined) return
    const wasOpen = session.state === 'open'
    this.totals.lost++
    this.#forget(session, reason)
    if (wasOpen) context.onLost(reason)
  }

  #forget(session: Session, reason: unknown): void {
    this.#sessions.delete(session)
    session.cut(reason)
  }

  #refuseIfNeeded(): void {
    const { maxConnections } = this.settings
    if (this.running && this.open < maxConnections) return
    this.totals.refused++
    if (!this.running) throw fatal('ECONNREFUSED', 'connect ECONNREFUSED: the simulated database is stopped')
    throw fatal('53300', `sorry, too many clients already (the simulated database takes ${maxConnections})`)
  }
}
