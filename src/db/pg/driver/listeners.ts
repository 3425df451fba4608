// What holders hang on a client ends with their lease: its listeners are put back to what they were when it was made ready.

import type { EventEmitter } from 'node:events'

type Listener = (...values: unknown[]) => void

/** The listeners of a client, as they were when this was made. */
export class Listeners {
  readonly #client: EventEmitter
  readonly #kept = new Map<string | symbol, readonly Listener[]>()
  /** Something came or went; so a release after which nothing did costs no more than a look at this. */
  #changed = false

  constructor(client: EventEmitter) {
    this.#client = client
    for (const name of ['newListener', 'removeListener']) client.on(name, this.#note)
    for (const name of client.eventNames()) this.#kept.set(name, client.rawListeners(name) as Listener[])
  }

  /** Removes those that came since, and puts back those that went. */
  restore(): void {
    if (!this.#changed) return
    const client = this.#client
    for (const name of new Set([...client.eventNames(), ...this.#kept.keys()])) {
      const kept = this.#kept.get(name) ?? []
      const now = client.rawListeners(name) as Listener[]
      if (now.length === kept.length && now.every((listener, index) => listener === kept[index])) continue
      // One of `once` that has been called since is over.
      const wanted = kept.filter(listener => !('listener' in listener) || now.includes(listener))
      client.removeAllListeners(name)
      for (const listener of wanted) client.on(name, listener)
    }
    this.#changed = false
  }

  readonly #note = (): void => {
    this.#changed = true
  }
}
