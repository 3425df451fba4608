// A password that changes while the pool runs: new connections ask for it again, and evict() replaces the old ones softly.

import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

const role = 'rotating'
let backends: Backends
let admin: pg.Client
beforeAll(async () => {
  backends = await watchBackends('password rotation')
  const { host, port, user, password, database } = inject('postgres')
  admin = new pg.Client({ host, port, user, password, database })
  await admin.connect()
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'first'`)
})
afterAll(async () => {
  await admin.query(`DROP ROLE ${role}`)
  await admin.end()
  await backends.stop()
})

it('costs no caller a lease or a failed query', async () => {
  let current = 'first'
  const driver = postgres({ ...backends.config, user: role, password: async () => current })
  await using pool = createPool(driver, { min: 3, max: 3, maxConnecting: 3 })
  await pool.ready()
  const lease = await pool.acquire()
  await admin.query(`ALTER ROLE ${role} PASSWORD 'second'`)
  current = 'second'
  pool.evict()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => pool.use(client => client.query('SELECT 1'))),
  )
  expect(answers).toHaveLength(20)
  await lease.connection.query('SELECT 1')
  lease.release()
  await pool.ready()
  expect(pool.stats()).toMatchObject({ failedConnects: 0, generation: 2 })
  expect(pool.stats().opened).toBeGreaterThanOrEqual(5)
})
