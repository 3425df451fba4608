// Kysely's query cancellation on the drop-in Pool: its control client is made of what it reads from the pool, and of nothing else.

import Cursor from 'pg-cursor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PoolConfig } from '../../../../src/db/pg/index.js'
import { failure } from '../../../support/both-pools.js'
import {
  abortableQuery,
  type KyselyModule,
  loadAbortableKysely,
  strategies,
} from '../../../support/kysely-cancel.js'
import { until } from '../../../support/until.js'
import { useStage } from './stage.js'

const kysely = (await loadAbortableKysely()) as KyselyModule

describe.skipIf(kysely === undefined)('Kysely 0.29, which needs Node 22', () => {
  const stage = useStage('kysely_cancel')
  const reason = new Error('not wanted any more')

  /** Nothing that is missing in the options can be found in the environment. */
  beforeEach(() => {
    vi.stubEnv('PGHOST', '127.0.0.1')
    vi.stubEnv('PGPORT', '1')
    vi.stubEnv('PGUSER', 'nobody')
    vi.stubEnv('PGPASSWORD', 'wrong')
    vi.stubEnv('PGDATABASE', 'nowhere')
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  const configs: [string, () => PoolConfig][] = [
    ['parts', () => ({})],
    ['a connection string', () => ({ ...none, connectionString: connectionString() })],
    ['a password function', () => ({ password: async () => String(stage.backends.config.password) })],
    ['TLS', () => ({ ssl: { rejectUnauthorized: false } })],
  ]
  const none = { host: undefined, port: undefined, user: undefined, password: undefined, database: undefined }
  const connectionString = (): string => {
    const { user, password, host, port, database } = stage.backends.config
    return `postgres://${user}:${password}@${host}:${port}/${database}`
  }

  describe.each(strategies)("'%s', by a client that is made of", strategy => {
    it.each(configs)('%s', async (_, config) => {
      const { Kysely, PostgresDialect } = kysely
      const pool = stage.pool({ max: 1, ...config() })
      const db = new Kysely<never>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
      const controller = new AbortController()
      const outcome = failure(
        abortableQuery(kysely, db, 'SELECT pg_sleep(600)', {
          signal: controller.signal,
          inflightQueryAbortStrategy: strategy,
        }),
      )
      await until(async () => (await stage.active()) === 1, 'the query runs')
      controller.abort(reason)
      expect(await outcome).toBe(reason)
      // Nothing else ends it: neither the pool, which does not know of it, nor the server, which would work for ten minutes.
      await until(async () => (await stage.active()) === 0, 'the server has let go of it')
      await until(() => pool.statepool.stats().busy === 0, 'it is back')
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
      expect(pool.statepool.stats()).toMatchObject({ opened: strategy === 'kill session' ? 2 : 1, total: 1 })
    })
  })
})
