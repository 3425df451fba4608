// What a transaction for reading only changes in its session is as before afterwards, and a reset is looked at.

import { expect, it } from 'vitest'
import type { Host } from '../../src/db/sqlite/driver/host.js'
import { Session } from '../../src/db/sqlite/driver/session.js'
import { type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import type { Answer, Request } from '../../src/db/sqlite/wire/messages.js'
import { createPool } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'

const queryOnly = async (connection: SqliteConnection): Promise<unknown> =>
  (await connection.get<{ query_only: number }>('PRAGMA query_only'))?.query_only

const poolWith = async (pragmas: Record<string, boolean>) => {
  const filename = await fileForTest()
  const first = createPool(sqlite({ filename }), { min: 0, max: 1 })
  await first.use(connection => connection.exec('CREATE TABLE t (i)'))
  await first.close()
  return createPool(sqlite({ filename, journalMode: false, pragmas }), { min: 1, max: 1 })
}

it.each([true, false])(
  'query_only is %s in the session before and after each kind of transaction',
  async before => {
    const pool = await poolWith({ query_only: before })
    const insert = (connection: SqliteConnection) => connection.run('INSERT INTO t VALUES (1)')
    const failing = async () => {
      throw new Error('of the application')
    }
    await pool.transaction(connection => connection.get('SELECT 1'))
    expect(await pool.use(queryOnly)).toBe(Number(before))
    await pool.transaction(connection => connection.get('SELECT 1'), { readOnly: true })
    expect(await pool.use(queryOnly)).toBe(Number(before))
    await expect(pool.transaction(insert, { readOnly: true })).rejects.toMatchObject({
      code: 'SQLITE_READONLY',
    })
    expect(await pool.use(queryOnly)).toBe(Number(before))
    await pool.transaction(insert, { readOnly: false })
    expect(await pool.use(queryOnly)).toBe(Number(before))
    await expect(pool.transaction(failing, { readOnly: !before })).rejects.toThrow('of the application')
    expect(await pool.use(queryOnly)).toBe(Number(before))
    expect(await pool.use(connection => connection.get('SELECT count(*) AS rows FROM t'))).toEqual({
      rows: 1,
    })
    expect(pool.stats().opened).toBe(1)
    await pool.close()
  },
)

it('query_only is as before, too, when the connection is taken out of a transaction by its deadline’s reset', async () => {
  const driver = sqlite({ filename: await fileForTest(), pragmas: { query_only: true }, journalMode: false })
  const { signal } = new AbortController()
  const connection = await driver.connect({ signal, onLost() {} })
  await driver.transaction?.begin(connection, { readOnly: false })
  expect(await queryOnly(connection)).toBe(0)
  expect(driver.needsReset?.(connection)).toBe(true)
  await driver.reset?.(connection, { signal })
  expect([connection.inTransaction, await queryOnly(connection)]).toEqual([false, 1])
  await driver.close(connection)
})

it('a session whose transaction is still open after its reset is not lent again', async () => {
  const host: Partial<Host> = {
    ended: false,
    post: request => {
      const { id } = request as Request
      queueMicrotask(() => session.receive({ id, inTransaction: true } satisfies Answer))
    },
  }
  const session = new Session(host as Host, Number.POSITIVE_INFINITY, { onLost() {} })
  await expect(session.reset(new AbortController().signal)).rejects.toThrow('still open')
})

it.each([false, true])('query_only ends with its holder, where a new session begins with %s', async begin => {
  const filename = await fileForTest()
  const first = createPool(sqlite({ filename }), { min: 0, max: 1 })
  await first.use(connection => connection.exec('CREATE TABLE t (i)'))
  await first.close()
  const pool = createPool(sqlite({ filename, journalMode: false }), {
    max: 1,
    onConnect: connection => connection.exec(`PRAGMA query_only = ${begin}`),
  })
  for (const sql of [
    'PRAGMA query_only = on',
    'pragma main.query_only(0)',
    'SELECT 1; PRAGMA query_only = 1',
  ]) {
    await pool.use(connection => connection.exec(sql))
    expect(await pool.use(queryOnly)).toBe(Number(begin))
  }
  await pool.transaction(connection => connection.exec(`PRAGMA query_only = ${!begin}`), {
    readOnly: !begin,
  })
  expect(await pool.use(queryOnly)).toBe(Number(begin))
  expect(pool.stats().opened).toBe(1)
  await pool.close()
})

it.each([false, 'wal'] as const)(
  'a lock of the file that its holder had SQLite keep ends with the lease, journalMode: %s',
  async journalMode => {
    const config = { filename: await fileForTest(), journalMode, busyTimeout: 0 }
    const pool = createPool(sqlite(config), { min: 0, max: 1 })
    const beside = createPool(sqlite(config), { min: 0, max: 1 })
    const write = (connection: SqliteConnection) => connection.run('INSERT INTO t VALUES (1)')
    await pool.use(connection => connection.exec('CREATE TABLE t (i)'))
    await pool.use(async connection => {
      await connection.exec('PRAGMA locking_mode = EXCLUSIVE')
      await write(connection)
    })
    await pool.use(write)
    await beside.use(write)
    expect(pool.stats().opened).toBe(1)
    await Promise.all([pool.close(), beside.close()])
  },
)
