// Sessions that only new ones can mend, in a pool: at most one error each, and then it is well again.

import type { Connection } from 'mysql2/promise'
import mysql2 from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
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
  afterEach(() => root.query('SET GLOBAL read_only = 0, GLOBAL max_prepared_stmt_count = DEFAULT'))
  afterAll(async () => {
    await root.end()
    await server.stop()
  })
  const open = (max: number) =>
    createPool(mysql({ host: server.host, port: server.port, user: 'web', database: 'app' }), { min: 0, max })

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
})
