// What a pool of a fleet holds of the budget, and for how long it may rely on it. Pure decisions.

/** A pool, as far as these decisions look. */
interface Held {
  readonly total: number
  readonly need: number
  readonly min: number
}

/**
 * How many connections a pool goes on holding when it reports: those that it has, and those that it was granted and still needs. The rest is given back, and
 * so is what it should give up and does not have any more.
 */
export const keptOf = ({
  pool,
  held,
  target,
}: {
  readonly pool: Held
  readonly held: number
  readonly target: number
}): number => Math.max(pool.total, Math.min(held, target, pool.need))

/** How many connections a pool goes on holding that has been cut off from its ledger: those that it has, and those that it may open even so. */
export const remainsOf = ({ total, need, floor }: Held & { readonly floor: number }): number =>
  Math.max(total, Math.min(floor, need))

/** Whether a pool has nothing in the ledger that it could lose. */
export const holdsNothing = ({ total, need, min }: Held): boolean => total === 0 && need === 0 && min === 0

/**
 * Whether an answer counts that was asked for at that time: it did not take too long, and the pool has no more than it says. A pool that was cut off may have opened
 * connections, up to the floor, while the report was on its way: then the ledger is told first.
 */
export const isValid = (
  held: number,
  sentAt: number,
  { pool, validFor }: { readonly pool: Pick<Held, 'total'>; readonly validFor: number },
  now: number,
): boolean => now < sentAt + validFor && pool.total <= held

/** For how long a report counts in the ledger, in milliseconds. In what is left of the time to live another pool is to notice, and to connect. */
export const countedFor = (ttl: number): number => Math.round(0.85 * ttl)

/** For how long a pool relies on an answer, from the moment when it sent the report. A process's clock and the engine's may run apart by the difference. */
export const validityOf = (ttl: number): number => 0.75 * ttl

/** What a pool that waits is told of when it may have more. */
export interface Outlook {
  readonly held: number
  readonly target: number
  readonly need: number
  /** How soon another pool counts as gone unless it reports, in milliseconds. */
  readonly nextExpiry: number
}

/**
 * How soon a pool reports again, in milliseconds: soon if the ledger means to give it more than it has, else five times in a time to live, and not in step with others.
 * One that needs more reports as soon as another one counts as gone, within a fiftieth of the time to live: many may wait for that.
 */
export function reportDelay(
  { held, target, need, nextExpiry }: Outlook,
  ttl: number,
  random: number,
): number {
  const beat = ttl / 5
  const usual = (target > held ? Math.min(beat, soon) : beat) * (0.8 + 0.4 * random)
  const spread = nextExpiry > 0 ? nextExpiry + (ttl / 50) * random : 0
  return need > held ? Math.min(usual, spread + 1) : usual
}

/** A connection that is on its way to a pool is asked for so often, in milliseconds. */
const soon = 100

/** How many a pool may have now before it opens none: what it was granted and is to keep while the answer counts, or the floor while it is away. */
export const mostOf = (
  {
    held,
    target,
    validUntil,
  }: { readonly held: number; readonly target: number; readonly validUntil: number },
  state: string,
  floor: number,
  now: number,
): number => {
  if (state === 'joined') return now < validUntil ? Math.min(held, target) : 0
  return state === 'away' ? floor : 0
}
