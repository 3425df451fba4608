// A password that changes while the pool runs: new connections ask for it again, and evict() replaces the old ones softly.

import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool as DropIn } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { rotateUnderLoad } from '../support/rotation.js'

const role = 'rotating'
let backends: Backends
let admin: pg.Client
beforeAll(async () => {
  backends = await watchBackends('password rotation')
  const { host, port, user, password, database } = inject('postgres')
  admin = new pg.Client({ host, port, user, password, database })
  await admin.connect()
  await admin.query(`CREATE ROLE ${role} LOGIN`)
})
afterAll(async () => {
  await admin.query(`DROP ROLE ${role}`)
  await admin.end()
  await backends.stop()
})

let current: string
let asked: number
beforeEach(async () => {
  asked = 0
  await change('first')
})
async function change(password: string): Promise<void> {
  await admin.query(`ALTER ROLE ${role} PASSWORD '${password}'`)
  current = password
}
const config = () => ({
  ...backends.config,
  user: role,
  password: async () => {
    asked++
    return current
  },
})

it('costs no caller a lease or a failed query', async () => {
  await using pool = createPool(postgres(config()), { min: 3, max: 3, maxConnecting: 3 })
  await pool.ready()
  const lease = await pool.acquire()
  await change('second')
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

describe.each([
  [
    'the driver',
    () => {
      const pool = createPool(postgres(config()), { min: 3, max: 3 })
      return { pool, ask: () => pool.use(client => client.query('SELECT 1')), end: () => pool.close() }
    },
  ],
  [
    'the drop-in',
    () => {
      const pool = new DropIn({ ...config(), max: 3 })
      return { pool: pool.statepool, ask: () => pool.query('SELECT 1'), end: () => pool.end() }
    },
  ],
])('three changes under load, with %s', (_, open) => {
  it('cost no caller anything, and the server refuses the old password', async () => {
    const { pool, ask, end } = open()
    await ask()
    const { answered, errors } = await rotateUnderLoad({ pool, ask, change })
    expect(errors).toEqual([])
    expect(answered).toBeGreaterThan(100)
    expect(asked).toBeGreaterThanOrEqual(pool.stats().opened)
    await end()
    const old = new pg.Client({ ...backends.config, user: role, password: 'third' })
    await expect(old.connect()).rejects.toThrow('password authentication failed')
  })
})

it('a pool that was told too early waits for the password to be right, and so do its callers', async () => {
  await using pool = createPool(postgres(config()), { min: 2, max: 2 })
  await pool.ready()
  current = 'not yet'
  pool.evict()
  const asking = Promise.all(Array.from({ length: 5 }, () => pool.use(client => client.query('SELECT 1'))))
  await new Promise<void>(resolve => {
    const watching = pool.eventsOf('pool.down').subscribe(({ error }) => {
      expect(error.message).not.toContain('not yet')
      watching.unsubscribe()
      resolve()
    })
  })
  await change('not yet')
  expect(await asking).toHaveLength(5)
})
