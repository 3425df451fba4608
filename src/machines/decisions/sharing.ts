// Which connection a statement joins when statements share connections.

/** What counts of a connection that is shared. */
export interface SharedLoad {
  /** Whether it takes further statements: not while it drains for a caller who wants a connection, nor after a statement left traces. */
  readonly open: boolean
  /** How many of its statements were sent and not answered. */
  readonly outstanding: number
  /** When the oldest of them was sent, in milliseconds; NaN = there is none. */
  readonly since: number
}

/** What counts of one that is to be given back. */
export interface DrainingLoad extends SharedLoad {
  /** Whether it takes no further statements, so that a caller may have it once those under way are answered. */
  readonly drains: boolean
}

/** How far sharing goes. */
export interface SharePolicy {
  /** The most statements that one connection has under way. */
  readonly depth: number
  /** No statement is sent behind one that has taken longer than this, in milliseconds. */
  readonly patience: number
}

/**
 * The connection with the fewest statements under way that takes one more; undefined when there is none. A statement behind a slow one
 * would wait for it, so a connection whose oldest statement has run out of patience takes none.
 * @param latest the one that got the last statement, which goes before others with as few: what is sent to it in one turn goes out in one piece
 */
export function leastLoaded<Load extends SharedLoad>(
  loads: Iterable<Load>,
  now: number,
  { depth, patience }: SharePolicy,
  latest?: Load,
): Load | undefined {
  let best: Load | undefined
  let fewest = depth
  for (const load of loads) {
    const { outstanding } = load
    if (outstanding > fewest || (outstanding === fewest && (best === undefined || load !== latest))) continue
    if (!load.open || now - load.since > patience) continue
    best = load
    fewest = outstanding
  }
  return best
}

/** How many connections that drain are about to be free: one whose oldest statement turns out to be slow is not, and no caller waits for it alone. */
export function countOfSoonFree(
  loads: Iterable<DrainingLoad>,
  now: number,
  { patience }: Pick<SharePolicy, 'patience'>,
): number {
  let count = 0
  for (const { drains, since } of loads) if (drains && !(now - since > patience)) count++
  return count
}
