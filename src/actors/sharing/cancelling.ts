// Has the database stop statements that are under way on a connection, and for which no caller waits any more.
//
// A request to cancel stops whatever the connection runs at the moment at which it arrives. So it leaves only when such a statement is
// the oldest of its connection, nothing is sent behind it until the request has come back, and those that were sent before are marked.
import type { Clock } from '../../core/clock.js'

/** Asks the database to stop what a connection runs; see `SharingSupport.cancel`. */
export type Cancel = (isWanted: () => boolean) => Promise<void>

/** A statement that is under way. */
export interface Flown {
  /** Whether its caller has an answer. */
  readonly over: boolean
  /** Whether a request may hit it that was to cancel another one. */
  exposed: boolean
}

/** What becomes of a connection's requests. */
export interface CancellingEvents {
  /** A request has come back: what is sent from now on cannot be hit. With an error: that is not known. */
  returned(failure: { readonly error: unknown } | undefined): void
  /** The database was asked often enough, and no caller waits for anything on this connection. */
  gaveUp(): void
}

/** A statement that has just come to run may be over before a request arrives. In milliseconds. */
const headStart = 20

/** A server that has not read the statement yet ignores the request: it is asked again, in milliseconds after the time before. */
const pauses = [100, 400, 500, 1_000]

/** Of one connection. */
export class Cancelling {
  readonly #cancel: Cancel
  readonly #clock: Clock
  readonly #flight: readonly Flown[]
  readonly #events: CancellingEvents
  /** The statement that is being cancelled. */
  #target: Flown | undefined
  #requests = 0
  #timer: unknown
  /** A request waits to leave, or is on its way. */
  #asked = false
  #out = false

  /** @param flight what is under way on the connection, the oldest first */
  constructor(cancel: Cancel, clock: Clock, flight: readonly Flown[], events: CancellingEvents) {
    this.#cancel = cancel
    this.#clock = clock
    this.#flight = flight
    this.#events = events
  }

  /** A request is on its way: it may hit whatever runs. */
  get out(): boolean {
    return this.#out
  }

  /**
   * To be called when a caller gave up, and when a statement was answered.
   * @param runs whether the oldest statement has been running for a while
   */
  look(runs: boolean): void {
    const [oldest] = this.#flight
    if (oldest !== undefined && oldest === this.#target) return
    this.#clock.clearTimeout(this.#timer)
    this.#target = oldest?.over ? oldest : undefined
    this.#requests = 0
    if (this.#target !== undefined) this.#askIn(runs ? 0 : headStart)
  }

  #askIn(pause: number): void {
    if (this.#asked) return // and looks again when that one is back
    if (pause === 0) this.#ask()
    else this.#timer = this.#clock.setTimeout(() => this.#ask(), pause)
  }

  #ask(): void {
    this.#asked = true
    this.#requests++
    this.#cancel(() => this.#isWanted()).then(
      () => this.#back(undefined),
      error => this.#back({ error }),
    )
  }

  /** Asked when the request is about to leave: from now on, what is under way may be hit. */
  #isWanted(): boolean {
    if (this.#target === undefined || this.#flight[0] !== this.#target) return false
    for (const statement of this.#flight) statement.exposed = true
    this.#out = true
    return true
  }

  #back(failure: { readonly error: unknown } | undefined): void {
    this.#asked = false
    this.#out = false
    this.#events.returned(failure)
    const target = this.#target
    if (target === undefined || this.#flight[0] !== target) return
    const pause = pauses[this.#requests - 1]
    if (pause === undefined && this.#flight.every(({ over }) => over)) this.#events.gaveUp()
    else this.#askIn(this.#requests === 0 ? headStart : (pause ?? (pauses.at(-1) as number)))
  }
}
