// Who waits for the pool to be ready.
import type { SchedulerLike, Subscription } from 'rxjs'
import { longestDelay } from '../core/clock.js'
import { copyOf, toAwaiter } from '../core/stacks.js'

type Waiter = (outcome?: Promise<never>) => void

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
    return new Promise(resolve => {
      this.#waiters.push(resolve)
    })
  }

  succeed(): void {
    for (const resolve of this.#take()) resolve()
  }

  /** @param newError makes the error, if someone waits for it; each is told one of its own, whose stack leads to the caller */
  fail(newError: () => unknown): void {
    if (!this.isAwaited) return
    const error = newError()
    for (const resolve of this.#take()) resolve(toAwaiter(error instanceof Error ? copyOf(error) : error))
  }

  #take(): Waiter[] {
    const waiters = this.#waiters
    this.#waiters = []
    this.#hold?.unsubscribe()
    this.#hold = undefined
    return waiters
  }
}
