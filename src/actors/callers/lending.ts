// What the hook onLend is told of one caller. Made only for pools that have hooks.
import { asyncHooks } from '../../core/outside.js'

/** One call of `acquire`, as the hooks see it. */
export class Lending {
  /** How many connections `onLend` has thrown on. */
  failures = 0
  /** The async context of the call. */
  readonly #scope: { runInAsyncScope<T>(call: () => T): T } | undefined

  /** @param session what the caller passed */
  constructor(readonly session: unknown) {
    this.#scope = asyncHooks && new asyncHooks.AsyncResource('statepool.acquire')
  }

  /** Calls a function in the async context of the call of `acquire`. */
  run<T>(call: () => T): T {
    return this.#scope === undefined ? call() : this.#scope.runInAsyncScope(call)
  }
}
