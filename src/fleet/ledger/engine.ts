// The port between a fleet and what keeps its ledger: Redis, NATS, or this process's memory.

/** What a pool of a fleet reports. */
export interface Report {
  /** Who reports. */
  readonly id: string
  /** Counts the pool's reports: one that arrives late, or twice, is ignored. */
  readonly report: number
  /** Connections that it has, or may open of those that it was granted. */
  readonly keep: number
  /** How many it could use now. */
  readonly need: number
  /** How many are to be kept for it. */
  readonly min: number
  /** The fleet's connections, as this pool was told. */
  readonly connections: number
  /** How long the report counts, in milliseconds. */
  readonly ttl: number
  /** How many each pool may have while the ledger is not known to be complete. */
  readonly floor: number
  /** The pool has ended, or holds and needs nothing: its entry goes. */
  readonly leaves: boolean
}

/** What a pool of a fleet is told. */
export interface Answer {
  /** Which ledger it was: when it was begun, on the engine's clock. */
  readonly epoch: number
  /** How many connections the pool may have. */
  readonly held: number
  /** How many it should have: fewer than `held` = it is to give way. */
  readonly target: number
  /** What is kept for it: less than it asked for if the pools' `min` exceed the fleet. */
  readonly min: number
  /** What all pools hold together. */
  readonly taken: number
  /** What is kept for all pools together. */
  readonly mins: number
  /** How soon the next pool counts as gone unless it reports, in milliseconds: what it holds is free for others then. Infinity = there is none. */
  readonly nextExpiry: number
}

/** Keeps the ledgers of fleets, for many processes. Make one with `redisEngine(client)`, `natsEngine(bucket)` or `memoryEngine()`. */
export interface FleetEngine {
  /** What it is called in messages: `'Redis'`. */
  readonly name: string
  /**
   * Applies a report to a fleet's ledger, as one atomic change, by the engine's own clock.
   * @param fleet the fleet's name
   */
  exchange(fleet: string, report: Report): Promise<Answer>
}
