// Whether a pool that sheds load refuses each caller that has waited for the target.
import type { PoolStats, WaitingCaller } from '../index.js'
import { demand, rounding } from './violation.js'

/** Watches the queue of a pool that sheds load. */
export class ShedWatch {
  readonly #policy: { readonly target: number } | undefined
  /** Who was seen to wait for too long, and when. */
  #late: { readonly request: number; readonly at: number } | undefined

  constructor(policy: { readonly target: number } | undefined) {
    this.#policy = policy
  }

  /** @throws InvariantViolation when the same caller waits for too long at two times */
  check({ state }: PoolStats, listed: readonly WaitingCaller[], now: number): void {
    const policy = this.#policy
    if (state !== 'shedding' || policy === undefined) return
    const late = listed.find(
      ({ position, waited, lane }) => position > 0 && lane === undefined && waited > policy.target + rounding,
    ) // what a caller waits for its lane does not count
    // One whose connection turned out to be unfit comes back late, and is told at once.
    demand(
      late === undefined || late.request !== this.#late?.request || now === this.#late.at,
      'settlement',
      () => `the pool sheds load, and lets a caller wait for ${late?.waited} ms`,
    )
    if (late?.request !== this.#late?.request) this.#late = late && { request: late.request, at: now }
  }
}
