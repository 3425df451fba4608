// Sessions that the server ends, for whatever reason, are replaced; only queries under way hear of it.

import { changedPassword } from '../../chaos/scenarios/changed-password.js'
import { allTerminated, idleTerminated } from '../../chaos/scenarios/terminated.js'
import { itSurvives } from './scenarios.js'

for (const scenario of [idleTerminated, allTerminated, changedPassword]) itSurvives(scenario)
