// What statements do to their session, on a real PostgreSQL: what the next callers of a pool that shares may find of it, and what not.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Pool as DropIn, postgres } from '../../src/db/pg/index.js'
import { createPool, type Pool } from '../../src/index.js'

const server = () => {
  const { cert: _, ...rest } = inject('postgres')
  return { ...rest, application_name: 'shared sessions' }
}

const other = new pg.Client(server())

const functions = {
  sets_zone: `PERFORM set_config('TimeZone', 'Asia/Tokyo', false)`,
  sets_local_zone: `PERFORM set_config('TimeZone', 'Asia/Tokyo', true)`,
  sets_timeout: `PERFORM set_config('statement_timeout', '77s', false)`,
  locks: 'PERFORM pg_advisory_lock(4711)',
  makes_temp: 'CREATE TEMP TABLE left_behind ()',
}

beforeAll(async () => {
  await other.connect()
  await other.query('CREATE SCHEMA shared_session')
  for (const [name, body] of Object.entries(functions))
    await other.query(
      `CREATE FUNCTION shared_session.${name}() RETURNS int LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN 1; END $$`,
    )
  await other.query('CREATE PROCEDURE shared_session.commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$')
})
afterAll(async () => {
  await other.query('DROP SCHEMA shared_session CASCADE')
  await other.end()
})

/** Of its one connection: settings, temporary tables and advisory locks, asked by statements that share. */
async function sessionOf(pool: Pool<pg.Client>) {
  const { rows } = await pool.query<pg.QueryResult>(`SELECT current_setting('TimeZone') AS zone,
    current_setting('statement_timeout') AS timeout, to_regclass('left_behind') IS NOT NULL AS "table",
    (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711) AS locks`)
  return rows[0]
}

const open = (config: object = {}) =>
  createPool(postgres({ ...server(), ...config }), { min: 1, max: 1, share: true })

describe('a function that changes its session, which its text does not tell', () => {
  it('in what the server reports, has it changed back before the next statements run', async () => {
    await using pool = open()
    const before = await sessionOf(pool)
    await pool.query('SELECT shared_session.sets_zone()')
    expect(await sessionOf(pool)).toEqual(before)
    expect(pool.stats().opened).toBe(1)
  })

  it('has it changed back once those are answered that were sent behind it', async () => {
    await using pool = open()
    const before = await sessionOf(pool)
    const all = [
      pool.query('SELECT shared_session.sets_zone()'),
      ...Array.from({ length: 20 }, () => pool.query('SELECT 1')),
    ]
    await Promise.all(all)
    expect(await sessionOf(pool)).toEqual(before)
  })

  it('for its transaction only, does no harm', async () => {
    await using pool = open()
    const before = await sessionOf(pool)
    await Promise.all([pool.query('SELECT shared_session.sets_local_zone()'), pool.query('SELECT 1')])
    expect(await sessionOf(pool)).toEqual(before)
  })

  const unseen = [
    ['sets_timeout', { timeout: '77s' }],
    ['locks', { locks: 1 }],
    ['makes_temp', { table: true }],
  ] as const

  // As with pg.Pool. The guide says so.
  it.each(unseen)('in what the server does not report, leaves it there: %s', async (name, left) => {
    await using pool = open()
    const before = await sessionOf(pool)
    await pool.query(`SELECT shared_session.${name}()`)
    expect(await sessionOf(pool)).toEqual({ ...before, ...left })
  })

  it.each(unseen)('has it undone by a resetQuery: %s', async name => {
    await using pool = open({ resetQuery: 'DISCARD ALL' })
    const before = await sessionOf(pool)
    await pool.query(`SELECT shared_session.${name}()`)
    expect(await sessionOf(pool)).toEqual(before)
  })
})

describe('a statement whose text tells', () => {
  it.each([
    'BEGIN',
    'START TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'BEGIN; SELECT 1',
    'LISTEN shared_session',
    'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
    'PREPARE shared_session AS SELECT 1',
    'DISCARD ALL',
    'RESET ALL',
    'DO $$ BEGIN PERFORM 1; END $$',
    'CALL shared_session.commits()',
    'LOCK TABLE pg_class IN ACCESS SHARE MODE',
    'SELECT pg_advisory_xact_lock(4711)',
    'SELECT lo_unlink(lo_create(0))',
    "SET LOCAL TimeZone = 'Asia/Tokyo'",
    'CREATE TEMP TABLE IF NOT EXISTS shared_session_temp () ON COMMIT DROP',
  ])('runs beside no other one: %s', async text => {
    await using pool = open()
    const before = await sessionOf(pool)
    const neighbours: Promise<unknown>[] = []
    const around = (): void => {
      for (let n = 0; n < 5; n++)
        neighbours.push(
          pool
            .query<pg.QueryResult>(`SELECT ${n} AS n, now() = statement_timestamp() AS alone`)
            .then(({ rows }) => expect(rows).toEqual([{ n, alone: true }])),
        )
    }
    around()
    await Promise.all([pool.query(text).catch(error => expect(error.code).toBe('25P01')), around()])
    around()
    await Promise.all(neighbours)
    expect(await sessionOf(pool)).toEqual(before)
    const channels = await pool.use(client => client.query('SELECT pg_listening_channels()'))
    expect(channels.rows).toEqual([])
  })
})

describe('a session that became stale under several statements', () => {
  const altered = { name: 'altered', text: 'SELECT * FROM shared_session.altered' }
  const outcomes = async (query: (what: pg.QueryConfig) => Promise<unknown>): Promise<unknown[]> => {
    await other.query('CREATE TABLE IF NOT EXISTS shared_session.altered (a int)')
    await query(altered)
    await other.query('ALTER TABLE shared_session.altered ADD b int')
    const told = () =>
      query(altered).then(
        () => 'ok',
        error => error.code,
      )
    const all = await Promise.all(Array.from({ length: 6 }, told))
    await other.query('DROP TABLE shared_session.altered')
    return all
  }
  const once = ['0A000', 'ok', 'ok', 'ok', 'ok', 'ok']

  it('tells one of their callers; the others are sent again', async () => {
    await using pool = open()
    expect(await outcomes(what => pool.query(what))).toEqual(once)
    expect(pool.stats().opened).toBe(2)
  })

  it('does so in the drop-in', async () => {
    await using pool = new DropIn({ ...server(), max: 1, statepool: { share: true } })
    expect(await outcomes(what => pool.query(what))).toEqual(once)
  })

  it('sends each again once: one that fails so on every session is told', async () => {
    await using pool = open()
    const broken = `SELECT shared_session.stale_always()`
    await other.query(
      `CREATE FUNCTION shared_session.stale_always() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cache lookup failed for it' USING ERRCODE = 'XX000'; END $$`,
    )
    const failed = await Promise.allSettled(Array.from({ length: 6 }, () => pool.query(broken)))
    expect(failed.every(({ status }) => status === 'rejected')).toBe(true)
    expect(pool.stats().opened).toBeLessThanOrEqual(3)
  })
})
