// Errors that only a new session can mend are reported as such, from what the server answers; ordinary errors are not.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import mysql2 from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Driver } from '../../src/db/driver.js'
import type { Command } from '../../src/db/mysql2/driver/internals.js'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { stalenessOf } from '../../src/db/mysql2/driver/stale.js'
import { hasMariadb, type MariadbServer, startMariadb } from '../../support/mariadb-server.js'

const { signal } = new AbortController()
const prepared = { statement: {} } as Command
const text = {} as Command

describe('an error of MySQL', () => {
  const said = (errno: number, message: string, command: Command, statements = true) =>
    stalenessOf({ errno, message }, command, { statements: () => statements, ...session })?.all
  const session = { hadDatabase: true, worked: true }
  const without = (circumstance: keyof typeof session, errno: number) =>
    stalenessOf({ errno, message: '' }, text, {
      statements: () => true,
      ...session,
      [circumstance]: false,
    })

  it.each([
    ['a forgotten statement', 1243, 'Unknown prepared statement handler', prepared, false],
    ['a statement to be prepared again', 1615, 'needs to be re-prepared', prepared, false],
    ['too many statements', 1461, "Can't create more", text, true],
    ['a read-only server', 1290, 'running with the --read-only option', text, true],
    ['a server that is read-only for all', 1290, 'running with the --super-read-only option', text, true],
    ['a server in read-only mode', 1836, 'Running in read-only mode', text, true],
    ['an InnoDB in read-only mode', 1874, 'InnoDB is in read only mode', text, true],
    ['a member that left its group', 3100, "running replication hook 'before_commit'", text, false],
    ['a Galera node on its own', 1047, 'WSREP has not yet prepared node', text, true],
    ['a database that its holder has dropped', 1046, 'No database selected', text, false],
    ['a column that a procedure used before', 1054, 'Unknown column', text, false],
  ])('about %s makes the session stale', (_, errno, message, command, all) => {
    expect(said(errno, message, command)).toBe(all)
  })

  it.each([
    ['EXECUTE of an unknown name', 1243, 'Unknown prepared statement handler (x)', text],
    ['a read-only transaction', 1792, 'Cannot execute statement in a READ ONLY transaction', text],
    ['another option', 1290, 'running with the --secure-file-priv option', text],
    ['a duplicate key', 1062, 'Duplicate entry', prepared],
    ['a deadlock', 1213, 'Deadlock found', text],
    ['an unknown command', 1047, 'Unknown command', text],
  ])('about %s does not', (_, errno, message, command) => {
    expect(said(errno, message, command)).toBeUndefined()
  })

  it.each([
    ['a database where there was none', 'hadDatabase', 1046],
    ['a column in any other statement', 'worked', 1054],
  ] as const)('about %s does not', (_, circumstance, errno) => {
    expect(without(circumstance, errno)).toBeUndefined()
  })

  it('about too many statements does not when the pool holds none of them', () => {
    expect(said(1461, "Can't create more", text, false)).toBeUndefined()
  })
})

describe.skipIf(!(await hasMariadb()))('a MySQL session', () => {
  let server: MariadbServer
  let root: Connection
  let driver: Driver<Connection>
  const open: Connection[] = []
  beforeAll(async () => {
    server = await startMariadb()
    root = await mysql2.createConnection({ host: server.host, port: server.port, user: server.user })
    await root.query('CREATE DATABASE app')
    await root.query('CREATE TABLE app.note (id int PRIMARY KEY)')
    for (const host of ['%', 'localhost', '127.0.0.1']) {
      await root.query('CREATE USER web@?', [host])
      await root.query('GRANT ALL ON app.* TO web@?', [host])
    }
    driver = mysql({ host: server.host, port: server.port, user: 'web', database: 'app' })
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(connection => driver.close(connection)))
    await root.query('SET GLOBAL read_only = 0, GLOBAL max_prepared_stmt_count = DEFAULT')
  })
  afterAll(async () => {
    await root.end()
    await server.stop()
  })

  const connect = async () => {
    const reports: { errno: unknown; all: unknown }[] = []
    const connection = await driver.connect({
      signal,
      onLost() {},
      onStale: (reason, { all } = {}) => reports.push({ errno: (reason as { errno: unknown }).errno, all }),
    })
    open.push(connection)
    return { connection, reports }
  }

  it('whose server became read-only is stale, and so are all others, though the borrower caught the error', async () => {
    const { connection, reports } = await connect()
    await connection.query('INSERT INTO note VALUES (1)')
    await root.query('SET GLOBAL read_only = 1')
    await connection.query('INSERT INTO note VALUES (2)').catch(() => {})
    expect(reports).toEqual([{ errno: 1290, all: true }])
  })

  it('makes all stale once: one that is opened on the same server afterwards is alone, until a session has written again', async () => {
    const [first, second] = [await connect(), await connect()]
    const refused = async (session: typeof first, id: number) => {
      await session.connection.query('INSERT INTO note VALUES (?)', [id]).catch(() => {})
      return session.reports.splice(0).map(({ all }) => all)
    }
    await first.connection.query('INSERT INTO note VALUES (9)')
    await root.query('SET GLOBAL read_only = 1')
    expect([await refused(first, 10), await refused(first, 10)]).toEqual([[true], [false]])
    expect(await refused(second, 10), 'it knows by now').toEqual([false])
    const third = await connect()
    expect(await refused(third, 10)).toEqual([false])
    await root.query('SET GLOBAL read_only = 0')
    await second.connection.query('INSERT INTO note VALUES (11)')
    await root.query('SET GLOBAL read_only = 1')
    expect(await refused(third, 12), 'an old session that writes proves nothing').toEqual([false])
    await root.query('SET GLOBAL read_only = 0')
    await third.connection.query('INSERT INTO note VALUES (12)')
    await root.query('SET GLOBAL read_only = 1')
    expect([await refused(first, 13), await refused(third, 13)]).toEqual([[true], [false]])
  })

  it('without room for its statements is stale, and a new one has room again', async () => {
    const old = await connect()
    await root.query('SET GLOBAL max_prepared_stmt_count = 2')
    const run = (connection: Connection, n: number) => connection.execute<RowDataPacket[]>(`SELECT ${n} AS n`)
    await run(old.connection, 1)
    await run(old.connection, 2)
    await expect(run(old.connection, 3)).rejects.toMatchObject({ errno: 1461 })
    expect(old.reports).toEqual([{ errno: 1461, all: true }])
    await driver.close(old.connection)
    open.length = 0
    const fresh = await connect()
    expect((await run(fresh.connection, 3))[0]).toEqual([{ n: 3 }])
  })

  it('that finds no room, while the pool holds no statement, is not: a new one would not help', async () => {
    const { connection, reports } = await connect()
    await root.query('SET GLOBAL max_prepared_stmt_count = 0')
    await expect(connection.execute('SELECT 1')).rejects.toMatchObject({ errno: 1461 })
    expect(reports).toEqual([])
  })

  it('whose server has forgotten its statements is stale, and prepares them again at once', async () => {
    const { connection, reports } = await connect()
    await connection.execute('SELECT ? AS a', [1])
    const [statement] = statementsOf(connection)
    ;(statement as { id: number }).id = 999 // as a proxy or a session restored elsewhere has it
    await expect(connection.execute('SELECT ? AS a', [1])).rejects.toMatchObject({ errno: 1243 })
    expect(reports).toEqual([{ errno: 1243, all: false }])
    expect((await connection.execute('SELECT ? AS a', [1]))[0]).toEqual([{ a: 1 }])
  })

  it('is as good as new after 200 duplicate keys and a read-only transaction', async () => {
    const { connection, reports } = await connect()
    await connection.query('REPLACE INTO note VALUES (1)')
    for (let i = 0; i < 200; i++)
      await expect(connection.execute('INSERT INTO note VALUES (1)')).rejects.toMatchObject({ errno: 1062 })
    await connection.query('START TRANSACTION READ ONLY')
    await expect(connection.query('INSERT INTO note VALUES (3)')).rejects.toMatchObject({ errno: 1792 })
    await expect(connection.query('EXECUTE nothing')).rejects.toMatchObject({ errno: 1243 })
    expect(reports).toEqual([])
  })
})

function statementsOf(connection: Connection): unknown[] {
  const core = (connection as unknown as { connection: { _statements: Map<string, unknown> } }).connection
  return [...core._statements.values()]
}
