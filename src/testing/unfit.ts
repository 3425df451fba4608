// Connections that no caller may get any more: an eviction met them, they were found stale, or their holder ended them.

import type { SimulatedConnection } from '../db/simulated/index.js'
import type { Caller } from './callers.js'
import { demand } from './violation.js'

/** Those of one pool. */
export class Unfit {
  /** By their ids, how many leases had been granted by then. */
  readonly #grantedBefore = new Map<number, number>()
  readonly #endedByHolder = new WeakSet<SimulatedConnection>()

  /** A caller who gets one of these from now on gets one too many. @param granted how many leases there have been */
  note(connections: readonly SimulatedConnection[], granted: number): void {
    for (const { id } of connections) if (!this.#grantedBefore.has(id)) this.#grantedBefore.set(id, granted)
  }

  /** Its holder ends it, and the pool does not know yet. */
  noteEnded(connection: SimulatedConnection, granted: number): void {
    this.#endedByHolder.add(connection)
    this.note([connection], granted)
  }

  /** A connection that is leased is open, unless its holder ended it. */
  checkHeld({ id, connection }: Caller['lease'] & object): void {
    demand(
      connection.state === 'open' || this.#endedByHolder.has(connection),
      'fence',
      () => `lease ${id} is held, and its connection is ${connection.state}`,
    )
  }

  checkGranted({ order }: Caller, lease: Caller['lease'] & object): void {
    const grantedBefore = this.#grantedBefore.get(lease.connection.id)
    demand(
      grantedBefore === undefined || lease.id <= grantedBefore,
      'generation',
      () =>
        `caller ${order} got connection ${lease.connection.id}, which had been evicted, was stale, or had been ended`,
    )
  }
}
