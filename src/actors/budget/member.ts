// A running pool as a member of a budget.
import type { BudgetAbsence, BudgetMember } from '../../core/budget.js'
import type { Clock } from '../../core/clock.js'
import type { PoolParts } from '../parts.js'
import type { PoolActorRef } from '../pool-ref.js'

/** The pool as its budget sees it. A class, because a thousand pools may have a budget: an object with getters costs each of them a kilobyte. */
export class PoolMember<C> implements BudgetMember {
  readonly #parts: PoolParts<C>
  readonly #actor: PoolActorRef<C>

  constructor(parts: PoolParts<C>, actor: PoolActorRef<C>) {
    this.#parts = parts
    this.#actor = actor
  }

  get name(): string {
    return this.#parts.name
  }

  get host(): string | undefined {
    return this.#parts.host?.name
  }

  get min(): number {
    return this.#parts.config.min
  }

  get max(): number {
    return this.#actor.getSnapshot().context.size.max
  }

  get clock(): Clock {
    return this.#parts.config.clock
  }

  random(): number {
    return this.#parts.config.random()
  }

  get total(): number {
    return this.#parts.roster.total
  }

  get connecting(): number {
    return this.#parts.roster.connecting
  }

  get staying(): number {
    return this.#parts.roster.staying().length
  }

  get idle(): number {
    return this.#parts.roster.idle
  }

  get waiting(): number {
    const { value } = this.#actor.getSnapshot()
    const { length } = this.#parts.queue
    if (value === 'paused') return 0
    return typeof value === 'object' && 'backingOff' in value ? Math.min(length, 1) : length
  }

  now(): number {
    return this.#parts.config.clock.now()
  }

  granted(): void {
    this.#actor.send({ type: 'budget.granted' })
  }

  reclaim(): void {
    this.#actor.send({ type: 'budget.reclaimed' })
  }

  away(absence: BudgetAbsence): void {
    this.#actor.send({ type: 'budget.away', absence })
  }

  back(): void {
    this.#actor.send({ type: 'budget.back' })
  }

  refuse(error: Error): void {
    this.#actor.send({ type: 'budget.refused', error })
  }
}
