// The driver contract in node:test, as a driver's own tests would have it.

import { after, describe, it } from 'node:test'
import { driverContract } from '../../../src/testing/index.js'
import { simulatedUnderTest } from '../simulated-under-test.js'

describe('the simulated driver', () => {
  const contract = driverContract(() => simulatedUnderTest(), { patience: 90_000 })
  for (const { name, run } of contract.cases) it(name, run)
  after(contract.stop)
})
