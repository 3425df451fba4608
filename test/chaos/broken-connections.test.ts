// Connections that break, loudly or without a word, are replaced; each costs at most the one query that was on it.

import { cut, reset } from '../../chaos/scenarios/cut.js'
import { halfOpenAtEase, halfOpenClient, halfOpenServer } from '../../chaos/scenarios/half-open.js'
import { itSurvives } from './scenarios.js'

for (const scenario of [reset, cut, halfOpenClient, halfOpenServer, halfOpenAtEase]) itSurvives(scenario)
