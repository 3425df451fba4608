// What the hook onLend is told of one caller. Made only for pools that have hooks.
import { OptionsError } from '../../core/errors.js'
import type { PoolHooks } from '../../core/hooks.js'
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

/**
 * A session that no hook sees would seem to protect, and would not.
 * @throws OptionsError
 */
export function refuseVainSession<C>(hooks: PoolHooks<C> | undefined): void {
  if (hooks?.onLend !== undefined || hooks?.onReturn !== undefined) return
  throw new OptionsError(
    'session',
    undefined, // it may be secret
    'session has no effect: the pool has neither onLend nor onReturn. Give createPool these options, or omit session.',
  )
}
