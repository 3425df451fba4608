// What holders hang on a connection, or on its socket, ends with their lease: listeners are put back to what they were when it was made ready.

import type { EventEmitter } from 'node:events'

type Name = string | symbol
type Listener = (...values: unknown[]) => void

/** Who is told that there is something to look at once the connection is released. */
export interface Notes {
  note(): void
}

/** The listeners of a connection, or of what is beneath it, as they were when this was made. */
export class KeptListeners {
  readonly #emitter: EventEmitter
  /** The name of each event, followed by its listeners: a Map of arrays would weigh four times as much, and each idle connection has three. */
  readonly #kept: readonly (Name | Listener)[]
  /** Something came or went; so a release after which nothing did costs no more than a look at this. */
  #changed = false
  readonly #notes: Notes | undefined

  /** @param notes is told of each that comes or goes, so that a release need not even look here */
  constructor(emitter: EventEmitter, notes?: Notes) {
    this.#emitter = emitter
    this.#notes = notes
    // In this order: the emitter would tell the second one of itself, and the first release would look for what has changed.
    for (const name of ['removeListener', 'newListener']) emitter.on(name, this.#note)
    const kept: (Name | Listener)[] = []
    for (const name of emitter.eventNames()) kept.push(name, ...(emitter.rawListeners(name) as Listener[]))
    this.#kept = kept.slice() // without the room to grow that it has by now
  }

  /** Removes those that came since, and puts back those that went. */
  restore(): void {
    if (!this.#changed) return
    const emitter = this.#emitter
    const before = this.#byName()
    for (const name of new Set([...emitter.eventNames(), ...before.keys()])) {
      const kept = before.get(name) ?? []
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

  #byName(): Map<Name, Listener[]> {
    const byName = new Map<Name, Listener[]>()
    let listeners: Listener[] = []
    for (const one of this.#kept)
      if (typeof one === 'function') listeners.push(one)
      else {
        listeners = []
        byName.set(one, listeners)
      }
    return byName
  }

  readonly #note = (): void => {
    this.#changed = true
    this.#notes?.note()
  }
}
