// After a reset the server's own word counts, and the next borrower's session is never less than a new one.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type MysqlConfig, mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool, type Pool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'

describe.skipIf(mariadbMissing())('the next borrower of a MySQL session', () => {
  let threads: Threads
  let pool: Pool<Connection>
  beforeAll(async () => {
    threads = await watchThreads()
    await threads.ask('CREATE TABLE ??.note (text varchar(9))', [threads.config.database])
  })
  afterEach(() => pool.close())
  afterAll(() => threads.stop())

  const open = (more: MysqlConfig = {}): Pool<Connection> => {
    pool = createPool(mysql({ ...threads.config, ...more }), { min: 0, max: 1 })
    return pool
  }
  const ask = (what: string): Promise<unknown> =>
    pool.use(async connection => {
      const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${what} AS answer`)
      return rows[0]?.answer
    })
  const run = (...statements: string[]): Promise<void> =>
    pool.use(async connection => {
      for (const sql of statements) await connection.query(sql)
    })
  const notes = async (): Promise<unknown[]> =>
    (await threads.ask('SELECT text FROM ??.note', [threads.config.database])).map(({ text }) => text)
  const set = "SET completion_type = 'chain'"

  it('is in no transaction, whatever completion_type says, and what it writes is kept', async () => {
    open()
    await run(set, 'START TRANSACTION', "INSERT INTO note VALUES ('lost')")
    expect(await ask('@@in_transaction')).toBe(0)
    await run("INSERT INTO note VALUES ('kept')")
    expect(await notes()).toEqual(['kept'])
    expect(pool.stats().opened).toBe(1)
  })

  it.each(["'chain'", "'release'"])('of a transaction() with completion_type %s is in none', async type => {
    open()
    await pool.transaction(connection => connection.query(`SET completion_type = ${type}`))
    await pool.transaction(async connection => void (await connection.query('SELECT 1')))
    await expect(pool.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await ask('@@in_transaction')).toBe(0)
    expect(pool.stats().opened).toBe(1)
  })

  it('has the database of the configuration after resetOnRelease, and autocommit', async () => {
    open({ resetOnRelease: true })
    await run('USE information_schema', 'SET autocommit = 0', set, 'BEGIN')
    expect(await ask("CONCAT(DATABASE(), ' ', @@autocommit + 0, ' ', @@in_transaction)")).toBe(
      `${threads.config.database} 1 0`,
    )
    expect(pool.stats().opened).toBe(1)
  })

  it('has no database when none is configured: the connection is replaced', async () => {
    open({ resetOnRelease: true, database: undefined })
    await run('USE information_schema')
    expect(await ask('DATABASE()')).toBeNull()
    expect(pool.stats().opened).toBe(2)
  })

  it.each([true, false])(
    'has what onConnect had set, with resetOnRelease %s and after a reset of the borrower',
    async resetOnRelease => {
      open({
        resetOnRelease,
        charset: 'latin1_swedish_ci',
        onConnect: async connection => {
          await connection.query('USE information_schema')
          await connection.query("SET autocommit = 0, time_zone = '+05:00', @mine = 1")
        },
      })
      const everything =
        "CONCAT_WS(' ', DATABASE(), @@autocommit + 0, @@time_zone, @mine, @@collation_connection)"
      const first = await ask(everything)
      expect(first).toBe('information_schema 0 +05:00 1 latin1_swedish_ci')
      expect(await ask(everything)).toBe(first)
      await pool.use(connection => connection.reset())
      expect(await ask(everything)).toBe(first)
      expect(pool.stats().opened).toBe(1)
    },
  )

  it('has what onConnect had set after changeUser() to the same user: the connection is replaced', async () => {
    open({ onConnect: async connection => void (await connection.query('SET @mine = 1')) })
    await pool.use(connection => connection.changeUser({}))
    expect(await ask('@mine')).toBe(1)
    expect(pool.stats().opened).toBe(2)
  })

  it('can execute what the one before had prepared and reset', async () => {
    open({ resetOnRelease: true })
    for (let loan = 0; loan < 3; loan++) {
      const [rows] = await pool.use(async connection => {
        await connection.execute('SELECT ? AS n', [loan])
        await connection.reset()
        return connection.execute<RowDataPacket[]>('SELECT ? AS n', [loan])
      })
      expect(rows).toEqual([{ n: loan }])
    }
  })
})
