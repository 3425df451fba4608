// Callbacks run in the async context of those who passed them, and not in that of the socket that brings their answer.

import { asyncHooks } from './outside.js'

/**
 * The callback, bound to the async context of the code that runs now: it sees the AsyncLocalStorage of its own caller.
 *
 * It does what `AsyncResource.bind` does, which takes forty times as long (12 µs, Node 20): that defines accessors on each function it
 * makes, so each gets a hidden class of its own, which stays until the next major collection.
 */
export function inCallersContext<V extends unknown[], R>(callback: (...values: V) => R): (...values: V) => R {
  if (asyncHooks === undefined) return callback
  const caller = new asyncHooks.AsyncResource('statepool.callback')
  return function (this: unknown, ...values: V): R {
    return caller.runInAsyncScope(callback, this, ...values)
  }
}
