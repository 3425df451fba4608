// Whether callers wait for each other in a circle: a pure decision over who holds what and who waits.

/** What a borrower holds, as far as the decision goes. */
export interface Held {
  /** Whether it still holds it. */
  readonly held: boolean
}

/** The call of a borrower's callback. */
export interface Borrowing<L extends Held> {
  /** What it was called with; undefined once it is over: what still goes on in its name is awaited by no caller that we know of. */
  readonly lease: L | undefined
  /** The callback from within which this one was called, if from one. */
  readonly within: Borrowing<L> | undefined
}

/** The leases of the callbacks that wait when this one does, the innermost first. */
export function leasesOf<L extends Held>(innermost: Borrowing<L> | undefined): L[] {
  const leases: L[] = []
  for (let each = innermost; each?.lease !== undefined; each = each.within) leases.push(each.lease)
  return leases
}

/**
 * Whether no caller can be served any more: as many connections exist as may, each is leased, and each to a borrower who waits in the
 * same queue. One connection that is being opened, reset or closed, or one borrower of whom it is not known whether they
 * wait, is enough for it not to be so.
 *
 * @param max how many connections there may be
 * @param leases for each connection that exists the lease that is out; undefined for one that is not leased
 * @param waiting the borrowings from within which a caller waits for another connection
 */
export function isCircle<L extends Held>(
  max: number,
  leases: Iterable<L | undefined>,
  waiting: Iterable<Borrowing<L> | undefined>,
): boolean {
  const out: L[] = []
  for (const lease of leases) {
    if (lease?.held !== true) return false
    out.push(lease)
  }
  if (out.length < max) return false
  const blocked = new Set<L>()
  for (const innermost of waiting) {
    for (const lease of leasesOf(innermost)) blocked.add(lease)
  }
  return out.every(lease => blocked.has(lease))
}
