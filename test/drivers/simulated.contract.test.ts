// The simulated driver keeps the contract that every driver keeps.

import { describeDriverContract } from '../support/driver-contract.js'
import { simulatedUnderTest } from '../support/simulated-under-test.js'

describeDriverContract('simulated', () => simulatedUnderTest())
