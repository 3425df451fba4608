// Times longer than Node's timers and the server can count mean "practically never".

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('pg times')
})
afterAll(() => backends.stop())

describe.each([2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY, `${2 ** 31}`])('a time of %s ms', time => {
  it.each([
    'query_timeout',
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'connectionTimeoutMillis',
    'keepAliveInitialDelayMillis',
  ])('%s is as good as none', async name => {
    const pool = createPool(postgres({ ...backends.config, [name]: time } as PostgresConfig), { max: 1 })
    const answer = await pool.use(client => client.query('SELECT pg_sleep(0.02), 1 AS one'))
    expect(answer.rows).toMatchObject([{ one: 1 }])
    await pool.close()
  })
})

it.each<[string, (query: pg.QueryConfig) => Promise<unknown>]>([
  [
    'postgres()',
    async query => {
      const pool = createPool(postgres(backends.config), { max: 1 })
      await pool.use(client => client.query(query)).finally(() => pool.close())
    },
  ],
  [
    'the drop-in',
    async query => {
      const pool = new Pool({ ...backends.config, max: 1 })
      await pool.query(query).finally(() => pool.end())
    },
  ],
])('the same holds for a query_timeout of one query of %s', async (_, ask) => {
  await ask({ text: 'SELECT pg_sleep(0.02)', query_timeout: 2 ** 31 } as pg.QueryConfig)
})

it('the same holds for a time in the connection string', async () => {
  const { host, port, user, password, database } = backends.config
  const times = `query_timeout=${2 ** 31}&statement_timeout=${2 ** 31}&lock_timeout=Infinity`
  const driver = postgres(`postgres://${user}:${password}@${host}:${port}/${database}?${times}`)
  const pool = createPool(driver, { max: 1 })
  expect((await pool.use(client => client.query('SELECT pg_sleep(0.02), 1 AS one'))).rowCount).toBe(1)
  await pool.close()
})

it.each([Number.NaN, -1, 'soon'])('a time of %s is refused by name', time => {
  expect(() => postgres({ query_timeout: time } as PostgresConfig)).toThrow(/^query_timeout must be/)
})
