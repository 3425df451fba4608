// What is written to SQLite comes back as it was, and what cannot be written is refused.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Isolation,
  type SqliteConnection,
  type SqliteOptions,
  sqlite,
} from '../../src/db/sqlite/index.js'
import { agree } from '../support/agree.js'

const driverOf = (options: Partial<SqliteOptions> = {}) => sqlite({ filename: ':memory:', ...options })
const connectTo = (driver: ReturnType<typeof driverOf>): Promise<SqliteConnection> =>
  driver.connect({ signal: new AbortController().signal, onLost() {} })

it('a file in a folder that is not there cannot be opened, by SQLite’s own code', async () => {
  const refused = connectTo(driverOf({ filename: '/no/such/folder/at/all.db' }))
  await expect(refused).rejects.toMatchObject({ code: 'SQLITE_CANTOPEN' })
})

describe.each<Isolation>(['thread', 'process'])('values of a connection in a %s', isolation => {
  const driver = driverOf({ isolation, integers: 'mixed' })
  let connection: SqliteConnection
  beforeAll(async () => {
    connection = await connectTo(driver)
    await connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v)')
  })
  afterAll(() => driver.close(connection))

  it.each([
    ['a text', 'grüße 🙂'],
    ['a number', 0.5],
    ['null', null],
    ['a BigInt', 2n ** 62n],
    ['a small Buffer', Buffer.from('window on a shared block')],
    ['no bytes', Buffer.alloc(0)],
    ['a large Buffer', Buffer.alloc(1_000_000, 7)],
  ])('%s comes back as it was', async (_, value) => {
    const { lastInsertRowid } = await connection.run('INSERT INTO t (v) VALUES (?)', [value])
    agree(await connection.get('SELECT v FROM t WHERE id = :id', { id: lastInsertRowid }), { v: value })
  })

  it.each([true, undefined, new Date(), { a: 1 }, () => {}])(
    '%s is refused, and nothing is sent',
    async value => {
      const refused = connection.run('SELECT ?', [value as unknown as string])
      await expect(refused).rejects.toThrow(/^parameter 1 must be null, a number/)
    },
  )

  it.each([':', '@', '$'])('a named value may be given with its sign (%s) or without', async sign => {
    const sql = `SELECT ${sign}id AS id`
    expect(await connection.get(sql, { [`${sign}id`]: 7 })).toEqual({ id: 7 })
    expect(await connection.get(sql, { id: 8 })).toEqual({ id: 8 })
  })

  it('several statements in one are refused, whatever is between them, and what is no statement is not', async () => {
    const { rows } = (await connection.get('SELECT count(*) AS rows FROM t')) as { rows: number }
    const insert = 'INSERT INTO t (v) VALUES (1)'
    await expect(connection.run(`${insert}; ${insert}`)).rejects.toThrow(/more than one statement/)
    await expect(connection.run(`${insert} /* ; */; -- one\n ; ${insert}`)).rejects.toThrow(/more than one/)
    await connection.run(`${insert} ; -- ${insert}\n /* ${insert}; */ ;`)
    expect(await connection.get('SELECT count(*) AS rows FROM t')).toEqual({ rows: rows + 1 })
  })

  it('what is written while rows are read by iterate disturbs neither', async () => {
    await connection.exec('CREATE TABLE visited (i INTEGER PRIMARY KEY, seen INTEGER)')
    await connection.exec(
      'INSERT INTO visited WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i, 0 FROM n',
    )
    for await (const { i } of connection.iterate<{ i: number }>('SELECT i FROM visited'))
      await connection.run('UPDATE visited SET seen = seen + 1 WHERE i = ?', [i])
    expect(await connection.get('SELECT count(*) AS rows, min(seen), max(seen) FROM visited')).toEqual({
      rows: 2_000,
      'min(seen)': 1,
      'max(seen)': 1,
    })
  })

  it('many rows come complete and in order, by all and by iterate', async () => {
    const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1234) SELECT i FROM n'
    const expected = Array.from({ length: 1_234 }, (_, place) => place + 1)
    const meanwhile = connection.get('SELECT 1')
    expect((await connection.all<{ i: number }>(sql)).map(({ i }) => i)).toEqual(expected)
    await meanwhile
    const read: number[] = []
    for await (const { i } of connection.iterate<{ i: number }>(sql)) read.push(i)
    expect(read).toEqual(expected)
    expect(driver.needsReset?.(connection)).toBe(false)
  })

  it('what is asked while rows are read is done after them, in order', async () => {
    const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i FROM n'
    const order: string[] = []
    await Promise.all([
      connection.all(sql).then(() => order.push('all')),
      connection.run('INSERT INTO t (v) VALUES (1)').then(() => order.push('run')),
      connection.get('SELECT 1').then(() => order.push('get')),
    ])
    expect(order).toEqual(['all', 'run', 'get'])
  })

  it('errors have SQLite’s code, and a stack that leads here', async () => {
    await connection.run('INSERT INTO t (id) VALUES (1000000)')
    const error = await connection.run('INSERT INTO t (id) VALUES (1000000)').catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'SqliteError', code: 'SQLITE_CONSTRAINT_PRIMARYKEY', fatal: false })
    expect((error as Error).stack).toContain('values.test.ts')
  })
})

describe('integers', () => {
  it('beyond what a number holds are an error by default, and never another number', async () => {
    const driver = driverOf()
    const connection = await connectTo(driver)
    expect(await connection.get('SELECT 9007199254740991 AS i')).toEqual({ i: 9_007_199_254_740_991 })
    await expect(connection.get('SELECT 9007199254740992 AS i')).rejects.toThrow("integers: 'mixed'")
    await driver.close(connection)
  })

  it("are all BigInts with integers: 'bigint'", async () => {
    const driver = driverOf({ integers: 'bigint' })
    const connection = await connectTo(driver)
    expect(await connection.get('SELECT 1 AS i, 1.5 AS r')).toEqual({ i: 1n, r: 1.5 })
    await driver.close(connection)
  })
})
