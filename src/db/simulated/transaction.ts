// Transactions on the simulated database, for pool.transaction().

import type { TransactionSupport } from '../driver.js'
import type { Session, SimulatedConnection } from './connection.js'
import { SimulatedError } from './error.js'

/** As PostgreSQL has them; it takes any isolation level, and does what the rate of serialization failures says. */
export const transactions: TransactionSupport<SimulatedConnection> = {
  async begin(connection, { isolation, readOnly }) {
    const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation.toUpperCase()}`
    const access = readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE'
    await connection.query(`BEGIN${level}${access}`)
  },
  commit: connection => (connection as Session).commit(),
  async rollback(connection) {
    if (connection.transaction !== 'none') await connection.query('ROLLBACK')
  },
  isRetryable: error => error instanceof SimulatedError && error.code === '40001',
}
