// A leased connection that several callers' statements share.
import type { SharingSupport } from '../../db/driver.js'
import type { DrainingLoad } from '../../machines/decisions/sharing.js'
import type { Lease } from '../leases/lease.js'
import type { PoolParts } from '../parts.js'
import { Cancelling } from './cancelling.js'
import { farewells } from './farewells.js'
import type { Statement } from './statement.js'

/** Who is told what happens on it. */
export interface SharedEvents<C> {
  /**
   * Called once for each statement, with its answer, also if its caller has one already.
   * @param since when it was sent, or when the one before it was answered
   * @param isFirst no other was under way when it was sent
   */
  answered(
    shared: SharedConnection<C>,
    statement: Statement<C>,
    error: unknown,
    result: unknown,
    since: number,
    isFirst: boolean,
  ): void
  /** It may take statements again, or be over. */
  freed(shared: SharedConnection<C>): void
}

/** The statements are answered in the order in which they were sent. */
export class SharedConnection<C> implements DrainingLoad {
  readonly lease: Lease<C>
  readonly connection: C
  readonly #parts: PoolParts<C>
  readonly #support: SharingSupport<C>
  readonly #events: SharedEvents<C>
  readonly #flight: Statement<C>[] = []
  #drains = false
  #isReserved = false
  #taken = 0
  #turnSince = Number.NaN
  #answeredAt = Number.NEGATIVE_INFINITY
  /** How many are under way for which no caller waits. */
  #abandoned = 0
  #cancelling: Cancelling | undefined = undefined
  /** The caller of one of its statements is told that its session is stale. */
  #toldStale = false
  /** Why it is closed when it is over. */
  #broken: { readonly error: unknown } | undefined = undefined

  constructor(lease: Lease<C>, parts: PoolParts<C>, support: SharingSupport<C>, events: SharedEvents<C>) {
    this.lease = lease
    this.connection = lease.connection
    this.#parts = parts
    this.#support = support
    this.#events = events
  }

  /** Not when it drains, is reserved, was lost, or is to be closed, nor while one of its statements is to be cancelled. */
  get open(): boolean {
    const { lease } = this
    return (
      !this.#drains &&
      !this.#isReserved &&
      this.#abandoned === 0 &&
      this.#cancelling?.out !== true &&
      lease.held &&
      lease.endReason === undefined &&
      !lease.stale
    )
  }

  /** When a statement was answered last. */
  get answeredAt(): number {
    return this.#answeredAt
  }

  /** Nothing is under way on it, and no request to cancel something. */
  get over(): boolean {
    return this.#flight.length === 0 && this.#cancelling?.out !== true
  }

  /** Takes no further statements: it is given back when those under way are answered. */
  drain(): void {
    this.#drains = true
  }

  /** Takes no statement but the next one, which is known to be slow. */
  reserve(): void {
    this.#isReserved = true
  }

  /** Drains, and then it is closed. */
  break(error: unknown): void {
    this.#drains = true
    this.#broken ??= { error }
  }

  /** Whether it is given back as soon as its statements are answered. False for a connection that is only reserved: how long its statement takes is not known. */
  get drains(): boolean {
    return this.#drains
  }

  get reserved(): boolean {
    return this.#isReserved
  }

  get taken(): number {
    return this.#taken
  }

  get turnSince(): number {
    return this.#turnSince
  }

  /** Begins to count anew what it takes. */
  beginTurn(now: number): void {
    this.#taken = 0
    this.#turnSince = now
  }

  get outstanding(): number {
    return this.#flight.length
  }

  get since(): number {
    return this.#flight[0]?.sentAt ?? Number.NaN
  }

  get runsSince(): number {
    return Math.max(this.since, this.#answeredAt)
  }

  /** Whether a statement failed because the session is stale, and may be sent again: one caller is told, for each session that was open. */
  failedBesideOthers(statement: Statement<C>, error: unknown): boolean {
    if (this.#support.isStale?.(error) !== true) return false
    const again = this.#toldStale && !statement.sentAnew
    this.#toldStale = true
    return again
  }

  /** Gives it back to its pool, or closes it if it is broken. */
  giveBack(): void {
    if (!this.lease.held) return
    if (this.#broken === undefined) this.lease.release()
    else this.lease.destroy(this.#broken.error)
  }

  /** Sends a statement. */
  send(statement: Statement<C>, now: number): void {
    statement.sentAt = now
    if (this.#flight.push(statement) === 1) this.beginTurn(now)
    this.#taken++
    let over = false
    const answer = (error: unknown, result?: unknown): void => {
      if (over) return
      over = true
      this.#answered(statement, error, result)
    }
    try {
      this.#support.send(this.connection, statement.what, answer)
    } catch (error) {
      queueMicrotask(() => answer(error))
    }
    if (statement.limits !== undefined)
      statement.watch(
        this.#parts.config.clock,
        farewells(this.#parts, this.#support.cancel !== undefined),
        () => this.#gaveUp(statement),
      )
    if (this.#flight.length === 1) this.#runs(statement)
  }

  /** The database has come to it, as far as is known. */
  #runs(statement: Statement<C>): void {
    const limit = this.#support.limit?.(this.connection, statement.what)
    if (limit !== undefined) statement.limit(this.#parts.config.clock, limit, () => this.#gaveUp(statement))
  }

  #answered(statement: Statement<C>, error: unknown, result: unknown): void {
    const flight = this.#flight
    const wasOldest = flight[0] === statement
    if (wasOldest) flight.shift()
    else flight.splice(flight.indexOf(statement), 1)
    if (statement.over) this.#abandoned--
    const next = flight[0]
    if (wasOldest && next !== undefined) this.#runs(next)
    this.#cancelling?.look(false)
    const before = this.#answeredAt
    const { sentAt } = statement
    this.#answeredAt = this.#parts.config.clock.now()
    this.#events.answered(this, statement, error, result, Math.max(before, sentAt), before <= sentAt)
  }

  /** Nothing is to be done for one that was answered before it could be watched over. */
  #gaveUp(statement: Statement<C>): void {
    if (!this.#flight.includes(statement)) return
    this.#abandoned++
    const { cancel } = this.#support
    if (cancel === undefined) return
    this.#cancelling ??= new Cancelling(
      isWanted => cancel.call(this.#support, this.connection, isWanted),
      this.#parts.config.clock,
      this.#flight,
      {
        returned: failure => {
          if (failure !== undefined) this.break(failure.error)
          this.#events.freed(this)
        },
        gaveUp: () => {
          if (this.lease.held) this.lease.destroy(new Error('A statement could not be cancelled.'))
        },
      },
    )
    this.#cancelling.look(true)
  }
}
