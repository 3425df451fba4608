// Those who wait for a client of the drop-in, and what becomes of them at its end.

import type { Clock } from '../../../core/clock.js'
import type { Pool } from '../../../index.js'
import type { LentClient } from './client.js'

/** A caller's request, as the pool's queue knows it. */
export type Request = ReturnType<Pool<LentClient>['ask']>

/** How often to see whether it is in vain to wait, in milliseconds. */
const lookAgainIn = 500

/** How many wait. Who they are, the pool's own queue knows. */
export class WaitingCallers {
  readonly #pool: Pick<Pool<LentClient>, 'stats' | 'events$' | 'turnAway'>
  readonly #lacksHost: () => boolean
  #count = 0
  #allServed: (() => void) | undefined

  /** @param lacksHost whether no host will do at present */
  constructor(pool: Pick<Pool<LentClient>, 'stats' | 'events$' | 'turnAway'>, lacksHost: () => boolean) {
    this.#pool = pool
    this.#lacksHost = lacksHost
  }

  get count(): number {
    return this.#count
  }

  /** One more waits. */
  enter(): void {
    this.#count++
  }

  /** A caller has its client, or is told that it gets none. */
  leave(): void {
    if (--this.#count === 0) this.#allServed?.()
  }

  /**
   * Rejects the callers that wait for a release, and settles when the others have their clients, when the time is up, or when it
   * is in vain to wait.
   * @param stays whether a request is let finish in any case
   * @param limit how long that may take, in milliseconds
   */
  serveLast(stays: (request: Request) => boolean, limit: number, clock: Clock): Promise<void> {
    const { max, idle, busy, waiting } = this.#pool.stats()
    // Those that are not in the queue have a client already that is looked at.
    let underWay = max - idle - busy - (this.#count - waiting)
    this.#pool.turnAway(request => underWay-- <= 0 && !stays(request))
    return new Promise(resolve => {
      if (this.#count === 0 || this.#isHopeless) return resolve()
      const until = clock.now() + limit
      let timer: unknown
      const look = (): void => {
        const left = until - clock.now()
        if (left <= 0 || this.#isHopeless) this.#allServed?.()
        else timer = clock.setTimeout(look, Math.min(lookAgainIn, left))
      }
      const watch = this.#pool.events$.subscribe(({ type }) => {
        if (type === 'pool.down' && this.#isHopeless) this.#allServed?.()
      })
      this.#allServed = () => {
        clock.clearTimeout(timer)
        watch.unsubscribe()
        resolve()
      }
      look()
    })
  }

  /** Nothing is leased, or no connection is left and none can be opened: who shuts down need not wait for the database to come back. */
  get #isHopeless(): boolean {
    const { state, idle, busy, validating } = this.#pool.stats()
    const mayBeDown = state === 'backingOff' || this.#lacksHost()
    return state === 'paused' || (mayBeDown && idle + busy + validating === 0)
  }
}
