// Who waits for the pool to be ready.
import type { SchedulerLike, Subscription } from 'rxjs'
import { longestDelay } from '../core/clock.js'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Settles all calls of `ready()` with the next outcome: ready, or the reason why not. */
export class Readiness {
  readonly #holder: SchedulerLike | undefined
  #waiters: Waiter[] = []
  #hold: Subscription | undefined

  /** @param holder keeps the process alive while a caller waits, where nothing else might */
  constructor(holder: SchedulerLike | undefined) {
    this.#holder = holder
  }

  get isAwaited(): boolean {
    return this.#waiters.length > 0
  }

  wait(): Promise<void> {
    this.#hold ??= this.#holder?.schedule(() => {}, longestDelay)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
    })
  }

  succeed(): void {
    for (const waiter of this.#take()) waiter.resolve()
  }

  /** @param newError makes the error, if someone waits for it; all are told the same one */
  fail(newError: () => unknown): void {
    if (!this.isAwaited) return
    const error = newError()
    for (const waiter of this.#take()) waiter.reject(error)
  }

  #take(): Waiter[] {
    const waiters = this.#waiters
    this.#waiters = []
    this.#hold?.unsubscribe()
    this.#hold = undefined
    return waiters
  }
}
