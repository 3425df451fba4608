// What statepool is to reach in each metric, and whether it does: ratios within a run, never absolute times.

import { chanceOfAtMost, ratiosOf, type Spread, spreadOf } from './stat.js'

/** A metric's values, round by round, for each peer. */
export type ByPeer = ReadonlyMap<string, readonly number[]>

/** How statepool stands to a target. */
export interface Verdict {
  /** Whose target it is: that of the pool itself, or of the drop-in for pg.Pool. */
  readonly of: string
  /** What is to be reached, in words. */
  readonly target: string
  /** What was reached; the unit is a factor unless the target says otherwise. */
  readonly got: Spread
  readonly unit: string
  /** Whom it is measured against, where it is not a fixed number. */
  readonly against?: string
  readonly standing: Standing
}

/**
 * Whether the median reaches the target. `unclear`: it does not, but so many rounds do that the difference may be noise; more rounds
 * tell.
 */
export type Standing = 'reached' | 'not reached' | 'unclear'

/** If the true median is the target, so few rounds reach it in one run of twenty: fewer are no chance. */
const rare = 0.05

function verdictOn(
  values: readonly number[],
  reaches: (value: number) => boolean,
  about: Pick<Verdict, 'of' | 'target' | 'unit' | 'against'>,
): Verdict {
  const got = spreadOf(values)
  const reached = values.filter(reaches).length
  const doubtful = reached > 0 && chanceOfAtMost(reached, values.length) >= rare // a sign test
  const standing = reaches(got.median) ? 'reached' : doubtful ? 'unclear' : 'not reached'
  return { ...about, got, standing }
}

type Judge = (values: ByPeer, rivals: readonly string[]) => Verdict | undefined

const own = 'statepool'
const dropIn = 'statepool/pg'
const sharing = ['statepool (shared)', 'statepool/pg (shared)']
const withRecorder = 'statepool (recorded)'
const pgPool = 'pg-pool'

/** The fastest rival's cost as a multiple of statepool's. */
const faster =
  (factor: number, words = `≥ ${factor} × the throughput of the fastest peer`): Judge =>
  (values, rivals) => {
    const mine = values.get(own)
    const fastest = cheapest(values, rivals)
    if (mine === undefined || fastest === undefined) return undefined
    const about = { of: own, target: words, unit: '×', against: fastest.peer }
    return verdictOn(ratiosOf(fastest.values, mine), ratio => ratio >= factor, about)
  }

/** statepool's value as a multiple of one other's. */
const comparedTo =
  (other: string, words: string, reaches: (ratio: number) => boolean): Judge =>
  values => {
    const mine = values.get(own)
    const theirs = values.get(other)
    if (mine === undefined || theirs === undefined) return undefined
    return verdictOn(ratiosOf(mine, theirs), reaches, { of: own, target: words, unit: '×', against: other })
  }

/** statepool's value itself. */
const atMost =
  (most: number, unit: string): Judge =>
  values => {
    const mine = values.get(own)
    if (mine === undefined) return undefined
    const target = `≤ ${most.toLocaleString('en-US')} ${unit}`
    return verdictOn(mine, value => value <= most, { of: own, target, unit })
  }

/** A drop-in's value and that of the pool that it stands in for: it must not cost more to change one import. */
const atLeastOriginal =
  (of: string, original: string, words: string, better: 'lower' | 'higher'): Judge =>
  values => {
    const mine = values.get(of)
    const theirs = values.get(original)
    if (mine === undefined || theirs === undefined) return undefined
    const ratios = better === 'higher' ? ratiosOf(mine, theirs) : ratiosOf(theirs, mine)
    const target = `≥ 1 × the throughput of ${words}`
    return verdictOn(ratios, ratio => ratio >= 1, { of, target, unit: '×', against: original })
  }

const atLeastPgPool = (better: 'lower' | 'higher'): Judge =>
  atLeastOriginal(dropIn, pgPool, 'pg.Pool', better)

const atLeastMysql2 = atLeastOriginal('statepool/mysql2', 'mysql2', 'mysql2’s pool', 'higher')

/** Pools whose statements share connections, as a multiple of another pool. */
const sharedAgainst = (other: string, factor: number, better: 'lower' | 'higher', words: string): Judge[] =>
  sharing.map(of => values => {
    const mine = values.get(of)
    const theirs = values.get(other)
    if (mine === undefined || theirs === undefined) return undefined
    const reaches = (ratio: number) => (better === 'higher' ? ratio >= factor : ratio <= factor)
    return verdictOn(ratiosOf(mine, theirs), reaches, { of, target: words, unit: '×', against: other })
  })

/** What the flight recorder costs for each of the three transitions of an acquire and a release. */
const recording =
  (most: number): Judge =>
  values => {
    const without = values.get(own)
    const recorded = values.get(withRecorder)
    if (without === undefined || recorded === undefined) return undefined
    const added = recorded.map((value, round) => (value - (without[round] ?? value)) / 3)
    const target = `≤ ${most} ns for each transition that is recorded`
    return verdictOn(added, value => value <= most, { of: withRecorder, target, unit: 'ns', against: own })
  }

/** The targets by metric. Metrics without one are shown for what they are. */
const targets: Readonly<Record<string, readonly Judge[]>> = {
  serial: [faster(2), atLeastPgPool('lower'), recording(30)],
  contended: [faster(2), atLeastPgPool('lower')],
  burst: [faster(2.5), atLeastPgPool('lower')],
  'app-burst': [faster(2), atLeastPgPool('lower')],
  'app-mixed-serial': [faster(2), atLeastPgPool('lower')],
  'app-mixed-contended': [faster(2), atLeastPgPool('lower')],
  'app-mixed-burst': [faster(2), atLeastPgPool('lower')],
  'long-line-timeout': [faster(1, '≥ every peer that can time out')],
  'long-line-abort': [faster(1, '≥ every peer that can abort')],
  'spike-connections': [atMost(6, 'connections')],
  'spike-time': [faster(1, 'total time ≤ every peer'), atLeastPgPool('lower')],
  'pg-1-rate': [atLeastPgPool('higher')],
  'pg-10-rate': [comparedTo(pgPool, '≥ 1.05 × pg.Pool', ratio => ratio >= 1.05), atLeastPgPool('higher')],
  'pg-100-rate': [comparedTo(pgPool, '≥ 1.05 × pg.Pool', ratio => ratio >= 1.05), atLeastPgPool('higher')],
  'mysql-1-rate': [atLeastMysql2],
  'mysql-10-rate': [atLeastMysql2],
  'mysql-100-rate': [atLeastMysql2],
  'pg-10-cpu': [comparedTo('limit', '≤ 1.03 × bare clients', ratio => ratio <= 1.03)],
  'pg-100-cpu': [comparedTo('limit', '≤ 1.03 × bare clients', ratio => ratio <= 1.03)],
  'statements-rate': [
    ...sharedAgainst(pgPool, 2, 'higher', '≥ 2 × the throughput of pg.Pool'),
    ...sharedAgainst('postgres.js', 1, 'higher', '≥ that of postgres.js'),
  ],
  'statements-cpu': sharedAgainst(pgPool, 0.6, 'lower', '≤ 0.6 × the CPU time of pg.Pool'),
  'statements-far': [
    ...sharedAgainst(pgPool, 4, 'higher', '≥ 4 × the throughput of pg.Pool'),
    ...sharedAgainst('postgres.js', 1, 'higher', '≥ that of postgres.js'),
  ],
  'statements-slow-p99': sharedAgainst(pgPool, 1, 'lower', '≤ the wait at pg.Pool'),
  'growth-connections': [atMost(1.3, '×')],
  'growth-waiters': [atMost(1.3, '×')],
  'growth-opening': [atMost(1.3, '×')],
  'lifecycle-connection': [comparedTo(pgPool, '≤ 2 × pg-pool', ratio => ratio <= 2)],
  'lifecycle-pool': [atMost(300_000, 'ns of CPU')],
  memory: [atMost(1_500, 'bytes')],
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

/** The verdicts of a metric; none where there is no target, or no peer to measure against. */
export function judge(metric: string, values: ByPeer, rivals: readonly string[]): Verdict[] {
  const judges = targets[metric] ?? []
  return judges.map(one => one(values, rivals)).filter(verdict => verdict !== undefined)
}
