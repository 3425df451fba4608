// How many connections a pool may have, while it is resized too, and when it may open one.

import type { SizeOptions } from '../core/live-options.js'
import type { ResolvedPoolOptions } from '../core/options.js'
import type { SimulatedConnection } from '../db/simulated/index.js'
import type { Pool, PoolStats } from '../index.js'
import { demand } from './violation.js'

/** The size of one pool, as it was last asked for. */
export class SizeWatch {
  readonly #maxConnecting: number
  #min: number
  #max: number
  /** More than max only until what there was when it was lowered is gone. */
  #allowed: number

  constructor({ min, max, maxConnecting }: ResolvedPoolOptions) {
    this.#min = min
    this.#max = max
    this.#allowed = max
    this.#maxConnecting = maxConnecting
  }

  /** A resize that the pool refuses changes nothing. */
  resizing(size: SizeOptions, open: number, call: () => void): void {
    const [min, max, allowed] = [this.#min, this.#max, this.#allowed]
    this.#max = size.max ?? max
    this.#min = size.min ?? Math.min(min, this.#max)
    this.#allowed = Math.max(this.#max, open)
    try {
      call()
    } catch (error) {
      this.#min = min
      this.#max = max
      this.#allowed = allowed
      throw error
    }
  }

  /**
   * How many there may be now, of which so many are open.
   * @param size what the pool says: an adaptive one gives itself less than it may
   */
  allowed(open: number, { min, max }: Pick<PoolStats, 'min' | 'max'>): number {
    demand(
      min === this.#min && max >= Math.max(1, min) && max <= this.#max,
      'size',
      () => `the pool has a size of ${min} to ${max}, and ${this.#min} to ${this.#max} may be`,
    )
    if (this.#allowed !== max) this.#allowed = Math.max(max, Math.min(this.#allowed, open))
    return this.#allowed
  }

  /**
   * A connect starts, in the middle of the pool's work: only what it decided by is looked at.
   * @param pool undefined while it is being made
   */
  checkConnect(underWay: number, open: number, pool: Pool<SimulatedConnection> | undefined): void {
    demand(
      open < this.#max,
      'size',
      () => `a connect starts while ${open} connections are open, and ${this.#max} may be`,
    )
    demand(
      underWay <= this.#maxConnecting,
      'connects',
      () => `${underWay} connects are under way, and ${this.#maxConnecting} may be`,
    )
    if (pool === undefined) return
    const { roster, queue, whenDown, lastConnectError } = pool.actor.getSnapshot().context
    if (whenDown !== 'wait') return // a caller who was refused has one tried for those who come next
    const isDown = roster.established === 0 && lastConnectError !== undefined // it finds out when that ends
    demand(
      roster.established < this.#min || queue.length > 0 || isDown,
      'connects',
      () =>
        `a connect starts although no caller waits and there are ${roster.established} of at least ${this.#min}`,
    )
  }
}
