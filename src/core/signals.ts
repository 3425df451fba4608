// One listener for each AbortSignal, however many operations wait by it.

import { Gapped, type Member } from './gapped.js'

/** A class, not an object literal: V8 may allocate literals in the old generation, and then whatever they refer to stays until a full collection. */
class Callback implements Member {
  queued = true

  constructor(public call: () => void) {}
}

interface Watched {
  readonly callbacks: Gapped<Callback>
  readonly listener: () => void
}

const watched = new WeakMap<AbortSignal, Watched>()

const nothing = (): void => {}

/**
 * Calls back once, when the signal aborts; at once if it has aborted already. All callbacks of one signal share one listener: Node
 * walks through all listeners of a signal for each new one, and warns of a leak from the eleventh on.
 *
 * @returns what ends the watch; it may be called at any time, and more than once
 * @throws what the signal's own methods throw; then nothing is watched.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback()
    return nothing
  }
  const own = new Callback(callback)
  const { callbacks } = watched.get(signal) ?? listen(signal)
  callbacks.join(own)
  return () => {
    if (!own.queued) return
    own.call = nothing // its gap may stay
    callbacks.leave(own)
    if (callbacks.first === undefined) unlisten(signal, callbacks)
  }
}

function listen(signal: AbortSignal): Watched {
  const callbacks = new Gapped<Callback>()
  const listener = (): void => {
    if (watched.get(signal)?.callbacks === callbacks) watched.delete(signal)
    let failure: { readonly error: unknown } | undefined
    while (callbacks.first !== undefined) {
      const { call } = callbacks.shift()
      try {
        call()
      } catch (error) {
        failure ??= { error } // the others hear of it all the same
      }
    }
    if (failure !== undefined) throw failure.error
  }
  signal.addEventListener('abort', listener, { once: true })
  const entry = { callbacks, listener }
  watched.set(signal, entry)
  return entry
}

function unlisten(signal: AbortSignal, callbacks: Gapped<Callback>): void {
  const entry = watched.get(signal)
  if (entry?.callbacks !== callbacks) return
  watched.delete(signal)
  try {
    signal.removeEventListener('abort', entry.listener)
  } catch {
    // A listener that cannot be removed finds nothing to call.
  }
}
