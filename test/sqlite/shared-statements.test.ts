// pool.query() on SQLite: rows, and with the option share several statements under way on one connection.

import { expect, it } from 'vitest'
import { sqlite } from '../../src/db/sqlite/index.js'
import { createPool, type PoolOptions } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'

const open = async (options: PoolOptions = {}) =>
  createPool(sqlite({ filename: await fileForTest() }), { min: 1, max: 1, share: true, ...options })

it('each caller gets the rows of its own statement, or its own error', async () => {
  await using pool = await open({ max: 3 })
  await pool.use(connection =>
    connection.exec('CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)'),
  )
  const answers = await Promise.allSettled(
    Array.from({ length: 60 }, (_, n) =>
      pool.query<{ n: number; rows: number }[]>(
        n % 7 === 3 ? 'SELECT nothing FROM nowhere' : 'SELECT ? AS n, count(*) AS rows FROM t',
        n % 7 === 3 ? [] : [n],
      ),
    ),
  )
  answers.forEach((answer, n) => {
    if (n % 7 === 3) expect(answer).toMatchObject({ reason: { code: 'SQLITE_ERROR' } })
    else expect(answer).toMatchObject({ value: [{ n, rows: 3 }] })
  })
  expect(pool.stats()).toMatchObject({ busy: 0, lost: 0 })
})

it('several are under way on one connection, many rows or few', async () => {
  await using pool = await open()
  await pool.query('SELECT 1')
  const many = pool.query<{ n: number }[]>(
    'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1200) SELECT n FROM c',
  )
  const few = pool.query<{ n: number }[]>('SELECT 7 AS n')
  expect(pool.stats()).toMatchObject({ busy: 1, shared: 1, underWay: 2, waiting: 0 })
  expect((await many).map(({ n }) => n)).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1))
  expect(await few).toEqual([{ n: 7 }])
})

it.each([
  'BEGIN',
  'INSERT INTO t VALUES (1) RETURNING n',
  'WITH c AS (SELECT 1) INSERT INTO t SELECT 1 RETURNING n',
  'SELECT last_insert_rowid()',
  'SELECT "changes"()',
  'SELECT * FROM pragma_foreign_keys',
  'SELECT 1; BEGIN',
  'PRAGMA user_version',
  'SELECT 1 -- ',
])('%s has a connection of its own', async text => {
  await using pool = await open({ max: 2, min: 2 })
  await pool.use(connection => connection.exec('CREATE TABLE t (n INTEGER)'))
  const neighbours = [pool.query('SELECT 1'), pool.query('SELECT 2')]
  const before = pool.stats().statements
  await pool.query(text).catch(() => {})
  expect(pool.stats().statements).toBe(before)
  await Promise.all(neighbours)
})

it('a caller who gives up knows at once, and the database stops the statement', async () => {
  await using pool = await open()
  await pool.query('SELECT 1')
  const slow = pool.query(
    'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT max(n) FROM c',
    [],
    { timeout: 20 },
  )
  const behind = pool.query<{ n: number }[]>('SELECT 2 AS n')
  await expect(slow).rejects.toThrow('The pool has the database cancel it')
  expect(await behind).toEqual([{ n: 2 }])
})
