// Gives the pool the size that its chart of sizes says: samples its counters, and resizes it.
import { type Actor, createActor } from 'xstate'
import type { SizePolicy, SizeRange } from '../../machines/decisions/knee.js'
import { sizeFinderMachine } from '../../machines/size-finder.js'
import type { PoolParts } from '../parts.js'
import type { PoolActorRef } from '../pool-ref.js'
import { Alarm } from '../time/alarm.js'
import { ClockScheduler } from '../time/scheduler.js'

/** What `pool.stats()` tells of an adaptive pool. */
export interface AdaptiveStats {
  /** `searching` = it measures one size after another; `holding` = it has found the best; `trying` = it tries one connection more for a moment. */
  readonly state: 'searching' | 'holding' | 'trying'
  /** The option `max`: the most that it may give itself. */
  readonly limit: number
}

/** So many times in an interval an adaptive pool looks whether callers wait. */
const looks = 10

export class AdaptiveSize<C> {
  readonly #parts: PoolParts<C>
  readonly #pool: PoolActorRef<C>
  readonly #finder: Actor<typeof sizeFinderMachine>
  readonly #alarm: Alarm
  readonly #interval: number

  constructor(parts: PoolParts<C>, pool: PoolActorRef<C>, policy: SizePolicy) {
    const { clock, min, max } = parts.config
    this.#parts = parts
    this.#pool = pool
    this.#interval = policy.interval
    this.#finder = createActor(sizeFinderMachine, { input: { policy, range: rangeOf(min, max) } }).start()
    this.#alarm = new Alarm(new ClockScheduler(clock, false), () => this.#look())
  }

  /** The pool's actor starts. */
  start(): void {
    this.#alarm.noLaterThan(this.#parts.config.clock.now() + this.#interval)
  }

  get stats(): AdaptiveStats {
    const { value } = this.#finder.getSnapshot()
    return { state: Object.keys(value)[0] as AdaptiveStats['state'], limit: this.limit }
  }

  /** The most that the pool may give itself. */
  get limit(): number {
    return this.#finder.getSnapshot().context.range.max
  }

  /** The pool's sizes have been changed: the search begins anew, with the largest. */
  resize(min: number, max: number): void {
    this.#finder.send({ type: 'resized', range: rangeOf(min, max) })
  }

  stop(): void {
    this.#alarm.clear()
    this.#finder.stop()
  }

  #look(): void {
    const { config, queue, roster } = this.#parts
    const { value, context } = this.#pool.getSnapshot()
    const wanted = queue.length > 0 && (value === 'running' || value === 'shedding')
    const at = config.clock.now()
    this.#alarm.noLaterThan(at + (wanted ? this.#interval / looks : this.#interval))
    this.#finder.send({ type: 'sampled', at, served: roster.served, open: roster.established, wanted })
    const { size: max } = this.#finder.getSnapshot().context
    const { min } = context.size
    if (max !== context.size.max) this.#pool.send({ type: 'resize', min, max })
  }
}

const rangeOf = (min: number, max: number): SizeRange => ({ min: Math.max(1, min), max })
