// Sessions that only new ones can mend: one error for each, and then the pool is well again; and no ordinary error costs a connection.

import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool, type Pool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

let backends: Backends
let admin: pg.Client
let pool: Pool<pg.Client>

beforeAll(async () => {
  backends = await watchBackends('pg stale')
  admin = new pg.Client({ ...backends.config, application_name: 'admin of pg stale' })
  await admin.connect()
})
beforeEach(async () => {
  await admin.query(
    "DROP TABLE IF EXISTS stale; DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE stale (id int PRIMARY KEY, m mood)",
  )
})
afterAll(async () => {
  await admin.query('DROP TABLE stale; DROP TYPE mood; DROP FUNCTION total')
  await admin.end()
  await backends.stop()
})

const open = (more: PostgresConfig = {}) => {
  pool = createPool(postgres({ ...backends.config, ...more }), { max: 1 })
  return pool
}
/** What becomes of the same three uses. */
async function thrice(query: pg.QueryConfig | string): Promise<string[]> {
  const outcomes: string[] = []
  for (let i = 0; i < 3; i++)
    outcomes.push(
      await pool
        .use(client => client.query(query))
        .then(
          () => 'ok',
          error => error.code,
        ),
    )
  return outcomes
}

describe('a session that only a new one can mend costs one error', () => {
  it.each([
    [
      'a table that got another column',
      { name: 'q', text: 'SELECT * FROM stale' },
      'ALTER TABLE stale ADD b int',
      '0A000',
    ],
    [
      'a table that was remade with another type',
      { name: 'q', text: 'SELECT m FROM stale WHERE id = $1', values: [1] },
      'DROP TABLE stale; CREATE TABLE stale (id text, m mood)',
      '42883',
    ],
    [
      'a type that was remade',
      { name: 'q', text: 'SELECT id FROM stale WHERE m = $1', values: ['glad'] },
      "DROP TABLE stale; DROP TYPE mood; CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE stale (id int, m mood)",
      'XX000',
    ],
    [
      'a column that a PL/pgSQL function reads',
      'SELECT total()',
      'ALTER TABLE stale ALTER id TYPE bigint',
      '42804',
    ],
  ])('%s', async (_, query, change, code) => {
    await admin.query(
      'INSERT INTO stale VALUES (1); CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE r record; s bigint := 0; BEGIN FOR r IN SELECT id FROM stale LOOP s := s + r.id; END LOOP; RETURN s; END $$',
    )
    open()
    await pool.use(client => client.query(query as pg.QueryConfig))
    await admin.query(change)
    expect(await thrice(query as pg.QueryConfig)).toEqual([code, 'ok', 'ok'])
    expect(pool.stats().opened).toBe(2)
    await pool.close()
  })

  it('of a role that was remade', async () => {
    const remake =
      "DROP ROLE IF EXISTS remade; CREATE ROLE remade LOGIN PASSWORD 'none'; GRANT SELECT ON stale TO remade"
    await admin.query(remake)
    open({ user: 'remade', password: 'none' })
    await thrice('SELECT * FROM stale')
    await admin.query(`DROP OWNED BY remade; ${remake}`)
    expect(await thrice('SELECT * FROM stale')).toEqual(['42501', 'ok', 'ok'])
    await pool.close()
    await admin.query('DROP OWNED BY remade; DROP ROLE remade')
  })

  it('and none in a transaction that may be tried again', async () => {
    open()
    const query = { name: 'q', text: 'SELECT * FROM stale' }
    await pool.use(client => client.query(query))
    await admin.query('ALTER TABLE stale ADD b int')
    await pool.transaction(client => client.query(query), { retry: 1 })
    await pool.close()
  })
})

describe("a borrower's own", () => {
  it.each([
    'DISCARD ALL',
    'DEALLOCATE ALL',
    'DEALLOCATE q',
    'deallocate prepare "q"',
    '/* x */ discard  all',
  ])('%s costs nobody an error, nor a connection', async sql => {
    open()
    const query = { name: 'q', text: 'SELECT 1' }
    const other = { name: 'other', text: 'SELECT 2' }
    await pool.use(async client => {
      await client.query(query)
      await client.query(other)
      await client.query(sql)
      await client.query(query)
    })
    expect([...(await thrice(query)), ...(await thrice(other))]).toEqual(Array(6).fill('ok'))
    expect(pool.stats().opened).toBe(1)
    await pool.close()
  })
})

describe('ordinary errors cost no connection', () => {
  it.each([
    ['INSERT INTO stale VALUES (1)', '23505'],
    ['SELECT * FROM no_such_table', '42P01'],
    ['EXECUTE no_such_statement', '26000'],
    ['SELECT no_such_function(1)', '42883'],
    ['BEGIN READ ONLY; INSERT INTO stale VALUES (2)', '25006'],
    ["SELECT 'no_such_table'::regclass", '42P01'],
    [
      { name: 'cast', text: 'SELECT $1::text::regclass', values: ['no_such_table'] } as unknown as string,
      '42P01',
    ],
  ])('%j', async (sql, code) => {
    open()
    await admin.query('INSERT INTO stale VALUES (1)')
    expect(await thrice(sql)).toEqual([code, code, code])
    expect(pool.stats().opened).toBe(1)
    await pool.close()
  })
})

it('a server that became read-only makes all sessions suspect', async () => {
  pool = createPool(postgres(backends.config), { min: 3, max: 3 })
  await pool.ready()
  const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  for (const lease of leases) lease.release()
  const { database } = backends.config
  const write = () => pool.use(client => client.query('INSERT INTO stale VALUES (7) ON CONFLICT DO NOTHING'))
  await write()
  await pool.use(client => client.query("SELECT set_config('default_transaction_read_only', 'on', false)"))
  const outcomes = []
  for (let i = 0; i < 8; i++)
    outcomes.push(
      await write().then(
        () => 'ok',
        error => error.code,
      ),
    )
  expect(outcomes.filter(outcome => outcome === '25006').length).toBeLessThanOrEqual(1)
  expect(outcomes.at(-1)).toBe('ok')
  expect(database).toBeDefined()
  await pool.close()
})
