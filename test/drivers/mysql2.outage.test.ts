// A MySQL server that goes away under its clients: each connection is told of once, and none crashes the process.

import type { Connection } from 'mysql2/promise'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool } from '../../src/index.js'
import { hasMariadb, startMariadb } from '../../support/mariadb-server.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js'
import { until } from '../support/until.js'

const { signal } = new AbortController()
const installed = await hasMariadb()

describe.skipIf(mariadbMissing())('when the way to the MySQL server', () => {
  let threads: Threads
  let proxy: TcpProxy
  beforeAll(async () => {
    threads = await watchThreads()
    return () => threads.stop()
  })
  beforeEach(async () => {
    proxy = await startTcpProxy(threads.config)
  })
  afterEach(async () => {
    await proxy.stop()
    await until(async () => (await threads.count()) === 0, 'no thread is left')
  })

  it('is cut, idle and busy connections are lost once each, for a reason that is fatal', async () => {
    const driver = mysql({ ...threads.config, port: proxy.port })
    const reasons: unknown[] = []
    const open = (): Promise<Connection> => driver.connect({ signal, onLost: reason => reasons.push(reason) })
    const [, busy] = await Promise.all([open(), open()])
    const query = busy.query('SELECT SLEEP(60)').catch((error: unknown) => error)
    proxy.reset()
    await until(() => reasons.length >= 2, 'both are lost')
    expect(driver.isFatal?.(await query)).toBe(true)
    expect(reasons.map(reason => driver.isFatal?.(reason))).toEqual([true, true])
    expect(reasons).toContainEqual(expect.objectContaining({ code: 'ECONNRESET' }))
  })

  it('is cut, a pool serves its callers over new connections', async () => {
    const pool = createPool(mysql({ ...threads.config, port: proxy.port }), { min: 2, max: 2 })
    await pool.ready()
    proxy.reset()
    await until(() => pool.stats().opened >= 4, 'both were replaced')
    await pool.use(connection => connection.query('SELECT 1'))
    await pool.close()
  })

  it('swallows everything, a validation and a close end at their deadlines', async () => {
    const pool = createPool(mysql({ ...threads.config, port: proxy.port }), {
      min: 0,
      max: 1,
      validateAfter: 0,
      validateTimeout: 50,
      closeTimeout: 50,
    })
    await pool.use(connection => connection.query('SELECT 1'))
    proxy.freeze()
    await pool.use(connection => connection.query('SELECT 1')) // over a new connection
    expect(pool.stats()).toMatchObject({ opened: 2, total: 1 })
    proxy.freeze()
    await pool.close()
  })

  it('is killed, a pool replaces the connection, and 200 duplicate keys cost none', async () => {
    const pool = createPool(mysql(threads.config), { min: 1, max: 1 })
    await pool.use(connection => connection.query('CREATE TABLE one (id int PRIMARY KEY)'))
    for (let i = 0; i < 201; i++) {
      const insert = pool.use(connection => connection.query('INSERT INTO one VALUES (1)'))
      if (i > 0) await expect(insert).rejects.toMatchObject({ code: 'ER_DUP_ENTRY' })
      else await insert
    }
    expect(pool.stats().opened).toBe(1)
    const id = await pool.use(async connection => connection.threadId)
    await threads.kill(id)
    const [rows] = await pool.use(connection => connection.query('SELECT id FROM one'))
    expect(rows).toEqual([{ id: 1 }])
    expect(pool.stats().opened).toBe(2)
    await pool.close()
  })
})

describe.skipIf(!installed)('when the MySQL server is shut down', () => {
  it('idle and busy connections are lost once each', async () => {
    const server = await startMariadb()
    try {
      const driver = mysql({ host: server.host, port: server.port, user: server.user })
      const reasons: unknown[] = []
      const open = (): Promise<Connection> =>
        driver.connect({ signal, onLost: reason => reasons.push(reason) })
      const [, busy] = await Promise.all([open(), open()])
      const query = busy.query('SELECT SLEEP(60)').catch((error: unknown) => error)
      await server.shutDown()
      await until(() => reasons.length >= 2, 'both are lost')
      expect(driver.isFatal?.(await query)).toBe(true)
      expect(reasons.map(reason => driver.isFatal?.(reason))).toEqual([true, true])
    } finally {
      await server.stop()
    }
  })
})
