// A server that goes away under 20 busy workers and comes back: errors to the queries under way, and to nobody else.

import { expect } from 'vitest'
import { crash } from '../../chaos/scenarios/crash.js'
import { restart, restartAtEase } from '../../chaos/scenarios/restart.js'
import { itSurvives } from './scenarios.js'

for (const scenario of [restart, restartAtEase, crash]) {
  itSurvives(scenario, ({ scenario: name, inFlight, others, acquireErrors }) => {
    if (name === 'restart') expect(inFlight).toBeGreaterThan(0) // it did strike
    expect(inFlight).toBeLessThanOrEqual(20)
    expect([others, acquireErrors]).toEqual([0, 0])
  })
}
