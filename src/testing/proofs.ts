// Which connections have proven themselves since another one was found dead.

import type { SimulatedConnection } from '../db/simulated/index.js'
import type { Lease } from '../index.js'
import { demand } from './violation.js'

/**
 * After a connection was lost, or failed its validation, each of the others has to answer a round trip before it is leased. Time is counted
 * in rests of the system: what happened between two of them counts in the pool's favor.
 */
export class Proofs {
  #rests = 0
  /** When each connection last answered. */
  readonly #answered = new WeakMap<SimulatedConnection, number>()
  #invalid = 0
  #knownDead = 0
  /** When a dead one was last found, and how many leases had been granted by then. */
  #foundAt = 0
  #grantedBefore = 0

  /** A connect, a validation or a reset succeeded. */
  noteAnswer(connection: SimulatedConnection): void {
    this.#answered.set(connection, this.#rests)
  }

  /** A validation failed. */
  noteInvalid(): void {
    this.#invalid++
  }

  /** To be called at each rest, with the pool's own counts. */
  noteRest(lost: number, granted: number): void {
    const dead = lost + this.#invalid
    if (dead > this.#knownDead) {
      this.#knownDead = dead
      this.#foundAt = this.#rests
      this.#grantedBefore = granted
    }
    this.#rests++
  }

  /** Throws if the connection of this lease should have proven itself first. */
  check({ id, connection }: Lease<SimulatedConnection>): void {
    if (id <= this.#grantedBefore) return
    const answered = this.#answered.get(connection) ?? Number.POSITIVE_INFINITY
    demand(
      answered >= this.#foundAt,
      'generation',
      () => `connection ${connection.id} was leased unproven, although another one had been found dead`,
    )
  }
}
