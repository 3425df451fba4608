// The PostgreSQL driver on the shared server, with hands on it, as the contract and the walks by model want them.

import type pg from 'pg'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import type { DriverUnderTest } from '../../src/testing/index.js'
import { watchBackends } from './backends.js'
import { startSilentServer } from './silent-server.js'
import { until } from './until.js'

/**
 * @param name the `application_name` by which the server tells these connections from others
 * @param hungAnswer what the server that hangs says before it does
 */
export async function pgUnderTest(
  name: string,
  more: PostgresConfig = {},
  hungAnswer?: string,
): Promise<DriverUnderTest<pg.Client>> {
  const backends = await watchBackends(name)
  return {
    driver: postgres({ ...backends.config, ...more }),
    countOnServer: backends.count,
    kill: backends.terminate,
    succeed: client => client.query('SELECT 1'),
    fail: client => client.query('SELECT 1 / 0'),
    begin: client => client.query('BEGIN'),
    inTransaction: async client =>
      (await backends.stateOf(client))?.startsWith('idle in transaction') ?? false,
    runForEver: client => client.query('SELECT pg_sleep(60)'),
    async hung() {
      const server = await startSilentServer(hungAnswer)
      const { port } = server
      const driver = postgres({ ...backends.config, ...more, port })
      return { driver, countOnServer: () => server.open, stop: server.stop }
    },
    secret: backends.config.password as string,
    async stop() {
      await backends.terminateAll()
      await until(async () => (await backends.count()) === 0, 'all backends have ended')
      await backends.stop()
    },
  }
}
