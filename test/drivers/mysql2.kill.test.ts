// A query whose connection is destroyed is ended on the server too, and nobody else's is.

import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Connection } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { KillHelper } from '../../src/db/mysql2/driver/kill.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlDriver } from '../support/mysql-driver.js'
import { startSilentServer } from '../support/silent-server.js'
import { until } from '../support/until.js'

const minutes = "BENCHMARK(300000000, SHA2('x', 512))"

describe.skipIf(mariadbMissing())('a MySQL query under way', () => {
  const mysqlDriver = useMysqlDriver()
  const { open } = mysqlDriver

  const running = async ({ threadId }: Connection): Promise<string | undefined> => {
    const [thread] = await mysqlDriver.threads.ask(
      'SELECT info FROM information_schema.processlist WHERE id = ?',
      [threadId],
    )
    return thread?.info
  }

  it.each([
    // The server does not look whether the client is there still; in a SLEEP it does, every five seconds.
    ['by text', (connection: Connection) => connection.query(`SELECT ${minutes};`)],
    ['with values', (connection: Connection) => connection.query(`SELECT ?, ${minutes}`, ['what?'])],
    ['prepared', (connection: Connection) => connection.execute(`SELECT ${minutes}, ?`, ['x'])],
    ['indented', (connection: Connection) => connection.query(`\n    SELECT ${minutes}\n  `)],
    ['in a procedure', (connection: Connection) => connection.query('CALL slow()')],
    ['in a function', (connection: Connection) => connection.execute('SELECT slow()')],
    ['as the second of a text', (connection: Connection) => connection.query(`DO 1; SELECT ${minutes}`)],
  ])('%s ends on the server when its connection is destroyed', async (_, run) => {
    const { driver, connection } = await open({ multipleStatements: true })
    await connection.query(`CREATE OR REPLACE PROCEDURE slow() DO ${minutes}`)
    await connection.query(`CREATE OR REPLACE FUNCTION slow() RETURNS INT RETURN ${minutes}`)
    const query = run(connection).catch((error: unknown) => error)
    await until(async () => (await running(connection)) !== undefined, 'it runs')
    driver.destroy(connection)
    expect(driver.isFatal?.(await query)).toBe(true)
    await until(async () => (await mysqlDriver.threads.count()) === 0, 'its thread is gone')
  })

  it('ends on the server when its connection is closed', async () => {
    const { driver, connection } = await open()
    const query = connection.query('SELECT SLEEP(60)').catch(() => {})
    await until(async () => (await running(connection)) !== undefined, 'it runs')
    await driver.close(connection)
    await query
  })

  it('ends on the server when its holder destroys the socket, of which the pool is told', async () => {
    const { driver, connection, lost } = await open()
    const query = connection.query(`SELECT ${minutes}`).catch((error: unknown) => error)
    await until(async () => (await running(connection)) !== undefined, 'it runs')
    const { stream } = (connection as unknown as { connection: { stream: Socket } }).connection
    stream.destroy()
    await until(() => lost.length === 1, 'it is lost')
    await driver.destroy(connection)
    expect(driver.isFatal?.(await query)).toBe(true)
    expect(stream.destroyed).toBe(true)
    expect(await running(connection)).toBeUndefined()
  })

  it.each([true, false])(
    'that waits for a file ends, and loads nothing of it, killStatements: %s',
    async killStatements => {
      const { driver, connection } = await open({ killStatements })
      await connection.query(
        'CREATE OR REPLACE TABLE loaded (line VARCHAR(9)) ENGINE = Aria TRANSACTIONAL = 0',
      )
      const file = new Readable({ read() {} })
      file.push('first\n')
      const sql = { sql: "LOAD DATA LOCAL INFILE 'lines' INTO TABLE loaded", infileStreamFactory: () => file }
      const query = connection.query(sql).catch((error: unknown) => error)
      await until(async () => (await running(connection)) !== undefined, 'it runs')
      driver.destroy(connection)
      expect(driver.isFatal?.(await query)).toBe(true)
      await until(async () => (await mysqlDriver.threads.count()) === 0, 'its thread is gone')
      const rows = await mysqlDriver.threads.ask('SELECT line FROM ??.loaded', [
        mysqlDriver.threads.config.database,
      ])
      expect(rows.filter(({ line }) => line !== 'first')).toEqual([])
    },
  )

  it('of a thread that got the same id after a restart is left alone', async () => {
    const { driver, connection } = await open()
    const query = connection.query('SELECT SLEEP(60)').catch(() => {})
    await until(async () => (await running(connection)) === 'SELECT SLEEP(60)', 'it runs')
    const helper = new KillHelper(async () => ({ ...mysqlDriver.threads.config }))
    const target = { threadId: connection.threadId, port: 1, statement: 'DELETE FROM huge' }
    expect(await helper.kill(target)).toBe(false)
    await helper.cancel(target, () => true)
    expect(await running(connection)).toBe('SELECT SLEEP(60)')
    driver.destroy(connection)
    await query
  })
})

it('no timer of the helper keeps the process alive', async () => {
  const server = await startSilentServer()
  const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const before = timers()
  const helper = new KillHelper(async () => ({ host: server.host, port: server.port }))
  const order = helper.kill({ threadId: 1, port: undefined, statement: 'SELECT 1' })
  await until(() => server.open === 1, 'the helper is there')
  await expect.poll(timers).toBeLessThanOrEqual(before) // those of other files in this process come and go
  await server.stop()
  expect(await order).toBe(false)
})
