// What a pool promises, by name, and the error that says which promise was broken.

/** The invariants of a pool; the keys are stable, so programs can branch on them. */
export const invariants = {
  truth: 'what the pool says of itself agrees with what its machines and the database say',
  size: 'there are never more connections than max, as the database counts them',
  settlement:
    'a caller settles exactly once, in time; no connection is idle while a caller waits, and none is leased while the pool is paused',
  fence: 'a connection is leased to one caller at a time, reset, and a lease that has ended reaches nothing',
  deadlines:
    'every call of the driver is over, and its socket destroyed, when its time is up; a close is over when the shortest timeout given is',
  turns: 'tenants that wait for the same time are served as their weights say, but for a turn or two',
  lanes: 'no lane has more connections than its max, and none keeps a caller waiting that it has room for',
  connects:
    'connects are the pool’s own: no more than maxConnecting at once, none that is not needed, none cancelled, none that is delivered late kept',
  generation:
    'a connection from before an eviction is never leased again, and one from before a loss only after it has answered a round trip',
  time: 'everything happens in simulated time: the same seed gives the same story',
  errors: 'callers are told what really happened',
  remains: 'every caller is served in the end, and a closed pool leaves nothing behind',
  client: 'the code that uses the pool neither fails, nor gets stuck, nor keeps a connection',
} as const

/** The name of an invariant. */
export type Invariant = keyof typeof invariants

/** Sums of times are rounded to what a binary fraction can hold; a limit that is missed by less than this, in milliseconds, is kept. */
export const rounding = 1e-6

/** A pool, or the code that uses it, broke an invariant. */
export class InvariantViolation extends Error {
  /** The broken invariant. */
  readonly invariant: Invariant
  /** The finding, without the invariant's own text. */
  readonly finding: string

  constructor(invariant: Invariant, finding: string, options?: ErrorOptions) {
    super(`${finding}. Broken: ${invariants[invariant]} (${invariant}).`, options)
    this.invariant = invariant
    this.finding = finding
  }

  override get name(): string {
    return 'InvariantViolation'
  }
}

/** Throws unless `holds`. What was found is worded only then: checks run after every event. */
export function demand(holds: boolean, invariant: Invariant, finding: () => string): asserts holds {
  if (!holds) throw new InvariantViolation(invariant, finding())
}
