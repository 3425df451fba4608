// Who follows each acquire and release of a pool, or has a part in them, as one number: while none does, one comparison says so for all.

/** What an acquire and a lease look at. */
export interface Followed {
  /** Whether the driver can let the process exit at all: what others cannot, none of their leases pays for. */
  readonly canLetExit: boolean
  /** What the maker of a drop-in does with each lease. */
  readonly onLease: unknown
  /** Subscribers to the events of leases, the tracker, the tracers, hooks, lanes, the watch over holders. */
  followers: number
  /** Whether a lease is more than a lease: for them, for a drop-in, or for a driver that can let the process exit. */
  attends: boolean
}

/** So many more follow, or fewer. */
export function follow(pool: Followed, change: number): void {
  pool.followers += change
  pool.attends = pool.followers !== 0 || pool.canLetExit || pool.onLease !== undefined
}
