// What holders hang on a connection ends with their loan: its listeners are put back to what they were in the beginning.

import type { EventEmitter } from 'node:events'

type Listener = (...values: unknown[]) => void
type Kept = ReadonlyMap<string | symbol, readonly Listener[]>

/** mysql2's promise face hears of these from its core by one listener there, while it has listeners of its own. */
const forwarded = ['error', 'drain', 'connect', 'end', 'enqueue']

/** By these two the face knows when it has listeners of its own. */
const meta = ['newListener', 'removeListener']

/** The listeners of a connection, as they were when this was made. */
export class Listeners {
  readonly #face: EventEmitter
  /** The connection behind the face; undefined when that is the face itself. */
  readonly #core: EventEmitter | undefined
  readonly #ofFace: Kept
  readonly #ofCore: Kept

  constructor(face: EventEmitter, core: EventEmitter) {
    this.#face = face
    this.#core = core === face ? undefined : core
    this.#ofFace = listenersOf(face)
    this.#ofCore = this.#core === undefined ? new Map() : this.#withoutForwarding(this.#core)
  }

  /** Removes those that came since, and puts back those that went. */
  restore(): void {
    if (hasOnly(this.#face, this.#ofFace) && (this.#core === undefined || hasOnly(this.#core, this.#ofCore)))
      return
    const { face, core } = { face: this.#face, core: this.#core }
    if (core !== undefined) for (const name of meta) set(face, name, this.#ofFace.get(name) ?? [])
    for (const name of namesOf(face, this.#ofFace, core, this.#ofCore)) {
      if (core !== undefined && meta.includes(String(name))) continue
      const ofFace = this.#ofFace.get(name) ?? []
      const ofCore = this.#ofCore.get(name) ?? []
      const extra = core !== undefined && ofFace.length > 0 && forwarded.includes(String(name)) ? 1 : 0
      const same = isSame(face, name, ofFace) && (core === undefined || isSame(core, name, ofCore, extra))
      if (same) continue
      const stillThere = present(face, name, ofFace)
      for (const listener of face.rawListeners(name)) face.off(name, listener as Listener)
      if (core !== undefined) set(core, name, ofCore)
      for (const listener of stillThere) face.on(name, listener)
    }
  }

  /** The core's own, without those by which it tells the face. */
  #withoutForwarding(core: EventEmitter): Kept {
    const kept = new Map(listenersOf(core))
    for (const name of forwarded) {
      const ofFace = this.#ofFace.get(name)
      if (ofFace === undefined) continue
      for (const listener of ofFace) this.#face.off(name, listener)
      kept.set(name, core.rawListeners(name) as Listener[])
      for (const listener of ofFace) this.#face.on(name, listener)
    }
    return kept
  }
}

/** Whether these are all its listeners. Asked on each release, so without a copy of them. */
function hasOnly(emitter: EventEmitter, kept: Kept): boolean {
  for (const [name, listeners] of kept) {
    if (emitter.listenerCount(name) !== listeners.length) return false
    for (const listener of listeners) if (emitter.listenerCount(name, listener) === 0) return false
  }
  return emitter.eventNames().length === kept.size
}

function listenersOf(emitter: EventEmitter): Kept {
  return new Map(emitter.eventNames().map(name => [name, emitter.rawListeners(name) as Listener[]]))
}

function namesOf(face: EventEmitter, ofFace: Kept, core: EventEmitter | undefined, ofCore: Kept) {
  return new Set([...face.eventNames(), ...ofFace.keys(), ...(core?.eventNames() ?? []), ...ofCore.keys()])
}

/** Whether the event has these listeners, and `extra` others behind them. */
function isSame(emitter: EventEmitter, name: string | symbol, kept: readonly Listener[], extra = 0): boolean {
  if (emitter.listenerCount(name) !== kept.length + extra) return false
  if (kept.length === 0) return true
  const now = emitter.rawListeners(name)
  return kept.every(listener => now.includes(listener))
}

function set(emitter: EventEmitter, name: string | symbol, kept: readonly Listener[]): void {
  if (isSame(emitter, name, kept)) return
  const stillThere = present(emitter, name, kept)
  for (const listener of emitter.rawListeners(name)) emitter.off(name, listener as Listener)
  for (const listener of stillThere) emitter.on(name, listener)
}

/** Without those of `once` that have been called since. */
function present(emitter: EventEmitter, name: string | symbol, kept: readonly Listener[]): Listener[] {
  const now = emitter.rawListeners(name)
  return kept.filter(listener => !('listener' in listener) || now.includes(listener))
}
