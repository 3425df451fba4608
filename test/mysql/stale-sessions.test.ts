// Sessions that only new ones can mend, in a pool: at most one error each, and then it is well again; and what only a connect sets up.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import mysql2 from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type MysqlConfig, mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool } from '../../src/index.js'
import { hasMariadb, type MariadbServer, startMariadb } from '../../support/mariadb-server.js'

describe.skipIf(!(await hasMariadb()))('a pool on a MariaDB', () => {
  let server: MariadbServer
  let root: Connection
  beforeAll(async () => {
    server = await startMariadb()
    root = await mysql2.createConnection({ host: server.host, port: server.port, user: server.user })
    await root.query('CREATE DATABASE app')
    await root.query('CREATE TABLE app.note (id int)')
    for (const host of ['%', 'localhost', '127.0.0.1']) {
      await root.query('CREATE USER web@?', [host])
      await root.query('GRANT ALL ON app.* TO web@?', [host])
    }
  })
  afterEach(() =>
    root.query(
      "SET GLOBAL read_only = 0, GLOBAL max_prepared_stmt_count = DEFAULT, GLOBAL init_connect = ''",
    ),
  )
  afterAll(async () => {
    await root.end()
    await server.stop()
  })
  const open = (max: number, more: MysqlConfig = {}) =>
    createPool(mysql({ host: server.host, port: server.port, user: 'web', database: 'app', ...more }), {
      min: 0,
      max,
    })

  it('whose server was demoted replaces all of its sessions after one error', async () => {
    const pool = open(3)
    await Promise.all(
      Array.from({ length: 3 }, () => pool.use(connection => connection.query('SELECT SLEEP(0.05)'))),
    )
    expect(pool.stats().total).toBe(3)
    await root.query('SET GLOBAL read_only = 1')
    const insert = () => pool.use(connection => connection.query('INSERT INTO note VALUES (1)'))
    await expect(insert()).rejects.toMatchObject({ errno: 1290 })
    await root.query('SET GLOBAL read_only = 0')
    const opened = pool.stats().opened
    await insert()
    expect(pool.stats().opened).toBeGreaterThan(Math.max(3, opened - 1))
    await pool.close()
  })

  it.each([
    [1836, 'Running in read-only mode', true],
    [1874, 'InnoDB is in read only mode.', true],
    [1047, 'WSREP has not yet prepared node for application use', true],
    [3100, "Error on observer while running replication hook 'before_commit'.", false],
    [1615, 'Prepared statement needs to be re-prepared', false],
  ])('replaces, after one %i (%s), every session: %s', async (errno, message, all) => {
    const pool = open(2)
    const ids = async (): Promise<number[]> => {
      const leases = await Promise.all([pool.acquire(), pool.acquire()])
      const found = leases.map(({ connection }) => connection.threadId)
      for (const lease of leases) lease.release()
      return found
    }
    const before = await ids()
    // The server itself says it, in the packet that it would send.
    const signal = `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = "${message}"`
    const said = pool.use(connection => connection.query(signal))
    await expect(said).rejects.toMatchObject({ errno })
    const after = await ids()
    expect(after.filter(one => before.includes(one))).toHaveLength(all ? 0 : 1)
    expect(await ids(), 'and once').toEqual(expect.arrayContaining(after))
    await pool.close()
  })

  it('tries again what it is told by 3101 that another member of the group has won', async () => {
    const pool = open(1)
    let tries = 0
    await pool.transaction(
      async connection => {
        if (tries++ === 0) await connection.query("SIGNAL SQLSTATE '40000' SET MYSQL_ERRNO = 3101")
      },
      { retry: 1 },
    )
    expect(tries).toBe(2)
    await pool.close()
  })

  it('finds room for its statements again, and a transaction that may be tried again does not notice', async () => {
    const pool = open(1)
    await root.query('SET GLOBAL max_prepared_stmt_count = 2')
    const run = (n: number) => (connection: Connection) => connection.execute(`SELECT ${n}`)
    let failed = 0
    for (let n = 0; n < 9; n++) await pool.use(run(n)).catch(() => failed++)
    expect(failed).toBeLessThanOrEqual(pool.stats().opened)
    for (let n = 10; n < 19; n++) await pool.transaction(run(n), { retry: 2 })
    await pool.close()
  })

  it.each<[string, string, MysqlConfig, number]>([
    ['an init_connect', 'SET @@lock_wait_timeout = 77', {}, 1],
    [
      'an init_connect that does not hold for an administrator',
      'SET @@lock_wait_timeout = 77',
      { user: 'root' },
      1,
    ],
    ['an init_connect of two statements', 'SET @a = 7; SET @@lock_wait_timeout = 77', {}, 2],
    [
      'the same, where it can be run',
      'SET @a = 7; SET @@lock_wait_timeout = 77',
      { multipleStatements: true },
      1,
    ],
    ['the patience with a person', '', { flags: ['INTERACTIVE'] }, 1],
    ['a collation that it does not know', '', { charset: 'utf8mb4_0900_ai_ci' }, 1],
  ])('has after a reset what its server gives to a new session: %s', async (_, init, more, opened) => {
    await root.query('SET GLOBAL init_connect = ?, GLOBAL interactive_timeout = 4321', [init])
    const pool = open(1, { ...more, resetOnRelease: true })
    const find = () =>
      pool.use(async connection => {
        const [rows] = await connection.query(
          'SELECT @@lock_wait_timeout, @@wait_timeout, @@collation_connection, @@character_set_results',
        )
        await connection.query('SET lock_wait_timeout = 5, wait_timeout = 5, NAMES latin1')
        return rows
      })
    const first = await find()
    expect(await find()).toEqual(first)
    expect(pool.stats().opened).toBe(opened)
    await pool.close()
  })

  it.each([false, true])(
    'commits by itself for every caller as for the first one: not, by an init_connect, resetOnRelease: %s',
    async resetOnRelease => {
      await root.query("SET GLOBAL init_connect = 'SET autocommit = 0'")
      const pool = open(1, { resetOnRelease })
      const find = (change: string) =>
        pool.use(async connection => {
          const [[row]] = await connection.query<RowDataPacket[]>('SELECT @@autocommit AS autocommit')
          await connection.query(change)
          return row?.autocommit
        })
      const found: unknown[] = []
      for (const change of ['DO 1', 'SET autocommit = 1', 'DO 1', 'SET autocommit = 0'])
        found.push(await find(change))
      expect(found).toEqual([0, 0, 0, 0])
      expect(pool.stats().opened).toBe(1)
      await pool.close()
    },
  )
})
