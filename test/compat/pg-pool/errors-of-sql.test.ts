// An error of SQL costs no connection, unless one asks for pg.Pool's way.

import type pg from 'pg'
import { expect, it } from 'vitest'
import { countConnects, dropIn, pgPool } from '../../support/drop-in.js'

async function connectsForFailures(pool: pg.Pool): Promise<number> {
  const connects = countConnects(pool)
  for (let query = 0; query < 20; query++) {
    await expect(pool.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
  }
  return connects()
}

it('twenty failing queries need one client; a second one is opened if a query comes before the end of the last was told', async () => {
  await using pool = dropIn()
  expect(await connectsForFailures(pool)).toBeLessThanOrEqual(2)
})

it('twenty with pg.Pool, and with its habit', async () => {
  await using theirs = pgPool()
  expect(await connectsForFailures(theirs)).toBe(20)
  await using ours = dropIn({ likePgPool: ['closeOnQueryError'] })
  expect(await connectsForFailures(ours)).toBe(20)
})

it('an error that is fatal costs the client', async () => {
  await using pool = dropIn({ query_timeout: 20, max: 1 })
  const connects = countConnects(pool)
  await expect(pool.query('SELECT pg_sleep(60)')).rejects.toThrow('Query read timeout')
  await pool.query('SELECT 1')
  expect(connects()).toBe(2)
})

it('release(error) closes the client all the same: its borrower says so', async () => {
  await using pool = dropIn()
  const client = await pool.connect()
  client.release(new Error('of SQL or not'))
  expect(pool.totalCount).toBe(0)
})

it.each<[string, unknown[]]>([
  ['has neither text nor name', [{}]],
  ['has a number for its text', [{ text: 5 }]],
  ['is a number', [5]],
  ['has values that are no list', ['SELECT $1', 'one']],
])('a query that pg does not send because it %s costs no client, and holds no one up', async (_, query) => {
  await using pool = dropIn({ max: 1, statepool: { resetTimeout: Number.POSITIVE_INFINITY } })
  const connects = countConnects(pool)
  await expect((pool.query as (...args: unknown[]) => Promise<unknown>)(...query)).rejects.toThrow()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  expect(connects()).toBe(1)
})

it('nor does it with pg.Pool’s habit of closing the client, for there is nothing to cancel', async () => {
  await using pool = dropIn({ max: 1, likePgPool: true, connectionTimeoutMillis: 1_500 })
  await pool.query('SELECT 1')
  await expect(pool.query({} as pg.QueryConfig)).rejects.toThrow('text or a name')
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

it('a client whose server said that it ends the session is not leased again', async () => {
  await using pool = dropIn({ max: 1, likePgPool: true })
  pool.on('error', () => {}) // without a listener it is an uncaught exception, as pg.Pool's is
  const client = await pool.connect()
  await expect(client.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow('terminat')
  client.release()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})
