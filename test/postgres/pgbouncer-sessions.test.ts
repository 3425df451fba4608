// What a session is worth behind PgBouncer: as docs/guides/pgbouncer.md has it.

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { createPool, type PoolOptions } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { type PgBouncer, type PoolMode, pgbouncerMissing, startPgBouncer } from '../support/pgbouncer.js'
import { until } from '../support/until.js'

const missing = pgbouncerMissing()
const name = 'pgbouncer sessions'

describe.skipIf(missing)(`a session behind PgBouncer${missing ? ` (${missing})` : ''}`, () => {
  let backends: Backends
  let bouncer: PgBouncer
  beforeAll(async () => {
    backends = await watchBackends(name)
    bouncer = await startPgBouncer(inject('postgres'), { ignore_startup_parameters: 'statement_timeout' })
  })
  afterAll(async () => {
    await bouncer?.stop()
    await backends?.stop()
  })
  const open = (mode: PoolMode, more: PostgresConfig = {}, options: PoolOptions = {}) => {
    const driver = postgres({ ...bouncer.config(mode), application_name: name, ...more })
    return createPool(driver, { min: 0, max: 1, ...options })
  }
  const show = (setting: string) => async (client: pg.ClientBase) =>
    (await client.query(`SELECT current_setting('${setting}') AS value`)).rows[0].value

  describe.each(['session', 'transaction'] as const)('in %s mode', mode => {
    it('is validated and kept alive by round trips that PgBouncer understands', async () => {
      const driver = postgres(bouncer.config(mode))
      let trips = 0
      const validate: typeof driver.validate = (client, context) => {
        trips++
        return driver.validate(client, context)
      }
      const options = { min: 1, max: 1, validateAfter: 0, keepalive: 20 }
      await using pool = createPool({ ...driver, validate }, options)
      await pool.use(client => client.query('SELECT 1'))
      await until(() => trips > 2, 'it was kept alive')
      await pool.use(client => client.query('SELECT 1'))
      expect(pool.stats()).toMatchObject({ opened: 1, closed: 0 })
    })

    it('comes back with its transaction rolled back', async () => {
      await using pool = open(mode)
      await pool.use(client => client.query('BEGIN; CREATE TABLE never_made ()'))
      const answer = await pool.use(client => client.query("SELECT to_regclass('never_made') AS it"))
      expect(answer.rows).toEqual([{ it: null }])
      expect(pool.stats().opened).toBe(1)
    })

    it('keeps its application_name over a reset, although the server’s own session has none', async () => {
      await using pool = open(mode, { resetQuery: 'DISCARD ALL' })
      for (let use = 0; use < 3; use++) expect(await pool.use(show('application_name'))).toBe(name)
      await using dropIn = new Pool({ ...bouncer.config(mode), application_name: name, max: 1 })
      for (let use = 0; use < 3; use++) {
        const client = await dropIn.connect()
        expect(await show('application_name')(client)).toBe(name)
        await client.query('RESET ALL')
        client.release()
      }
      expect([pool.stats().opened, dropIn.totalCount]).toEqual([1, 1])
    })

    it('takes transactions that may be tried again', async () => {
      await using pool = open(mode)
      const isolation = await pool.transaction(show('transaction_isolation'), {
        isolation: 'serializable',
        retry: 2,
      })
      expect(isolation).toBe('serializable')
    })

    it('does not get a setting that PgBouncer was told to ignore', async () => {
      await using pool = open(mode, { statement_timeout: 7_000 })
      expect(await pool.use(show('statement_timeout'))).toBe('0')
    })

    it('is refused for a setting that PgBouncer does not know, and the error says which', async () => {
      await using pool = open(mode, { lock_timeout: 7_000 }, { whenDown: 'fail' })
      const refused = pool.use(client => client.query('SELECT 1'))
      await expect(refused).rejects.toThrow(/unsupported startup parameter: lock_timeout/)
      const next = pool.acquire()
      await expect(next).rejects.toThrow(/omit the option that PgBouncer does not know/i)
    })
  })

  describe('in session mode', () => {
    it('is one’s own: settings, named statements and LISTEN work as without PgBouncer', async () => {
      await using pool = open('session', {
        onConnect: async client => void (await client.query("SET work_mem = '7MB'")),
      })
      const query = { name: 'one', text: 'SELECT 1 AS one' }
      for (let use = 0; use < 3; use++) await pool.use(client => client.query(query))
      expect(await pool.use(show('work_mem'))).toBe('7MB')
      await using other = open('session')
      await other.use(client => client.query(query))
      expect(await other.use(show('work_mem'))).not.toBe('7MB')
      const heard: unknown[] = []
      await pool.use(async client => {
        client.on('notification', ({ payload }) => heard.push(payload))
        await client.query('LISTEN news')
        await other.use(teller => teller.query("NOTIFY news, 'good'"))
        await until(() => heard.length > 0, 'it was heard')
      })
      expect(heard).toEqual(['good'])
      expect(pool.stats().opened).toBe(1)
    })
  })

  describe('in transaction mode', () => {
    let narrow: PgBouncer
    beforeAll(async () => {
      narrow = await startPgBouncer(inject('postgres'), { default_pool_size: 1 })
    })
    afterAll(() => narrow?.stop())
    const two = (more: PostgresConfig = {}) =>
      [more, {}].map(config =>
        createPool(postgres({ ...narrow.config('transaction'), application_name: name, ...config }), {
          min: 0,
          max: 1,
        }),
      ) as [ReturnType<typeof open>, ReturnType<typeof open>]

    it('shows what onConnect set to everybody', async () => {
      const [pool, other] = two({
        onConnect: async client => void (await client.query("SET work_mem = '9MB'")),
      })
      await pool.use(client => client.query('SELECT 1'))
      expect(await other.use(show('work_mem'))).toBe('9MB')
      await other.use(client => client.query('RESET work_mem'))
      await Promise.all([pool.close(), other.close()])
    })

    it('fails for a named statement that another client has; each error costs one session', async () => {
      const [pool, other] = two()
      const query = { name: 'two', text: 'SELECT 2 AS two' }
      await pool.use(client => client.query(query))
      for (let use = 0; use < 2; use++)
        await expect(other.use(client => client.query(query))).rejects.toMatchObject({ code: '42P05' })
      await other.use(client => client.query('SELECT 1'))
      expect(other.stats().opened).toBe(3)
      await Promise.all([pool.close(), other.close()])
    })

    it('does not end when the server’s session does', async () => {
      const [pool, other] = two()
      await pool.use(client => client.query('SELECT 1'))
      await backends.terminateAll()
      expect((await pool.use(client => client.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }])
      expect(pool.stats()).toMatchObject({ opened: 1, lost: 0 })
      await Promise.all([pool.close(), other.close()])
    })
  })
})
