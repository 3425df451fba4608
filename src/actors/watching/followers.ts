// Who follows each acquire and release of a pool, or has a part in them, as one number: while none does, one comparison says so for all.

/** What an acquire and a lease look at. */
export interface Followed {
  /** Subscribers to the events of leases, the tracker, the tracers, hooks, lanes, the watch over holders. */
  followers: number
  /** Whether there is one. */
  attends: boolean
}

/** So many more follow, or fewer. */
export function follow(pool: Followed, change: number): void {
  pool.followers += change
  pool.attends = pool.followers !== 0
}
