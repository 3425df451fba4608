// What a run has found out, in the form in which it is written to a file and drawn.

import type { Outcome } from './contest.js'
import { rivals } from './peers/index.js'
import type { Scenario } from './scenario.js'
import { noiseOf, ratioOf, type Spread, spreadOf } from './stat.js'
import { judge, type Verdict } from './targets.js'

/** One line of `--json`. */
export interface Row {
  /** The metric; a scenario with one metric has the same name. */
  readonly scenario: string
  readonly peer: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** How many rounds the values come from. */
  readonly rounds: number
}

/** One peer's line in a metric's table. */
export interface Line extends Row {
  /** This peer's value as a multiple of statepool's in the same round; none for statepool itself. */
  readonly ratio: Spread | undefined
}

/** A metric with everybody's values. */
export interface Table {
  readonly metric: string
  readonly title: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly lines: readonly Line[]
  readonly verdicts: readonly Verdict[]
}

/** A scenario's tables, and who failed in it. */
export interface Result {
  readonly scenario: Scenario
  readonly tables: readonly Table[]
  readonly failures: ReadonlyMap<string, string>
  /** By how much the rounds of each peer differ, in each metric: a part of the median. */
  readonly noise: readonly number[]
}

/** Whether more rounds may tell what these do not. */
export function isUnclear({ tables }: Result): boolean {
  return tables.some(({ verdicts }) => verdicts.some(({ standing }) => standing === 'unclear'))
}

export function resultOf(scenario: Scenario, { values, failures }: Outcome): Result {
  const tables = Object.entries(scenario.metrics).flatMap(([metric, { title, unit, better }]): Table[] => {
    const byPeer = values.get(metric) ?? new Map<string, number[]>()
    if (byPeer.size === 0) return []
    const own = byPeer.get('statepool')
    const lines = [...byPeer].map(([peer, rounds]) => ({
      scenario: metric,
      peer,
      unit,
      ...spreadOf(rounds),
      rounds: rounds.length,
      ratio: own === undefined || peer === 'statepool' ? undefined : ratioOf(rounds, own),
    }))
    const sign = better === 'lower' ? 1 : -1
    lines.sort((a, b) => sign * (a.median - b.median))
    return [{ metric, title, unit, better, lines, verdicts: judge(metric, byPeer, rivals) }]
  })
  const noise = [...values.values()].flatMap(byPeer =>
    [...byPeer.values()].filter(rounds => rounds.length > 2).map(noiseOf),
  )
  return { scenario, tables, failures, noise }
}

/** What `--json` writes. */
export function rowsOf(results: readonly Result[]): Row[] {
  return results.flatMap(({ tables }) =>
    tables.flatMap(({ lines }) =>
      lines.map(({ scenario, peer, unit, median, min, max, rounds }) => ({
        scenario,
        peer,
        unit,
        median,
        min,
        max,
        rounds,
      })),
    ),
  )
}
