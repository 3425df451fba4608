// The simulated driver with hands on its database, as the contract and the walks by model want them.

import type { Driver } from '../../src/db/driver.js'
import {
  type SimulatedConnection,
  type SimulatedDriver,
  type SimulatedOptions,
  type SimulatedSettings,
  simulated,
} from '../../src/db/simulated/index.js'
import type { DriverUnderTest } from '../../src/testing/index.js'

const quick: SimulatedOptions = {
  connectLatency: [0, 2],
  queryLatency: 1,
  validateLatency: 1,
  resetLatency: 1,
  closeLatency: 1,
  unhealthyRate: 0,
}

/** @param change makes another driver of it, one that breaks a rule for instance */
export async function simulatedUnderTest(
  change: (driver: SimulatedDriver) => Driver<SimulatedConnection> = driver => driver,
): Promise<DriverUnderTest<SimulatedConnection>> {
  const driver = simulated(quick)
  const { database } = driver
  const ask = (connection: SimulatedConnection, sql: string, faults: SimulatedSettings = {}) => {
    database.change({ queryHangRate: 0, queryFailureRate: 0, ...faults })
    return connection.query(sql)
  }
  return {
    driver: change(driver),
    countOnServer: () => database.open,
    kill: connection => database.kill(connection),
    succeed: connection => ask(connection, 'SELECT 1'),
    fail: connection =>
      ask(connection, 'SELECT 1 / 0', { queryFailureRate: 1 }).finally(() =>
        database.change({ queryFailureRate: 0 }),
      ),
    begin: connection => ask(connection, 'BEGIN'),
    inTransaction: async connection => connection.transaction !== 'none',
    runForEver: connection => ask(connection, 'SELECT pg_sleep(1e9)', { queryHangRate: 1 }),
    async hung() {
      const hung = simulated({ ...quick, connectHangRate: 1 })
      return { driver: hung, countOnServer: () => hung.database.open, stop() {} }
    },
    stop() {},
  }
}
