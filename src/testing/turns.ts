// Whose turn it is: within one priority, callers are served in the order in which they came.

import type { PoolStats } from '../index.js'
import type { Caller, Callers } from './callers.js'
import { demand } from './violation.js'

/** What can be seen of a request for which a connection is being validated. */
interface Reserved {
  readonly at: number
  readonly priority: number
}

/** The connections as the pool has them; what is not a connection of this kind has no request. */
interface Records {
  readonly records?: Iterable<{ readonly request?: Reserved | undefined }>
}

/**
 * A caller for whom a connection is being validated may be overtaken. When the connection declines, the caller is next again: those who
 * came later and were never chosen have to wait for it.
 */
export class Turns {
  readonly #callers: Callers
  /** Callers for whom a connection was being validated at any time. */
  readonly #chosen = new WeakSet<Caller>()
  #chosenAtRest = 0

  constructor(callers: Callers) {
    this.#callers = callers
  }

  /** To be called at each rest. */
  noteRest(chosen: number, roster: object): void {
    this.#chosenAtRest = chosen
    if (chosen === 0) return
    for (const { request } of (roster as Records).records ?? []) {
      if (request === undefined) continue
      for (const caller of this.#callers.waiting) {
        if (caller.at === request.at && caller.priority === request.priority) this.#chosen.add(caller)
      }
    }
  }

  /** Throws if a caller who was just served should have waited for others. */
  check(caller: Caller, { waiting }: PoolStats): void {
    if (this.#chosen.has(caller)) return
    const passedOver = this.#callers.passedOver(caller)
    if (passedOver.length === 0) return
    const chosen = Math.max(this.#chosenAtRest, this.#callers.waiting.size - waiting)
    demand(
      passedOver.length <= chosen,
      'settlement',
      () => `caller ${caller.order} was served before ${passedOver.map(({ order }) => order).join(', ')}`,
    )
  }
}
