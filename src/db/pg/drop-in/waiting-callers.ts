// Who waits for a client of the drop-in, and what becomes of them at its end.

import type { Clock } from '../../../core/clock.js'
import type { Pool } from '../../../index.js'

/** Who waits for a client. */
export interface Waiting {
  /** It is for a query of the pool's own, which `end()` lets finish. */
  readonly forQuery: boolean
  /** Rejects it. */
  turnAway(): void
}

/** Those who wait, in the order in which they asked. */
export class WaitingCallers {
  readonly #pool: Pick<Pool<unknown>, 'stats' | 'events$'>
  readonly #waiting = new Set<Waiting>()
  #allServed: (() => void) | undefined

  constructor(pool: Pick<Pool<unknown>, 'stats' | 'events$'>) {
    this.#pool = pool
  }

  get size(): number {
    return this.#waiting.size
  }

  has(caller: Waiting): boolean {
    return this.#waiting.has(caller)
  }

  add(caller: Waiting): void {
    this.#waiting.add(caller)
  }

  /** The caller has its client, or was told that it gets none. */
  remove(caller: Waiting): void {
    if (this.#waiting.delete(caller) && this.#waiting.size === 0) this.#allServed?.()
  }

  /**
   * Rejects the callers that wait for a release, and settles when the others have their clients, when the time is up, or when it
   * is in vain to wait.
   * @param limit how long that may take, in milliseconds
   */
  serveLast(limit: number, clock: Clock): Promise<void> {
    const { max, idle, busy } = this.#pool.stats()
    let underWay = max - idle - busy
    for (const caller of [...this.#waiting]) if (underWay-- <= 0 && !caller.forQuery) caller.turnAway()
    return new Promise(resolve => {
      if (this.#waiting.size === 0 || this.#isHopeless) return resolve()
      const timer = Number.isFinite(limit) ? clock.setTimeout(() => this.#allServed?.(), limit) : undefined
      const watch = this.#pool.events$.subscribe(({ type }) => {
        if (type === 'pool.down' && this.#isHopeless) this.#allServed?.()
      })
      this.#allServed = () => {
        clock.clearTimeout(timer)
        watch.unsubscribe()
        resolve()
      }
    })
  }

  /** Nothing is leased, or no connection is left and none can be opened: who shuts down need not wait for the database to come back. */
  get #isHopeless(): boolean {
    const { state, idle, busy, validating } = this.#pool.stats()
    return state === 'paused' || (state === 'backingOff' && idle + busy + validating === 0)
  }
}
