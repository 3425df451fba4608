// What makes a new connection ready has been done before anybody gets it.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('connection set-up')
})
afterAll(() => backends.stop())

it('the first query of a new connection finds the session as onConnect left it, however slow that was', async () => {
  const onConnect = async (client: { query(sql: string): Promise<unknown> }) => {
    await client.query('SELECT pg_sleep(0.05)')
    await client.query("SET statepool.tenant = 'acme'")
  }
  await using pool = createPool(postgres({ ...backends.config, onConnect }), { min: 0, max: 5 })
  const tenants = await Promise.all(
    Array.from({ length: 20 }, () =>
      pool.use(async client => (await client.query("SELECT current_setting('statepool.tenant') AS it")).rows),
    ),
  )
  expect(new Set(tenants.flat().map(({ it }) => it))).toEqual(new Set(['acme']))
})

it('a connection whose onConnect rejects is closed, and nobody gets it', async () => {
  const onConnect = () => Promise.reject(new Error('no such tenant'))
  await using pool = createPool(postgres({ ...backends.config, onConnect }), { min: 1, max: 1 })
  await expect(pool.ready()).rejects.toMatchObject({ code: 'CONNECT_FAILED', why: 'no such tenant' })
  await until(async () => (await backends.count()) === 0, 'its socket is closed')
})
