// Whose turn it is: within one priority, tenant and lane, callers are served in the order in which they came.

import type { WaitingCaller } from '../index.js'
import type { Caller, Callers } from './callers.js'
import { demand } from './violation.js'

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

  /** To be called at each rest, with those whom the pool lists. */
  noteRest(listed: readonly WaitingCaller[]): void {
    const chosen = listed.filter(({ position }) => position === 0)
    this.#chosenAtRest = chosen.length
    for (const { since, priority } of chosen) {
      for (const caller of this.#callers.waiting) {
        if (caller.at === since && caller.priority === priority) this.#chosen.add(caller)
      }
    }
  }

  /**
   * Throws if a caller who was just served should have waited for others.
   * @param waiting how many callers are in the queue
   */
  check(caller: Caller, waiting: number): void {
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
