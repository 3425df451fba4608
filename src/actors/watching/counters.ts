// What has happened since the pool started, in numbers.

/** Totals since the pool was created; they only grow. */
export interface Counters {
  /** Connections that were opened. */
  opened: number
  /** Connects that failed or timed out. */
  failedConnects: number
  /** Connections closed after they had been open. */
  closed: number
  /** The part of `closed` that the database or the network closed. */
  lost: number
  /** Leases granted. */
  acquired: number
  /** Leases released. */
  released: number
  /** Statements of `query()` that were sent on a connection which others may share (the option `share`). */
  statements: number
  /** Leases reported as leaks (`leakWarning`), whether they ended later or not. */
  leaked: number
  /** Acquires that timed out. */
  timedOut: number
  /** Acquires that their signal aborted. */
  aborted: number
  /** Acquires that the pool refused: its queue was full, it was overloaded, or it was closing. */
  refused: number
  /** The part of `refused` that the pool refused because it was overloaded (`shed`). */
  shed: number
}

/** All at zero. */
export const newCounters = (): Counters => ({
  opened: 0,
  failedConnects: 0,
  closed: 0,
  lost: 0,
  acquired: 0,
  released: 0,
  statements: 0,
  leaked: 0,
  timedOut: 0,
  aborted: 0,
  refused: 0,
  shed: 0,
})
