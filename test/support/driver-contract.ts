// The driver contract of statepool/testing, run by vitest: each driver's own test file runs it against its own database.

import { afterAll, describe, it } from 'vitest'
import { type DriverContractOptions, type DriverUnderTest, driverContract } from '../../src/testing/index.js'
import { patience } from './patience.js'

/** Runs the contract. Unhandled rejections and `error` events need no assertion: vitest fails on each. */
export function describeDriverContract<C>(
  name: string,
  setUp: () => Promise<DriverUnderTest<C>>,
  options?: DriverContractOptions,
): void {
  describe(`${name} keeps the driver contract:`, () => {
    const contract = driverContract(setUp, { patience, ...options })
    for (const { name, run } of contract.cases) it(name, run)
    afterAll(contract.stop)
  })
}
