// The MySQL driver on the shared MariaDB, with hands on it, as the contract and the walks by model want them.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import type { DriverUnderTest } from '../../src/testing/index.js'
import { watchThreads } from './mariadb-threads.js'
import { startSilentServer } from './silent-server.js'

/** Needs a MariaDB: `describe.skipIf(mariadbMissing())`. */
export async function mysqlUnderTest(): Promise<DriverUnderTest<Connection>> {
  const threads = await watchThreads()
  return {
    driver: mysql(threads.config),
    countOnServer: threads.count,
    kill: connection => threads.kill(connection.threadId),
    succeed: connection => connection.query('SELECT 1'),
    fail: connection => connection.query('SELECT * FROM no_such_table'),
    begin: connection => connection.query('BEGIN'),
    async inTransaction(connection) {
      const [rows] = await connection.query<RowDataPacket[]>('SELECT @@in_transaction AS answer')
      return rows[0]?.answer === 1
    },
    runForEver: connection => connection.query('SELECT SLEEP(60)'),
    async hung() {
      const server = await startSilentServer()
      const driver = mysql({ ...threads.config, port: server.port })
      return { driver, countOnServer: () => server.open, stop: server.stop }
    },
    failsAlone: true,
    endsUnasked: true,
    secret: threads.config.password,
    stop: threads.stop,
  }
}
