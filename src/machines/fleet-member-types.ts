// What the chart of a pool's membership in a fleet is given, knows and hears.

/** The pool, as its membership decides by it. */
export interface FleetPool {
  /** Connections in any state: all that the database might count. */
  readonly total: number
  /** How many it could use now. */
  readonly need: number
  /** The pool's `min`. */
  readonly min: number
  /** How many it may have while the ledger does not answer, unless it has more. */
  readonly floor: number
  /** The time on the pool's clock. */
  now(): number
}

/** What `fleetMemberMachine` is started with. */
export interface FleetMemberInput {
  readonly pool: FleetPool
  /** For how long an answer counts, from the moment when its report was sent, in milliseconds: less than the ledger's time to live. */
  readonly validFor: number
}

/** The context of `fleetMemberMachine`. Times are on the pool's clock. */
export interface FleetMemberContext extends FleetMemberInput {
  /** How many connections the pool may have. */
  readonly held: number
  /** How many it should have: fewer than `held` = it gives way. */
  readonly target: number
  /** What is kept for it of its `min`. */
  readonly min: number
  /** What all pools of the fleet held together, when the ledger last answered. */
  readonly taken: number
  /** What is kept for all pools together. */
  readonly mins: number
  /** When another pool counts as gone unless it reports: then, or a little later. */
  readonly nextExpiryAt: number
  /** When the last report was sent. */
  readonly sentAt: number
  /** Until when the last answer counts. */
  readonly validUntil: number
  /** Why the ledger did not answer last time; undefined = it did. */
  readonly error: unknown
  /** Since when it has been away. */
  readonly awaySince: number
}

/** What a pool of a fleet is told by its ledger. */
export interface FleetAnswer {
  readonly held: number
  readonly target: number
  readonly min: number
  readonly taken: number
  readonly mins: number
  readonly nextExpiry: number
}

export type FleetMemberEvent =
  /** The pool needs more, or holds less, than the ledger knows. */
  | { readonly type: 'change' }
  /** The pool has ended. */
  | { readonly type: 'leave' }
  /** Time to report. */
  | { readonly type: 'report.due' }
  /** The last answer does not count any more. */
  | { readonly type: 'validity.over' }
  /** The ledger has answered the last report. */
  | { readonly type: 'ledger.answered'; readonly answer: FleetAnswer }
  /** The last report has failed. */
  | { readonly type: 'ledger.failed'; readonly error: unknown }
  /** The last report should have been answered by now, and may be still. */
  | { readonly type: 'ledger.late'; readonly error: unknown }
