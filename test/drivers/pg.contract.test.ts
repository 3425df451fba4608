// The PostgreSQL driver keeps the contract that every driver keeps, on a real server, in the clear and over TLS.

import type pg from 'pg'
import { inject } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg.js'
import { watchBackends } from '../support/backends.js'
import { describeDriverContract } from '../support/driver-contract.js'
import { startSilentServer } from '../support/silent-server.js'
import { until } from '../support/until.js'

const contract = (name: string, more: () => PostgresConfig, hungAnswer?: string): void =>
  describeDriverContract<pg.Client>(name, async () => {
    const backends = await watchBackends(name)
    return {
      driver: postgres({ ...backends.config, ...more() }),
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
        const driver = postgres({ ...backends.config, ...more(), port })
        return { driver, countOnServer: () => server.open, stop: server.stop }
      },
      secret: backends.config.password as string,
      async stop() {
        await backends.terminateAll()
        await until(async () => (await backends.count()) === 0, 'all backends have ended')
        await backends.stop()
      },
    }
  })

contract('pg', () => ({}))
contract('pg over TLS', () => ({ ssl: { ca: inject('postgres').cert } }), 'S')
