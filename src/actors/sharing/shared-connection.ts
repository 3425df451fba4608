// A leased connection that several callers' statements share.
import type { SharingSupport } from '../../db/driver.js'
import type { SharedLoad } from '../../machines/decisions/sharing.js'
import type { Lease } from '../leases/lease.js'
import type { Statement } from './statement.js'

/** The statements are answered in the order in which they were sent. */
export class SharedConnection<C> implements SharedLoad {
  readonly lease: Lease<C>
  readonly connection: C
  readonly #flight: Statement[] = []
  #drains = false

  constructor(lease: Lease<C>) {
    this.lease = lease
    this.connection = lease.connection
  }

  /** Not when it drains, was lost, or is to be closed. */
  get open(): boolean {
    const { lease } = this
    return !this.#drains && lease.held && lease.endReason === undefined && !lease.stale
  }

  /** Takes no further statements: it is given back when those under way are answered. */
  drain(): void {
    this.#drains = true
  }

  get outstanding(): number {
    return this.#flight.length
  }

  get since(): number {
    return this.#flight[0]?.sentAt ?? Number.NaN
  }

  /** Sends a statement. `answered` is called once, with its answer. */
  send(
    statement: Statement,
    now: number,
    support: SharingSupport<C>,
    answered: (shared: SharedConnection<C>, statement: Statement, error: unknown, result: unknown) => void,
  ): void {
    statement.sentAt = now
    this.#flight.push(statement)
    let over = false
    const answer = (error: unknown, result?: unknown): void => {
      if (over) return
      over = true
      this.#flight.splice(this.#flight.indexOf(statement), 1)
      answered(this, statement, error, result)
    }
    try {
      support.send(this.connection, statement.what, answer)
    } catch (error) {
      queueMicrotask(() => answer(error))
    }
  }
}
