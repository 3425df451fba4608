// What holders hang on a connection, or on its socket, ends with their lease: listeners are put back to what they were when it was made ready.

import type { EventEmitter } from 'node:events'

type Listener = (...values: unknown[]) => void

/** The listeners of a connection, or of what is beneath it, as they were when this was made. */
export class KeptListeners {
  readonly #emitter: EventEmitter
  readonly #kept = new Map<string | symbol, readonly Listener[]>()
  /** Something came or went; so a release after which nothing did costs no more than a look at this. */
  #changed = false

  constructor(emitter: EventEmitter) {
    this.#emitter = emitter
    for (const name of ['newListener', 'removeListener']) emitter.on(name, this.#note)
    for (const name of emitter.eventNames()) this.#kept.set(name, emitter.rawListeners(name) as Listener[])
  }

  /** Removes those that came since, and puts back those that went. */
  restore(): void {
    if (!this.#changed) return
    const emitter = this.#emitter
    for (const name of new Set([...emitter.eventNames(), ...this.#kept.keys()])) {
      const kept = this.#kept.get(name) ?? []
      for (const listener of emitter.rawListeners(name) as Listener[])
        if (!kept.includes(listener)) emitter.off(name, listener)
      const now = emitter.rawListeners(name) as Listener[]
      if (now.length === kept.length && now.every((listener, index) => listener === kept[index])) continue
      // One of `once` that has been called since is over.
      const wanted = kept.filter(listener => !('listener' in listener) || now.includes(listener))
      emitter.removeAllListeners(name)
      for (const listener of wanted) emitter.on(name, listener)
    }
    this.#changed = false
  }

  readonly #note = (): void => {
    this.#changed = true
  }
}
