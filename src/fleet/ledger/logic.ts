// What the chart of a pool's membership runs on: the pool as it sees it, and its effects, which are done when it has arrived.
import type { BudgetMember } from '../../core/budget.js'
import { compiled } from '../../machines/compiled/index.js'
import { fleetMemberMachine } from '../../machines/fleet-member.js'
import type { FleetMemberContext, FleetPool } from '../../machines/fleet-member-types.js'

/** What the chart asks for; it is done when the chart has arrived in its next state. */
export type Effect = 'report' | 'postpone' | 'signOff' | 'heed' | 'announceAway' | 'announceBack'

/** The pool as its chart sees it. */
export class PoolView implements FleetPool {
  readonly #pool: BudgetMember
  readonly floor: number
  min: number
  /** It asks for one more: for a caller who waits, to fill the pool up to `min`, or to see whether the database is back. */
  asks = false
  /** What the chart asked for last. */
  readonly effects: Effect[] = []

  constructor(pool: BudgetMember, floor: number) {
    this.#pool = pool
    this.floor = floor
    this.min = pool.min
  }

  get total(): number {
    return this.#pool.total
  }

  get need(): number {
    const { staying, idle, waiting, max } = this.#pool
    return Math.min(max, Math.max(this.min, staying - idle + waiting, this.asks ? staying + 1 : 0))
  }

  now(): number {
    return this.#pool.now()
  }

  /** What inspectors print of it. */
  toJSON(): object {
    const { total, need, min } = this
    return { total, need, min }
  }
}

let logic: typeof fleetMemberMachine | undefined

/** What every pool of a fleet runs; made when it is first needed. */
export function memberLogic(): typeof fleetMemberMachine {
  const later =
    (effect: Effect) =>
    ({ context }: { context: FleetMemberContext }): void =>
      void (context.pool as PoolView).effects.push(effect)
  logic ??= compiled(
    fleetMemberMachine.provide({
      actions: {
        report: later('report'),
        postpone: later('postpone'),
        signOff: later('signOff'),
        heed: later('heed'),
        announceAway: later('announceAway'),
        announceBack: later('announceBack'),
      },
    }),
  )
  return logic
}
