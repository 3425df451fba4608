// The drop-in for pg.Pool survives the same: its callers, who know nothing of it, meet with no error that pg.Pool's would not, and few of those.

import { expect } from 'vitest'
import { dropIn } from '../../chaos/contenders/drop-in.js'
import { reset } from '../../chaos/scenarios/cut.js'
import { restart } from '../../chaos/scenarios/restart.js'
import { allTerminated } from '../../chaos/scenarios/terminated.js'
import { itSurvives } from './scenarios.js'

for (const scenario of [restart, allTerminated, reset]) {
  itSurvives(
    scenario,
    ({ inFlight, others, acquireErrors }) => {
      expect(inFlight).toBeGreaterThan(0) // it did strike
      expect([others, acquireErrors]).toEqual([0, 0])
    },
    dropIn,
  )
}
