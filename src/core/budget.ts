// The port between a pool and what limits it together with others: a group in this process, a fleet of processes.
import type { BudgetAbsence, BudgetEvidence } from './budget-evidence.js'
import type { Clock } from './clock.js'

export type { BudgetAbsence, BudgetEvidence, BudgetHolder } from './budget-evidence.js'

/** A pool, as its budget sees it. Nothing here waits. */
export interface BudgetMember {
  /** The pool's name. */
  readonly name: string
  /** The host whose pool it is; undefined unless the pool belongs to a pool of hosts. */
  readonly host?: string | undefined
  /** The time on the pool's clock, in milliseconds. */
  now(): number
  /** The pool's clock. */
  readonly clock: Clock
  /** A number from 0 to below 1, from the pool's source of chance. */
  random(): number
  /** The pool's `min`. */
  readonly min: number
  /** The pool's own `max`. */
  readonly max: number
  /** Connections in any state. */
  readonly total: number
  /** Connections that are being opened. */
  readonly connecting: number
  /** Connections that are open, or being opened, and have not been told to end. */
  readonly staying: number
  /** Connections that no caller holds. */
  readonly idle: number
  /** Callers in the queue for whom the pool would open connections now: none while it is paused, one while it backs off, for its probe. */
  readonly waiting: number
  /** The connection that it asked for may be opened now: the pool asks again, and is answered true. */
  granted(): void
  /** The budget wants a connection back: an idle one now, or else a leased one when its holder releases it. */
  reclaim(): void
  /** The engine that keeps the budget does not answer: the pool keeps its connections, and opens none beyond `floor` until `back()`. */
  away(absence: BudgetAbsence): void
  /** The engine that keeps the budget answers again. */
  back(): void
  /** The budget cannot keep so many connections for the pool as its `min` says. */
  refuse(error: Error): void
}

/** What one pool has of a budget. The pool asks before it opens a connection, and tells of each end; the answer may come later. */
export interface Allotment {
  /** Whether the pool has asked for a connection, and the budget is not known to have one: it has none, or has not answered. */
  readonly isHeldBack: boolean
  /** Whether the budget has not answered yet: it is not known to be spent. */
  readonly isPending?: boolean
  /** Whether the engine that keeps the budget does not answer. */
  readonly isAway: boolean
  /** How many connections could be opened for the pool now: free ones, and idle ones of other pools. */
  readonly room: number
  /** When to ask again if no answer has come, in milliseconds. */
  readonly lookAgainIn: number
  /** Asks for one connection. true = it may be opened now; false = `granted()` is called when it may. Asking again is harmless. */
  ask(): boolean
  /** The pool needs no more than it has: what it asked for goes to others. */
  withdraw(): void
  /** A connection that was granted has ended, or was never opened. */
  ended(): void
  /** The pool could not do what `reclaim()` asked for: it has nothing to close at this moment. */
  kept(): void
  /** Whether a failed connect only says that the budget is spent. */
  isSpent(error: unknown): boolean
  /** A connect failed for that reason. */
  refused(): void
  /**
   * The pool's `min` changes.
   * @throws OptionsError when the budget cannot guarantee it
   */
  resize(min: number): void
  /** The pool has ended. */
  leave(): void
  /** Who holds what. */
  evidence(): BudgetEvidence
  /**
   * What a new connection does before it counts as open, and again after a reset that undid its session. It rejects when the budget is spent.
   * Without it, a connection need only be granted.
   */
  enter?(connection: unknown, again: boolean): Promise<void>
}

/**
 * A limit that several pools share: `poolGroup()` for those in one process, `fleet()` from `statepool/fleet` for those in many. What is
 * in it is between a budget and its pools, and may change in any version.
 */
export interface Budget {
  /** The maximum number of connections of all pools together. */
  readonly max: number
  /**
   * Whether it can take one more pool.
   * @param database the driver's name
   * @param host of a pool that belongs to a pool of hosts
   * @throws OptionsError when the pools' `min` would exceed the budget, or the budget is not for such a database
   * @internal
   */
  admit(min: number, database: string, host?: string): void
  /**
   * Takes one more pool.
   * @throws OptionsError as `admit` does
   * @internal
   */
  join(member: BudgetMember): Allotment
}
