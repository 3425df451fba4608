// Who waits for the pool to be ready.

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Settles everybody who waits for the next outcome: ready, or the reason why not. */
export class Readiness {
  #waiters: Waiter[] = []

  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
    })
  }

  succeed(): void {
    for (const waiter of this.#take()) waiter.resolve()
  }

  fail(error: unknown): void {
    for (const waiter of this.#take()) waiter.reject(error)
  }

  #take(): Waiter[] {
    const waiters = this.#waiters
    this.#waiters = []
    return waiters
  }
}
