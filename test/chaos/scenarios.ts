// Plays scenarios of `npm run chaos` in tests: the same code, with assertions for a table.

import { expect, it } from 'vitest'
import type { Contender } from '../../chaos/contender.js'
import { statepool } from '../../chaos/contenders/statepool.js'
import { complaints, type Outcome } from '../../chaos/outcome.js'
import { max, play } from '../../chaos/play.js'
import type { Bounds, Scenario } from '../../chaos/scenario.js'
import { slack } from '../support/patience.js'

/** One test: the scenario stays within its bounds. What else it must come to is for `further` to say. */
export function itSurvives(
  scenario: Scenario,
  further: (outcome: Outcome) => void = () => {},
  contender: Contender = statepool,
): void {
  it(`survives: ${scenario.title}`, async () => {
    const outcome = await play(scenario, contender, { slack })
    expect(
      complaints(outcome, onBusyMachine(scenario.bounds), max),
      JSON.stringify(outcome, null, 2),
    ).toEqual([])
    further(outcome)
  })
}

/** Errors are counted as exactly as on a quiet machine; only times may be longer. */
const onBusyMachine = ({ recovery, refill, ...counts }: Bounds): Bounds => ({
  ...counts,
  recovery: recovery * slack,
  ...(refill !== undefined && { refill: refill * slack }),
})
