// The simulated database's driver: for demos, for this project's tests, and for those of the pool's users.

import type { Driver, TransactionSupport } from '../driver.js'
import type { Session, SimulatedConnection } from './connection.js'
import { Database, type SimulatedDatabase } from './database.js'
import { fatal, harmless, SimulatedError } from './error.js'
import { parseSimulatedOptions, type SimulatedOptions } from './settings.js'
import { sharingOn } from './sharing.js'
import { transactions } from './transaction.js'

export type { SimulatedConnection, SimulatedResult } from './connection.js'
export type { SimulatedDatabase, SimulatedTotals } from './database.js'
export { SimulatedError } from './error.js'
export type { Latency, SimulatedOptions, SimulatedSettings } from './settings.js'

/** A driver whose database lives in this process, where tests and demos can inspect and break it. */
export interface SimulatedDriver extends Driver<SimulatedConnection> {
  /** The server's side: what it counts, and its faults. */
  readonly database: SimulatedDatabase
  readonly transaction: TransactionSupport<SimulatedConnection>
}

/**
 * A database in memory, with latencies and faults: by default connects take 100 ms, queries and validations 10 ms, and 5 % of
 * validations find the connection unhealthy. All randomness comes from `seed`.
 *
 * ```ts
 * const driver = simulated({ seed: 7, connectLatency: [50, 200] })
 * const pool = createPool(driver)
 * driver.database.stop() // and see how the pool reacts
 * ```
 *
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function simulated(options: SimulatedOptions = {}): SimulatedDriver {
  const { settings, seed, clock, session: setUp } = parseSimulatedOptions(options)
  const database = new Database(settings, seed, clock, setUp)
  return {
    name: 'simulated',
    database,
    connect: context => database.connect(context),
    async validate(connection, { signal }) {
      const session = connection as Session
      database.totals.validations++
      await session.trip('validate', signal)
      if (session.happens('unhealthyRate')) throw fatal('08006', 'the simulated connection is unhealthy')
    },
    needsReset: connection => {
      const { transaction, running, isChanged } = connection as Session
      return transaction !== 'none' || running > 0 || isChanged
    },
    isUsable: ({ state }) => state === 'open',
    async reset(connection, { signal, setUp }) {
      const session = connection as Session
      if (session.running > 0) throw harmless('55006', 'a query is still running on the connection')
      database.totals.resets++
      await session.trip('reset', signal)
      if (session.happens('resetFailureRate')) throw fatal('08006', 'simulated failure of a reset')
      const { isChanged } = session
      session.restore()
      if (isChanged) await setUp?.(connection)
    },
    cancel: (connection, { signal }) => database.cancelAll(connection as Session, signal),
    close: connection => database.close(connection as Session),
    destroy: connection => database.destroy(connection as Session),
    ref(connection) {
      ;(connection as Session).referenced = true
    },
    unref(connection) {
      ;(connection as Session).referenced = false
    },
    async hostRole(connection, { signal }) {
      await (connection as Session).trip('query', signal)
      return database.role
    },
    transaction: transactions,
    share: sharingOn(database),
    isFatal: error => error instanceof SimulatedError && error.fatal,
    describe: () => `a simulated database (seed ${seed})`,
  }
}
