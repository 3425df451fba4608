// What statepool is to reach in each metric, and whether it does: ratios within a run, never absolute times.

import { ratioOf, type Spread, spreadOf } from './stat.js'

/** A metric's values, round by round, for each peer. */
export type ByPeer = ReadonlyMap<string, readonly number[]>

/** How statepool stands to a target. */
export interface Verdict {
  /** What is to be reached, in words. */
  readonly target: string
  /** What was reached; the unit is a factor unless the target says otherwise. */
  readonly got: Spread
  readonly unit: string
  /** Whom it is measured against, where it is not a fixed number. */
  readonly against?: string
  /** Whether the median does. */
  readonly reached: boolean
}

type Judge = (values: ByPeer, rivals: readonly string[]) => Verdict | undefined

const own = 'statepool'

/** The fastest rival's cost as a multiple of statepool's. */
const faster =
  (factor: number, words = `≥ ${factor} × the throughput of the fastest peer`): Judge =>
  (values, rivals) => {
    const mine = values.get(own)
    const fastest = cheapest(values, rivals)
    if (mine === undefined || fastest === undefined) return undefined
    const got = ratioOf(fastest.values, mine)
    return { target: words, got, unit: '×', against: fastest.peer, reached: got.median >= factor }
  }

/** statepool's value as a multiple of one other's. */
const comparedTo =
  (other: string, words: string, reached: (ratio: number) => boolean): Judge =>
  values => {
    const mine = values.get(own)
    const theirs = values.get(other)
    if (mine === undefined || theirs === undefined) return undefined
    const got = ratioOf(mine, theirs)
    return { target: words, got, unit: '×', against: other, reached: reached(got.median) }
  }

/** statepool's value itself. */
const atMost =
  (most: number, unit: string): Judge =>
  values => {
    const mine = values.get(own)
    if (mine === undefined) return undefined
    const got = spreadOf(mine)
    return { target: `≤ ${most.toLocaleString('en-US')} ${unit}`, got, unit, reached: got.median <= most }
  }

/** The targets by metric. Metrics without one are shown for what they are. */
export const targets: Readonly<Record<string, Judge>> = {
  serial: faster(2),
  contended: faster(2),
  burst: faster(2.5),
  'long-line-timeout': faster(1, '≥ every peer that can time out'),
  'long-line-abort': faster(1, '≥ every peer that can abort'),
  'spike-connections': atMost(6, 'connections'),
  'spike-time': faster(1, 'total time ≤ every peer'),
  'pg-10-rate': comparedTo('pg-pool', '≥ 1.05 × pg.Pool', ratio => ratio >= 1.05),
  'pg-100-rate': comparedTo('pg-pool', '≥ 1.05 × pg.Pool', ratio => ratio >= 1.05),
  'pg-10-cpu': comparedTo('limit', '≤ 1.03 × bare clients', ratio => ratio <= 1.03),
  'pg-100-cpu': comparedTo('limit', '≤ 1.03 × bare clients', ratio => ratio <= 1.03),
  'growth-connections': atMost(1.3, '×'),
  'growth-waiters': atMost(1.3, '×'),
  'growth-opening': atMost(1.3, '×'),
  memory: atMost(1_500, 'bytes'),
}

function cheapest(
  values: ByPeer,
  rivals: readonly string[],
): { peer: string; values: readonly number[] } | undefined {
  const ranked = [...values]
    .filter(([peer]) => rivals.includes(peer))
    .map(([peer, rounds]) => ({ peer, values: rounds, median: spreadOf(rounds).median }))
    .sort((a, b) => a.median - b.median)
  return ranked[0]
}
