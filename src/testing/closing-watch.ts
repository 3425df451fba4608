// When a pool that is being closed has to be done: every close() counts, and the earliest deadline holds.

import type { PoolStats } from '../index.js'
import { demand, rounding } from './violation.js'

/** The closes that were asked for. */
export class ClosingWatch {
  readonly #closeTimeout: number
  #until = Number.POSITIVE_INFINITY

  /** @param closeTimeout how long the pool waits for one connection to close */
  constructor(closeTimeout: number) {
    this.#closeTimeout = closeTimeout
  }

  /** The pool is being closed, and waits for leases until then. */
  note(until: number): void {
    this.#until = Math.min(this.#until, until)
  }

  /** The process is frozen until then, and ends nothing before. */
  noteFrozen(until: number): void {
    this.#until = Math.max(this.#until, until)
  }

  /** Throws if leases are held after the time that they were given, or if the pool is not closed after a close more. */
  check(now: number, held: number, { state }: PoolStats): void {
    const late = now - this.#until - rounding
    if (!(late > 0)) return
    demand(
      held === 0,
      'deadlines',
      () => `${held} leases are held ${late} ms after the pool was to be closed`,
    )
    demand(
      state === 'closed' || late <= 2 * this.#closeTimeout,
      'deadlines',
      () => `the pool is ${state} ${late} ms after its leases had to be back`,
    )
  }
}
