// Statements of a real PostgreSQL whose callers give up: the server stops them, and those that share their connection get their answers.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { createPool, type PoolOptions } from '../../src/index.js'
import { processErrors } from '../support/process-errors.js'
import { until } from '../support/until.js'

const server = () => {
  const { cert: _, ...rest } = inject('postgres')
  return rest
}

const other = new pg.Client(server())

/** Takes a while, and its text does not tell: `pg_sleep` would not share. */
beforeAll(async () => {
  await other.connect()
  await other.query('DROP FUNCTION IF EXISTS cancelled_nap')
  await other.query(
    `CREATE FUNCTION cancelled_nap(seconds float8) RETURNS float8 LANGUAGE plpgsql AS
     $$ BEGIN PERFORM pg_sleep(seconds); RETURN seconds; END $$`,
  )
})
afterAll(async () => {
  await other.query('DROP FUNCTION cancelled_nap')
  await other.end()
})

const nap = 'SELECT cancelled_nap($1)'

/** A session's number; `pg_backend_pid` would not share. */
const whose = `SELECT pid FROM pg_stat_activity WHERE application_name = current_setting('application_name')`

const onOne = (options: PoolOptions = {}, config: object = {}) =>
  createPool(postgres({ ...server(), application_name: 'cancelling', ...config }), {
    min: 1,
    max: 1,
    share: true,
    ...options,
  })

/** How many naps the server is at. */
const napping = async (): Promise<number> => {
  const { rows } = await other.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query ~ 'cancelled_nap' AND pid <> pg_backend_pid()`,
  )
  return rows[0].n
}

describe('a caller who gives up', () => {
  it('knows at once, the server stops the statement, and its neighbours get their answers on the same connection', async () => {
    await using pool = onOne()
    const { rows: before } = await pool.query<pg.QueryResult>(whose)
    const begun = Date.now()
    const slow = pool.query(nap, [60], { timeout: 100 }).catch(error => error)
    const neighbours = Promise.all(
      Array.from({ length: 5 }, (_, n) => pool.query<pg.QueryResult>('SELECT $1::int AS n', [n])),
    )
    expect(await slow).toMatchObject({ code: 'QUERY_TIMEOUT', timeout: 100 })
    expect((await neighbours).map(({ rows }) => rows[0].n)).toEqual([0, 1, 2, 3, 4])
    expect(Date.now() - begun).toBeLessThan(20_000)
    expect(await napping()).toBe(0)
    const { rows: after } = await pool.query<pg.QueryResult>(whose)
    expect(after).toEqual(before)
  })

  it('on one that waits behind another one, does not stop that one', async () => {
    await using pool = onOne()
    await pool.query('SELECT 1')
    const controller = new AbortController()
    const before = pool.query<pg.QueryResult>(nap, [0.2])
    const aborted = pool.query(nap, [60], { signal: controller.signal }).catch(error => error)
    const behind = pool.query<pg.QueryResult>('SELECT 1 AS n')
    controller.abort(new Error('enough'))
    expect(await aborted).toMatchObject({ code: 'QUERY_ABORTED', cause: { message: 'enough' } })
    expect((await before).rows).toEqual([{ cancelled_nap: 0.2 }])
    expect((await behind).rows).toEqual([{ n: 1 }])
    expect(await napping()).toBe(0)
  })

  it('has nothing of the statement done', async () => {
    await other.query('CREATE TABLE cancelled_work (n int)')
    await using pool = onOne()
    await pool.query('SELECT 1')
    const work = pool.query('INSERT INTO cancelled_work SELECT cancelled_nap(60)', [], { timeout: 100 })
    expect(await work.catch(error => error)).toMatchObject({ code: 'QUERY_TIMEOUT' })
    const { rows } = await pool.query<pg.QueryResult>('SELECT count(*)::int AS n FROM cancelled_work')
    expect(rows).toEqual([{ n: 0 }])
    await other.query('DROP TABLE cancelled_work')
  })

  it('on a statement with a connection of its own, gets the next one on the same connection', async () => {
    await using pool = onOne({ share: undefined })
    const { rows: before } = await pool.query<pg.QueryResult>(whose)
    const slow = pool.query('SELECT pg_sleep(60)', [], { timeout: 100 })
    expect(await slow.catch(error => error)).toMatchObject({ code: 'QUERY_TIMEOUT' })
    const { rows: after } = await pool.query<pg.QueryResult>(whose)
    expect(after).toEqual(before)
  })
})

it('an error of the same code that a statement has for itself is its own', async () => {
  await using pool = onOne({}, { statement_timeout: 100 })
  const [slow, next] = await Promise.allSettled([pool.query(nap, [60]), pool.query('SELECT 1')])
  expect(slow).toMatchObject({ reason: { code: '57014' } })
  expect(next.status).toBe('fulfilled')
})

describe("pg's query_timeout", () => {
  it.each([
    ['of the pool', { query_timeout: 200 }, {}],
    ['of a statement', {}, { query_timeout: 200 }],
    [
      'of a statement, which goes before that of the pool',
      { query_timeout: 600_000 },
      { query_timeout: 200 },
    ],
  ])('%s, fails its statement alone', async (_, ofPool, ofStatement) => {
    const pool = new Pool({ ...server(), ...ofPool, max: 1, statepool: { share: true } })
    await pool.query('SELECT 1')
    const slow = pool.query({ text: nap, values: [60], ...ofStatement })
    const quick = Promise.all(Array.from({ length: 4 }, (_, n) => pool.query('SELECT $1::int AS n', [n])))
    await expect(slow).rejects.toThrow('Query read timeout')
    expect((await quick).map(({ rows }) => rows[0].n)).toEqual([0, 1, 2, 3])
    expect(pool.statepool.stats().opened).toBe(1)
    await pool.end()
  })

  it('is in force again when the client is leased', async () => {
    const pool = new Pool({ ...server(), query_timeout: 200, max: 1, statepool: { share: true } })
    await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 1')])
    const client = await pool.connect()
    await expect(client.query('SELECT pg_sleep(60)')).rejects.toThrow('Query read timeout')
    client.release(true)
    await pool.end()
  })
})

it("a callback of the drop-in's that throws is an uncaught exception, and its statement is cancelled all the same", async () => {
  const pool = new Pool({
    ...server(),
    max: 1,
    query_timeout: 200,
    statepool: { share: true },
  })
  await pool.query('SELECT 1')
  let told: unknown
  const errors = await processErrors(async () => {
    pool.query(nap, [60], error => {
      told = error
      throw new Error('of the application')
    })
    await until(() => told !== undefined, 'its time is up')
    const { rows } = await pool.query('SELECT 7 AS next')
    expect(rows).toEqual([{ next: 7 }])
  })
  expect(errors).toEqual([new Error('of the application')])
  expect(told).toMatchObject({ message: 'Query read timeout' })
  await pool.end()
})
