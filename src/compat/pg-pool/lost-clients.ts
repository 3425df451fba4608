// Clients that were lost while they were leased, and that their holders have not released yet: pg.Pool counts them until then.

import type { LentClient } from './client.js'

/** Counts them, and keeps none of them alive: a holder that forgot the release may have forgotten the client, too. */
export class LostClients {
  readonly #lost = new Map<number, WeakRef<LentClient>>()
  #next = 0
  readonly #numbers = new WeakMap<LentClient, number>()

  /** The client was lost, and has a holder. */
  add(client: LentClient): void {
    const number = this.#next++
    this.#numbers.set(client, number)
    this.#lost.set(number, new WeakRef(client))
  }

  /** Its holder released it. */
  released(client: LentClient): void {
    if (this.#lost.size === 0) return
    const number = this.#numbers.get(client)
    if (number !== undefined) this.#lost.delete(number)
  }

  get count(): number {
    for (const [number, client] of this.#lost) if (client.deref() === undefined) this.#lost.delete(number)
    return this.#lost.size
  }
}
