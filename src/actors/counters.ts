// What has happened since the pool started, in numbers.

/** Totals since the pool was created; they only grow. */
export interface Counters {
  /** Connections that were opened. */
  opened: number
  /** Connects that failed or timed out. */
  failedConnects: number
  /** Connections that were open and are closed. */
  closed: number
  /** Of those, the ones that the database or the network closed. */
  lost: number
  /** Leases granted. */
  acquired: number
  /** Leases given back. */
  released: number
  /** Leases that were reported as leaks (`leakWarning`), whether they came back or not. */
  leaked: number
  /** Acquires that timed out. */
  timedOut: number
  /** Acquires that were aborted by their signal. */
  aborted: number
  /** Acquires that were refused: the line was full, or the pool closing. */
  refused: number
}

/** All at zero. */
export const newCounters = (): Counters => ({
  opened: 0,
  failedConnects: 0,
  closed: 0,
  lost: 0,
  acquired: 0,
  released: 0,
  leaked: 0,
  timedOut: 0,
  aborted: 0,
  refused: 0,
})
