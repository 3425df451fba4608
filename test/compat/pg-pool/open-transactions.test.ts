// What a borrower leaves running or open does not reach the next one, unless one asks for pg.Pool's way.

import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { dropIn, pgPool } from '../../support/drop-in.js'

/** Whether the next borrower is inside the transaction that the one before began. */
async function isInside(pool: pg.Pool): Promise<boolean> {
  const careless = await pool.connect()
  await careless.query('BEGIN')
  await careless.query('CREATE TEMPORARY TABLE left_behind ()')
  careless.release()
  const next = await pool.connect()
  expect(next).toBe(careless)
  const { rows } = await next.query("SELECT to_regclass('left_behind') IS NOT NULL AS inside")
  await next.query('ROLLBACK')
  next.release()
  return rows[0].inside
}

describe('a transaction that was left open', () => {
  it('is rolled back before the next borrower has the client', async () => {
    await using pool = dropIn({ max: 1 })
    expect(await isInside(pool)).toBe(false)
  })

  it('is lent on by pg.Pool, and with its habit', async () => {
    await using theirs = pgPool({ max: 1 })
    expect(await isInside(theirs)).toBe(true)
    await using ours = dropIn({ max: 1, likePgPool: ['keepOpenTransactions'] })
    expect(await isInside(ours)).toBe(true)
  })
})

describe('a query that was not awaited before the release', () => {
  it('is waited for, so that a COMMIT without await is one', async () => {
    await using pool = dropIn({ max: 1 })
    const careless = await pool.connect()
    await careless.query('BEGIN')
    await careless.query('CREATE TABLE without_await ()')
    void careless.query('SELECT pg_sleep(0.05)')
    void careless.query('COMMIT')
    careless.release()
    const { rows } = await pool.query("SELECT to_regclass('without_await') IS NOT NULL AS there")
    expect(rows).toEqual([{ there: true }])
    expect(pool.statepool.stats()).toMatchObject({ opened: 1 })
    await pool.query('DROP TABLE without_await')
  })

  it('is not waited for beyond resetTimeout: then the client is closed', async () => {
    await using pool = dropIn({ max: 1, statepool: { resetTimeout: 50 } })
    const careless = await pool.connect()
    const query = careless.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
    careless.release()
    await pool.query('SELECT 1')
    expect(await query).toBeInstanceOf(Error)
    expect(pool.statepool.stats()).toMatchObject({ opened: 2 })
  })

  it('is not waited for once its query_timeout has passed: the client is closed at its release', async () => {
    await using pool = dropIn({ max: 1 })
    const client = await pool.connect()
    const limited = { text: 'SELECT pg_sleep(60)', query_timeout: 20 } as pg.QueryConfig
    await expect(client.query(limited)).rejects.toThrow('Query read timeout')
    client.release()
    await pool.query('SELECT 1')
    expect(pool.statepool.stats()).toMatchObject({ opened: 2, closedBy: { 'reset failed': 1 } })
  })

  it('is waited for although the one before has timed out, since it is still to be sent', async () => {
    await using pool = dropIn({ max: 1 })
    const client = await pool.connect()
    const limited = { text: 'SELECT pg_sleep(0.2)', query_timeout: 20 } as pg.QueryConfig
    const timedOut = expect(client.query(limited)).rejects.toThrow('Query read timeout')
    const behind = client.query('SELECT 1 AS one')
    await timedOut
    client.release()
    expect((await behind).rows).toEqual([{ one: 1 }])
    await pool.query('SELECT 1')
    expect(pool.statepool.stats()).toMatchObject({ opened: 1 })
  })
})

it('resetQuery makes every client as good as new', async () => {
  await using pool = dropIn({ max: 1, resetQuery: 'DISCARD ALL' })
  const client = await pool.connect()
  await client.query("SET application_name = 'mine'")
  client.release()
  const { rows } = await pool.query('SHOW application_name')
  expect(rows).not.toEqual([{ application_name: 'mine' }])
})
