// Which connection a statement joins when statements share connections.

/** What counts of a connection that is shared. */
export interface SharedLoad {
  /** Whether it takes further statements: not while it drains for a caller who wants a connection, nor after a statement left traces. */
  readonly open: boolean
  /** How many of its statements were sent and not answered. */
  readonly outstanding: number
  /** When the oldest of them was sent, in milliseconds; NaN = there is none. */
  readonly since: number
  /** How many it has taken in its turn. */
  readonly taken: number
  /** When its turn began, in milliseconds. */
  readonly turnSince: number
  /** Whether it is kept for one slow statement. */
  readonly reserved: boolean
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

/** So many times its depth is a turn: by then, connections that are as fast have answered what they had when it began. */
const depthsOfTurn = 2

/** Whether a connection has had its turn. It begins another one with the next statement that it takes. */
export function hasHadTurn({ taken }: SharedLoad, { depth }: SharePolicy): boolean {
  return taken >= depthsOfTurn * depth
}

/**
 * The connection with the fewest statements under way that takes one more; undefined when there is none. A statement behind a slow one
 * would wait for it, so a connection whose oldest statement has run out of patience takes none.
 *
 * Connections take turns: one that was always given the next statement would have its server process run on and on, and those of other
 * connections wait for a processor, each with statements under way. So one that has had its turn takes no more until all of its own are answered,
 * and is given back then, if a statement on another has been under way since before that turn began.
 * @param latest the one that got the last statement, which goes before others with as few: what is sent to it in one turn goes out in one piece
 */
export function leastLoaded<Load extends SharedLoad>(
  loads: Iterable<Load>,
  now: number,
  policy: SharePolicy,
  latest?: Load,
): Load | undefined {
  const { depth, patience } = policy
  let best: Load | undefined
  let fewest = depth
  let longest: number | undefined
  for (const load of loads) {
    const { outstanding } = load
    if (outstanding > fewest || (outstanding === fewest && (best === undefined || load !== latest))) continue
    if (!load.open || now - load.since > patience) continue
    if (hasHadTurn(load, policy)) {
      longest ??= longestWait(loads, now - patience)
      if (longest < load.turnSince) continue
    }
    best = load
    fewest = outstanding
  }
  return best
}

/** When the oldest statement under way was sent, of those that are not slow: sent no earlier than `earliest`, on no reserved connection. Infinity = there is none. */
function longestWait(loads: Iterable<SharedLoad>, earliest: number): number {
  let longest = Number.POSITIVE_INFINITY
  for (const { since, reserved } of loads)
    if (!reserved && since >= earliest && since < longest) longest = since
  return longest
}

/** How many of the connections that drain are about to be free. One whose oldest statement turns out to be slow is not, so a caller must not depend on it. */
export function countOfSoonFree(
  loads: Iterable<DrainingLoad>,
  now: number,
  { patience }: Pick<SharePolicy, 'patience'>,
): number {
  let count = 0
  for (const { drains, since } of loads) if (drains && now - since <= patience) count++ // not NaN: then it waits for a request to cancel
  return count
}
