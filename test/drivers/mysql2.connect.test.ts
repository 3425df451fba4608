// Connecting to MySQL: passwords that are asked for, servers that refuse, set-up, and nothing left behind by any failure.

import { getEventListeners } from 'node:events'
import type { RowDataPacket } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlDriver } from '../support/mysql-driver.js'
import { startSilentServer } from '../support/silent-server.js'
import { until } from '../support/until.js'

describe.skipIf(mariadbMissing())('connecting to MySQL', () => {
  const mysqlDriver = useMysqlDriver()
  const { open } = mysqlDriver

  it('asks a password function on each connect, and waits for its answer', async () => {
    let asked = 0
    const password = async (): Promise<string> => {
      asked++
      await new Promise(setImmediate)
      return mysqlDriver.threads.config.password
    }
    await open({ password })
    await open({ password })
    expect([asked, await mysqlDriver.threads.count()]).toEqual([2, 2])
  })

  it('rejects with what the password function threw, and opens nothing', async () => {
    const password = (): string => {
      throw new Error('the vault is sealed')
    }
    await expect(open({ password })).rejects.toThrow('the vault is sealed')
  })

  it('can be given up while the password function is pending, whose late answer opens nothing', async () => {
    let answer: (password: string) => void = () => {}
    const controller = new AbortController()
    const password = (): Promise<string> =>
      new Promise(resolve => {
        answer = resolve
        controller.abort(new Error('too late'))
      })
    await expect(open({ password }, controller.signal)).rejects.toThrow('too late')
    answer(mysqlDriver.threads.config.password)
    await new Promise(setImmediate)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('rejects a wrong password with the error of the server, which does not repeat it', async () => {
    const error: unknown = await open({ password: 'letmein-1234' }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
    expect(JSON.stringify(error) + String(error)).not.toContain('letmein')
  })

  it('rejects when nobody listens', async () => {
    const server = await startSilentServer()
    await server.stop()
    await expect(open({ port: server.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it("keeps mysql2's own connectTimeout, when that is shorter", async () => {
    const server = await startSilentServer()
    await expect(open({ port: server.port, connectTimeout: 20 })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    await until(() => server.open === 0, 'the socket is closed')
    await server.stop()
  })

  it('takes a URI', async () => {
    const { host, port, user, password, database } = mysqlDriver.threads.config
    const driver = mysql(`mysql://${user}:${password}@${host}:${port}/${database}`)
    const connection = await driver.connect({ signal: new AbortController().signal, onLost() {} })
    const [rows] = await connection.query<RowDataPacket[]>('SELECT DATABASE() AS name')
    expect(rows).toEqual([{ name: database }])
    await driver.close(connection)
  })

  it('is over when onConnect has settled', async () => {
    const { connection } = await open({
      onConnect: async connection => void (await connection.query("SET time_zone = '+05:00'")),
    })
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @@time_zone AS zone')
    expect(rows).toEqual([{ zone: '+05:00' }])
  })

  it('rejects with what onConnect threw, and closes the connection', async () => {
    const onConnect = async (): Promise<void> => {
      throw new Error('no tenant')
    }
    await expect(open({ onConnect })).rejects.toThrow('no tenant')
  })
})
