// The port between a pool and what limits it together with others: a group in this process, a fleet of processes.

/** A pool, as its budget sees it. Nothing here waits. */
export interface BudgetMember {
  /** The pool's name. */
  readonly name: string
  /** The time on the pool's clock, in milliseconds. */
  now(): number
  /** The pool's `min`. */
  readonly min: number
  /** Connections in any state. */
  readonly total: number
  /** Connections that are being opened. */
  readonly connecting: number
  /** Connections that are open, or being opened, and have not been told to end. */
  readonly staying: number
  /** Connections that no caller holds. */
  readonly idle: number
  /** Callers in the queue. */
  readonly waiting: number
  /** The connection that it asked for may be opened now: the pool asks again, and is answered true. */
  granted(): void
  /** The budget wants a connection back: an idle one, or else one of those that are leased, as soon as its holder releases it. */
  reclaim(): void
}

/** Who has how many connections of a budget. */
export interface BudgetHolder {
  /** A pool's name; for a fleet, also who else holds some. */
  readonly pool: string
  readonly connections: number
}

/** A budget at one moment, for errors. */
export interface BudgetEvidence {
  /** What it is: `'the group'`, `'the group "shop"'`, `'the fleet "orders"'`. */
  readonly budget: string
  /** The most connections of all its pools together. */
  readonly max: number
  /** The largest holder first; those that hold none are absent. */
  readonly holders: readonly BudgetHolder[]
}

/** What one pool has of a budget. The pool asks before it opens a connection, and tells of each end; the answer may come later. */
export interface Allotment {
  /** Whether the pool has asked for a connection, and has had no answer. */
  readonly isHeldBack: boolean
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
  /** The most connections of all pools together. */
  readonly max: number
  /**
   * Whether it can take one more pool.
   * @param database the driver's name
   * @throws OptionsError when the pools' `min` would exceed the budget, or the budget is not for such a database
   * @internal
   */
  admit(min: number, database: string): void
  /**
   * Takes one more pool.
   * @throws OptionsError as `admit` does
   * @internal
   */
  join(member: BudgetMember): Allotment
}
