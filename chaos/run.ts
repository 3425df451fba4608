// A run: all chosen scenarios with one pool, one after the other.

import type { Contender } from './contender.js'
import { complaints, type Outcome } from './outcome.js'
import { max, play } from './play.js'
import type { Scenario } from './scenario.js'

/** One row of the report. */
export interface Row {
  readonly scenario: Scenario
  readonly outcome: Outcome
  /** What it leaves to be desired; empty when nothing. */
  readonly complaints: readonly string[]
}

/**
 * Plays scenarios one after the other.
 * @param step is told of each before it starts
 * @throws what {@link play} throws
 */
export async function run(
  chosen: readonly Scenario[],
  contender: Contender,
  signal: AbortSignal,
  step: (scenario: Scenario, place: number) => void,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const [place, scenario] of chosen.entries()) {
    step(scenario, place)
    const outcome = await play(scenario, contender, { signal })
    rows.push({ scenario, outcome, complaints: complaints(outcome, scenario.bounds, max) })
  }
  return rows
}
