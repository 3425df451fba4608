// One connection to the simulated database, as its holder sees it and as the database keeps it.

import type { Clock } from '../../core/clock.js'
import { fatal, harmless } from './error.js'
import type { Settings } from './settings.js'

/** A connection to a simulated database: what callers get as `lease.connection`. */
export interface SimulatedConnection {
  /** Counts up from 1 within a database. */
  readonly id: number
  /**
   * `connecting` and `open` as the names say; `closing` while it closes gracefully; `destroyed` while the server works on after the
   * client destroyed it (`lingerAfterDestroy`); `gone` when the database has let go of it.
   */
  readonly state: 'connecting' | 'open' | 'closing' | 'destroyed' | 'gone'
  /** Whether a transaction is open, and whether a query failed inside it. `BEGIN`, `COMMIT` and `ROLLBACK` change it, and so does `SELECT begin_quietly()`, whose text does not look like it. */
  readonly transaction: 'none' | 'open' | 'failed'
  /** Queries that have been given and not been answered; they run one after another, as on a real connection. */
  readonly running: number
  /** The session's settings: those of the option `session`, and what `SET name = value` made of them since. */
  readonly settings: Readonly<Record<string, string>>
  /** Whether the pool wants it to keep the process alive; a simulated connection never does. */
  readonly referenced: boolean
  /** Runs a query: resolves after the query latency with one row, `{ sql, connection: id }`. `sql` can be anything. */
  query(sql: unknown): Promise<SimulatedResult>
  /** Ends the connection, which a holder must not do: it is unusable from now on. Resolves when the database has released it. */
  end(): Promise<void>
}

/** What a query on a simulated connection resolves with. */
export interface SimulatedResult {
  readonly rows: readonly { readonly sql: unknown; readonly connection: number }[]
  readonly rowCount: number
}

/** What a connection does over the network. */
export type Trip = 'connect' | 'query' | 'validate' | 'reset' | 'close'

/** What connections need to know about the database that they belong to. */
export interface World {
  readonly clock: Clock
  /** As they are in force now. */
  readonly settings: Settings
  /** The next number of a stream, from 0 to below 1. */
  readonly draw: (stream: string) => number
  readonly onQuery: () => void
  /** How each session is set up. */
  readonly session: Readonly<Record<string, string>>
}

/** What a session tells the database that it belongs to. */
export interface SessionEvents {
  /** Its own end, by its holder. */
  readonly onEnd: () => Promise<void>
  /** It answered that only a new session can mend it. */
  readonly onStale: (error: unknown, all: boolean) => void
}

const begins = /^\s*(begin|start\s+transaction|select\s+begin_quietly)\b/i
const commits = /^\s*(commit|end)\b/i
const sets = /^\s*set\s+(\w+)\s*(?:=|\bto\b)\s*(\S+)/i
const ends = /^\s*(commit|end|rollback(?!\s+to\b)|abort)\b/i

/** @internal */
export class Session implements SimulatedConnection {
  state: SimulatedConnection['state'] = 'connecting'
  transaction: SimulatedConnection['transaction'] = 'none'
  running = 0
  /** Queries that were given so far. */
  given = 0
  referenced = true
  settings: SimulatedConnection['settings']
  /** Since the database was altered or demoted: the error that each statement gets, and whether it holds for all sessions. */
  stale: { readonly error: unknown; readonly all: boolean } | undefined
  #events: SessionEvents | undefined
  #previous: Promise<unknown> = Promise.resolve()
  #leaseOfLife: unknown
  readonly #world: World
  readonly #inFlight = new Set<(error: unknown) => void>()
  /** Stops the query that runs. */
  #stop: ((error: unknown) => void) | undefined

  constructor(
    readonly id: number,
    world: World,
  ) {
    this.#world = world
    this.settings = world.session
  }

  /** Whether a holder changed its settings. */
  get isChanged(): boolean {
    return this.settings !== this.#world.session
  }

  /** As good as new. */
  restore(): void {
    this.transaction = 'none'
    this.settings = this.#world.session
  }

  async end(): Promise<void> {
    await this.#events?.onEnd()
  }

  query(sql: unknown): Promise<SimulatedResult> {
    return this.#inTurn(() => this.#run(sql))
  }

  /** A COMMIT that rejects where the plain statement would quietly roll a failed transaction back, or do nothing at all. */
  commit(): Promise<void> {
    return this.#inTurn(async () => {
      const { transaction } = this
      await this.#run('COMMIT')
      if (transaction === 'none') throw harmless('25P01', 'there was no transaction left to commit')
      if (transaction === 'failed')
        throw harmless('25P02', 'nothing was committed: a query of the transaction had failed')
    })
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    this.running++
    this.given++
    const answer = this.#previous.then(run).finally(() => this.running--)
    this.#previous = answer.catch(() => {})
    return answer
  }

  /** A request to cancel arrives: it stops whatever runs at this moment. */
  interrupt(): void {
    this.#stop?.(harmless('57014', 'canceling statement due to user request (simulated)'))
  }

  async #run(sql: unknown): Promise<SimulatedResult> {
    this.#world.onQuery()
    try {
      await this.trip('query')
    } catch (error) {
      if (this.transaction === 'open') this.transaction = 'failed'
      throw error
    }
    const text = typeof sql === 'string' ? sql : ''
    if (this.transaction === 'failed' && !ends.test(text)) {
      throw harmless(
        '25P02',
        'current transaction is aborted, commands are ignored until end of transaction block',
      )
    }
    if (this.stale !== undefined && !begins.test(text) && !ends.test(text)) {
      if (this.transaction === 'open') this.transaction = 'failed'
      this.#events?.onStale(this.stale.error, this.stale.all)
      throw this.stale.error
    }
    if (this.happens('queryFailureRate')) {
      if (this.transaction === 'open') this.transaction = 'failed'
      throw harmless('XX000', 'simulated failure of a query')
    }
    if (this.transaction === 'open' && commits.test(text) && this.happens('serializationFailureRate')) {
      this.transaction = 'none'
      throw harmless('40001', 'could not serialize access (simulated)')
    }
    const [, name, value] = sets.exec(text) ?? []
    if (name !== undefined && value !== undefined) this.settings = { ...this.settings, [name]: value }
    if (begins.test(text)) this.transaction = 'open'
    else if (ends.test(text)) this.transaction = 'none'
    return { rows: [{ sql, connection: this.id }], rowCount: 1 }
  }

  /** Whether a fault strikes this time. */
  happens(fault: keyof Settings & `${string}Rate`): boolean {
    return this.#world.draw(fault) < this.#world.settings[fault]
  }

  /**
   * One request and its answer: resolves after the latency, or never when it hangs; rejects when it is cut short.
   * @param onAbort called at once when the signal aborts
   */
  trip(kind: Trip, signal?: AbortSignal, onAbort?: () => void): Promise<void> {
    const { clock } = this.#world
    return new Promise((resolve, reject) => {
      if (this.state === 'gone' || this.state === 'destroyed')
        return reject(fatal('08003', 'the simulated connection is closed'))
      if (signal?.aborted) return reject(signal.reason)
      const hangs = this.happens(`${kind}HangRate`)
      const latency = this.latency(`${kind}Latency`)
      let timer: unknown
      const settle = (): void => {
        clock.clearTimeout(timer)
        this.#inFlight.delete(fail)
        if (this.#stop === fail) this.#stop = undefined
        signal?.removeEventListener('abort', abort)
      }
      const fail = (error: unknown): void => {
        settle()
        reject(error)
      }
      const abort = (): void => {
        onAbort?.()
        fail(signal?.reason)
      }
      this.#inFlight.add(fail)
      if (kind === 'query') this.#stop = fail
      signal?.addEventListener('abort', abort)
      if (hangs) return
      timer = clock.setTimeout(() => {
        settle()
        resolve()
      }, latency)
    })
  }

  /** Opens the session: the database may drop it after a while, by calling `lose`. */
  open(lose: () => void, events: SessionEvents): void {
    this.state = 'open'
    this.#events = events
    const { clock } = this.#world
    const after = this.latency('loseAfter')
    if (after === Number.POSITIVE_INFINITY) return
    this.#leaseOfLife = clock.setTimeout(lose, after)
    clock.unref?.(this.#leaseOfLife)
  }

  /** The end of it, from either side: everything in flight is cut short. */
  cut(error: unknown, state: 'destroyed' | 'gone' = 'gone'): void {
    this.state = state
    this.#world.clock.clearTimeout(this.#leaseOfLife)
    for (const fail of [...this.#inFlight]) fail(error)
  }

  latency(setting: keyof Settings & (`${string}Latency` | 'loseAfter' | 'lingerAfterDestroy')): number {
    const drawn = this.#world.draw(setting) // drawn always: a fixed latency uses up as many numbers as a range
    const latency = this.#world.settings[setting]
    return typeof latency === 'number' ? latency : latency[0] + drawn * (latency[1] - latency[0])
  }
}
