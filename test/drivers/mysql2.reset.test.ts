// What a borrower of a MySQL connection leaves behind, and what is done about it before the next one gets it.

import type { Connection as CallbackConnection } from 'mysql2'
import type { RowDataPacket } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { type Opened, useMysqlDriver } from '../support/mysql-driver.js'

const { signal } = new AbortController()

describe.skipIf(mariadbMissing())('a MySQL connection that comes back', () => {
  const mysqlDriver = useMysqlDriver()
  const { open } = mysqlDriver

  const needed = ({ driver, connection }: Opened): boolean | undefined => driver.needsReset?.(connection)
  const reset = async ({ driver, connection }: Opened): Promise<void> =>
    driver.reset?.(connection, { signal })
  const ask = async ({ connection }: Opened, what: string): Promise<unknown> => {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${what} AS answer`)
    return rows[0]?.answer
  }
  /** The connection with callbacks. */
  const coreOf = ({ connection }: Opened): CallbackConnection =>
    (connection as unknown as { connection: CallbackConnection }).connection

  it.each([
    ['a query', 'SELECT 1'],
    ['rows', 'SELECT 1 UNION SELECT 2'],
    ['a change', 'DO 1'],
  ])('needs nothing after %s, by text or prepared', async (_, sql) => {
    const opened = await open()
    await opened.connection.query(sql)
    expect(needed(opened)).toBe(false)
    await opened.connection.execute(sql)
    expect(needed(opened)).toBe(false)
    await opened.connection.ping()
    expect(needed(opened)).toBe(false)
  })

  it.each([
    ['as it was', { flags: [] }, ''],
    ['without the mode that mysql2 asks for', { flags: ['-IGNORE_SPACE'] }, ''],
    ['changed by its holder', { flags: [] }, "SET sql_mode = ''"],
  ])('has the SQL mode of its connect after a reset of the session: %s', async (_, more, change) => {
    const opened = await open({ resetOnRelease: true, ...more })
    const modes = async (): Promise<string[]> =>
      String(await ask(opened, '@@sql_mode'))
        .split(',')
        .sort()
    const before = await modes()
    expect(before.includes('IGNORE_SPACE')).toBe(more.flags.length === 0)
    if (change !== '') await opened.connection.query(change)
    await reset(opened)
    expect(await modes()).toEqual(before)
  })

  it('needs nothing after a statement was prepared, whose header begins as an OK packet does', async () => {
    const opened = await open()
    await opened.connection.prepare('DO 1')
    expect(needed(opened)).toBe(false)
  })

  it.each(['query', 'execute'] as const)(
    'is seen to be in a transaction that it began by %s()',
    async how => {
      const opened = await open()
      const { connection } = opened
      const run = (sql: string): Promise<unknown> =>
        how === 'query' ? connection.query(sql) : connection.execute(sql)
      await run('START TRANSACTION')

      expect(needed(opened)).toBe(true)
      await run('SELECT 1, 2')
      expect(needed(opened)).toBe(true)
      await run('COMMIT')
      expect(needed(opened)).toBe(false)
    },
  )

  it('is rolled back when a procedure began a transaction and failed', async () => {
    const opened = await open({ multipleStatements: true })
    await opened.connection.query(
      "CREATE PROCEDURE half() BEGIN START TRANSACTION; SIGNAL SQLSTATE '45000'; END",
    )
    await expect(opened.connection.query('CALL half()')).rejects.toThrow()
    expect(needed(opened)).toBe(true)
    await reset(opened)
    expect(needed(opened)).toBe(false)
    expect(await ask(opened, '@@in_transaction')).toBe(0)
  })

  it('gets its autocommit back', async () => {
    const opened = await open()
    await opened.connection.query('SET autocommit = 0')
    expect(needed(opened)).toBe(true)
    await reset(opened)
    expect(needed(opened)).toBe(false)
    expect(await ask(opened, '@@autocommit')).toBe(1)
  })

  it('in the callback of a query that failed is waited for, not thrown away', async () => {
    const opened = await open()
    const verdict = await new Promise(resolve => {
      coreOf(opened).query('SELECT * FROM no_such_table', () => {
        const before = needed(opened)
        reset(opened).then(() => resolve({ before, after: needed(opened) }), resolve)
      })
    })
    expect(verdict).toEqual({ before: true, after: false })
  })

  it('is not used again when another query was queued behind one that failed', async () => {
    const opened = await open()
    const failed = opened.connection.query('SELECT * FROM no_such_table')
    const queued = opened.connection.query('SELECT SLEEP(60)').catch(() => {})
    await expect(failed).rejects.toThrow('no_such_table')
    expect(needed(opened)).toBe(true)
    await expect(reset(opened)).rejects.toThrow('still running')
    opened.driver.destroy(opened.connection)
    await queued
  })

  it("cancels a query that timed out on the client's side only, and can be used again", async () => {
    const opened = await open()
    const sql = { sql: 'SELECT SLEEP(60)', timeout: 20 }
    const error: unknown = await opened.connection.query(sql).catch((error: unknown) => error)
    expect(opened.driver.isFatal?.(error)).toBe(true)
    await reset(opened)
    expect(needed(opened)).toBe(false)
    const unkilled = await open({ killStatements: false })
    await unkilled.connection.query(sql).catch(() => {})
    await expect(reset(unkilled)).rejects.toThrow('still running')
    await mysqlDriver.threads.kill(unkilled.connection.threadId)
  })

  it('is not used again once a packet came out of order, of which mysql2 only warns', async () => {
    const opened = await open()
    coreOf(opened).emit('warn', Object.assign(new Error('out of order'), { expected: 1, received: 2 }))
    expect(needed(opened)).toBe(true)
    await expect(reset(opened)).rejects.toThrow('out of order')
  })

  it('is not used again as another user', async () => {
    const opened = await open()
    const { user, password } = mysqlDriver.threads.config
    await opened.connection.changeUser({ user, password, database: 'information_schema' })
    expect(needed(opened)).toBe(true)
    await expect(reset(opened)).rejects.toThrow('changeUser')
  })

  it('keeps what was SET, unless resetOnRelease says otherwise', async () => {
    const plain = await open()
    await plain.connection.query('SET @mine = 7')
    expect(needed(plain)).toBe(false)
    expect(await ask(plain, '@mine')).toBe(7)

    const thorough = await open({ resetOnRelease: true })
    await thorough.connection.query('SET @mine = 7, time_zone = "+05:00"')
    await thorough.connection.query('BEGIN')
    expect(needed(thorough)).toBe(true)
    await reset(thorough)
    expect(await ask(thorough, '@mine')).toBeNull()
    expect(await ask(thorough, '@@in_transaction')).toBe(0)
  })

  it('has its character set, its database, its statements and its set-up after resetOnRelease', async () => {
    const opened = await open({
      resetOnRelease: true,
      charset: 'latin1_swedish_ci',
      onConnect: async connection => void (await connection.query('SET @ready = 1')),
    })
    await opened.connection.execute('SELECT ?', [1])
    await opened.connection.query('SET NAMES utf8mb4')
    await reset(opened)
    expect(await ask(opened, '@@collation_connection')).toBe('latin1_swedish_ci')
    expect(await ask(opened, 'DATABASE()')).toBe(mysqlDriver.threads.config.database)
    expect(await ask(opened, '@ready')).toBe(1)
    const [rows] = await opened.connection.execute<RowDataPacket[]>('SELECT ? AS answer', [2])
    expect(rows[0]?.answer).toBe(2)
  })

  it('after an error costs one statement, and no connection', async () => {
    const opened = await open()
    for (let i = 0; i < 20; i++) {
      await expect(opened.connection.query('SELECT * FROM no_such_table')).rejects.toThrow()
      await reset(opened)
      expect(needed(opened)).toBe(false)
    }
    expect(opened.lost).toEqual([])
  })
})
