// What a budget is at one moment, for errors, events and health.
import type { BudgetAbsence } from '../machines/pool-types.js'

export type { BudgetAbsence } from '../machines/pool-types.js'

/** Who has how many connections of a budget. */
export interface BudgetHolder {
  /** A pool's name; for a fleet, also other holders, such as other processes. */
  readonly pool: string
  readonly connections: number
}

/** A budget at one moment, for errors. */
export interface BudgetEvidence {
  /** What it is: `'the group'`, `'the group "shop"'`, `'the fleet "orders"'`. */
  readonly budget: string
  /** The maximum number of connections of all its pools together. */
  readonly max: number
  /** The largest holder first; pools without a connection are absent. */
  readonly holders: readonly BudgetHolder[]
  /** The engine that keeps the budget does not answer; undefined = it does, or the budget is kept in this process. */
  readonly away?: BudgetAbsence | undefined
}
