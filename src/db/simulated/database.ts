// The simulated database: who is connected, what it counts, and how a test or a demo makes it misbehave.

import type { Clock } from '../../clock.js'
import type { ConnectContext } from '../driver.js'
import { Session, type SimulatedConnection, type World } from './connection.js'
import { fatal } from './error.js'
import { createStreams } from './random.js'
import { parseSettings, type Settings, type SimulatedSettings } from './settings.js'

/** How often things happened since the database was made. */
export interface SimulatedTotals {
  /** Connects asked for. */
  readonly connects: number
  /** Connects that led to a connection. */
  readonly opened: number
  /** Connects refused at once: the database was stopped, or full. */
  readonly refused: number
  /** Connections that ended with a goodbye. */
  readonly closed: number
  /** Connections that the client destroyed, those still being opened included. */
  readonly destroyed: number
  /** Connections that the database dropped, those still being opened included. */
  readonly lost: number
  readonly queries: number
  readonly validations: number
  readonly resets: number
}

/** The server behind a simulated driver: for tests and demos to look at, and to break. */
export interface SimulatedDatabase {
  /** False from {@link stop} to {@link start}. */
  readonly running: boolean
  /** Connections as the database counts them now: from the start of their opening until it has let go of them. */
  readonly open: number
  /** The most that were ever {@link open} at the same time. */
  readonly peak: number
  /** The connections that are counted in {@link open}, oldest first. */
  readonly connections: readonly SimulatedConnection[]
  readonly totals: SimulatedTotals
  /** The settings in force. */
  readonly settings: Settings
  /** Changes latencies and faults, from the next request on. @throws OptionsError */
  change(settings: SimulatedSettings): void
  /** Drops one connection at once, as `pg_terminate_backend` would; the pool is told within this call. */
  kill(connection: SimulatedConnection): void
  /** Drops all connections and refuses new ones. */
  stop(): void
  /** Takes connections again. */
  start(): void
}

/** @internal What the driver, and nobody else, asks of the database. */
export class Database implements SimulatedDatabase {
  running = true
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
  readonly #sessions = new Map<Session, ConnectContext['onLost']>()
  #lastId = 0

  constructor(settings: Settings, seed: number, clock: Clock) {
    this.settings = settings
    const database = this
    this.#world = {
      clock,
      get settings() {
        return database.settings
      },
      draw: createStreams(seed),
      onQuery: () => this.totals.queries++,
    }
  }

  get open(): number {
    return this.#sessions.size
  }

  get connections(): readonly SimulatedConnection[] {
    return [...this.#sessions.keys()]
  }

  change(settings: SimulatedSettings): void {
    this.settings = parseSettings('change', settings, this.settings)
  }

  kill(connection: SimulatedConnection): void {
    this.#drop(connection as Session, fatal('57P01', 'terminating connection due to administrator command'))
  }

  stop(): void {
    this.running = false
    for (const session of [...this.#sessions.keys()]) this.kill(session)
  }

  start(): void {
    this.running = true
  }

  async connect({ signal, onLost }: ConnectContext): Promise<Session> {
    signal.throwIfAborted()
    this.totals.connects++
    this.#refuseIfNeeded()
    const session = new Session(++this.#lastId, this.#world)
    this.#sessions.set(session, onLost)
    this.peak = Math.max(this.peak, this.open)
    try {
      // Gone at once when it is called off: the next connect may be counted within the same turn.
      await session.trip('connect', signal, () => this.destroy(session))
      if (session.happens('connectFailureRate')) throw fatal('08006', 'simulated failure of a connect')
    } catch (error) {
      if (signal.aborted) throw signal.reason
      this.#forget(session, error)
      throw error
    }
    this.totals.opened++
    session.open(() => this.#drop(session, fatal('ECONNRESET', 'simulated loss of the connection')))
    return session
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

  destroy(session: Session): void {
    if (!this.#sessions.has(session)) return
    this.totals.destroyed++
    this.#forget(session, fatal('08003', 'the simulated connection was destroyed'))
  }

  #drop(session: Session, reason: unknown): void {
    const onLost = this.#sessions.get(session)
    if (onLost === undefined) return
    const wasOpen = session.state === 'open'
    this.totals.lost++
    this.#forget(session, reason)
    if (wasOpen) onLost(reason)
  }

  #forget(session: Session, reason: unknown): void {
    this.#sessions.delete(session)
    session.end(reason)
  }

  #refuseIfNeeded(): void {
    const { maxConnections } = this.settings
    if (this.running && this.open < maxConnections) return
    this.totals.refused++
    if (!this.running) throw fatal('ECONNREFUSED', 'connect ECONNREFUSED: the simulated database is stopped')
    throw fatal('53300', `sorry, too many clients already (the simulated database takes ${maxConnections})`)
  }
}
