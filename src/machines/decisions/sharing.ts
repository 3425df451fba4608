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

/** What counts when a caller wants a connection of its own. */
export interface DrainingLoad extends SharedLoad {
  /** Whether it takes no further statements, so that a caller may have it once those under way are answered. */
  readonly drains: boolean
  /** When the database came to its oldest statement, as far as is known, in milliseconds; NaN = there is none. */
  readonly runsSince: number
}

/** How far sharing goes. */
export interface SharePolicy {
  /** The most statements that one connection has under way. */
  readonly depth: number
  /** No statement is sent behind one that has taken longer than this, in milliseconds. */
  readonly patience: number
}

/** A turn is this many times `depth` statements: in that time, connections that are as fast have answered all that they had when it began. */
const depthsOfTurn = 2

/** Whether a connection has had its turn. It begins another one with the next statement that it takes. */
export function hasHadTurn({ taken }: SharedLoad, { depth }: SharePolicy): boolean {
  return taken >= depthsOfTurn * depth
}

/**
 * The connection with the fewest statements under way that takes one more; undefined when there is none. A statement behind a slow one
 * would wait for it, so a connection whose oldest statement has run out of patience takes none.
 *
 * Connections take turns: if one connection were always given the next statement, its server process would never pause, and those of the
 * others, each with statements under way, would wait for a processor. So one that has had its turn takes no more until all of its own are answered,
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
  let oldest: number | undefined
  for (const load of loads) {
    const { outstanding } = load
    if (outstanding > fewest || (outstanding === fewest && (best === undefined || load !== latest))) continue
    if (!load.open || now - load.since > patience) continue
    if (hasHadTurn(load, policy)) {
      oldest ??= oldestSentAt(loads, now - patience)
      if (oldest < load.turnSince) continue
    }
    best = load
    fewest = outstanding
  }
  return best
}

/**
 * When the oldest statement under way was sent, of those that are not slow: sent no earlier than `earliest`, on no reserved connection.
 * Infinity = there is none.
 */
function oldestSentAt(loads: Iterable<SharedLoad>, earliest: number): number {
  let oldest = Number.POSITIVE_INFINITY
  for (const { since, reserved } of loads)
    if (!reserved && since >= earliest && since < oldest) oldest = since
  return oldest
}

/** How many of the connections that drain are about to be free. One that is held up is not counted: another one has to drain in its place. */
export function countOfSoonFree(
  loads: Iterable<DrainingLoad>,
  now: number,
  policy: Pick<SharePolicy, 'patience'>,
): number {
  let count = 0
  for (const load of loads) if (load.drains && !isHeldUp(load, now, policy)) count++
  return count
}

/** The connection to drain next for a caller who wants one of its own: the one with the fewest statements that is not held up; undefined when there is none. */
export function emptiest<Load extends DrainingLoad>(
  loads: Iterable<Load>,
  now: number,
  policy: Pick<SharePolicy, 'patience'>,
): Load | undefined {
  let best: Load | undefined
  for (const load of loads)
    if (load.open && load.outstanding < (best?.outstanding ?? Number.POSITIVE_INFINITY))
      if (!isHeldUp(load, now, policy)) best = load
  return best
}

/** Its statement has been running for long, however long it waited for those before it; or it runs none, and waits for a request to cancel. */
function isHeldUp(
  { runsSince }: DrainingLoad,
  now: number,
  { patience }: Pick<SharePolicy, 'patience'>,
): boolean {
  return !(now - runsSince <= patience)
}
