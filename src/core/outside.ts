// What is kept out of the way: the pool's own work of its caller's async context, and an application's errors of the pool's work.
import type { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'

interface AsyncHooks {
  readonly AsyncLocalStorage: typeof AsyncLocalStorage
  readonly AsyncResource: typeof AsyncResource
}

/** Node's `async_hooks`, asked for at run time so that the core loads in a browser; undefined where there is none. */
export const asyncHooks: AsyncHooks | undefined = (
  globalThis as { process?: { getBuiltinModule?(id: string): AsyncHooks | undefined } }
).process?.getBuiltinModule?.('node:async_hooks')

/** The context in which this module was loaded: the application's start, which belongs to no caller. */
const start = asyncHooks && new asyncHooks.AsyncResource('statepool')

/**
 * Calls a function outside of any caller's async context: what it creates (sockets, timers, promises) carries no caller's
 * AsyncLocalStorage store, and keeps none alive.
 */
export function outside<T>(call: () => T): T {
  return start === undefined ? call() : start.runInAsyncScope(call)
}

/**
 * Makes the error of a function that the application gave (an observer, a callback) an uncaught exception: thrown where the function was
 * called, it would stop the pool's own work.
 */
export function throwOutside(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
