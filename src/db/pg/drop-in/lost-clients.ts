// Clients that were lost while they were leased, and that their holders have not released yet: pg.Pool counts them until then.

import type { LentClient } from './client.js'

/** Counts them, and keeps none of them alive: a holder that forgot the release may have forgotten the client, too. */
export class LostClients {
  readonly #lost = new Set<WeakRef<LentClient>>()
  readonly #references = new WeakMap<LentClient, WeakRef<LentClient>>()

  /** The client was lost, and has a holder. */
  add(client: LentClient): void {
    const reference = new WeakRef(client)
    this.#references.set(client, reference)
    this.#lost.add(reference)
  }

  /** Its holder released it. */
  released(client: LentClient): void {
    if (this.#lost.size === 0) return
    const reference = this.#references.get(client)
    if (reference !== undefined) this.#lost.delete(reference)
  }

  /** Whether there may be any. */
  get some(): boolean {
    return this.#lost.size > 0
  }

  get count(): number {
    for (const reference of this.#lost) if (reference.deref() === undefined) this.#lost.delete(reference)
    return this.#lost.size
  }
}
