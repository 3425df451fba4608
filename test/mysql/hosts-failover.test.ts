// Two MariaDB servers of which one takes writes: a pool of hosts tells them apart, and follows when they change places.

import type { Connection } from 'mysql2/promise'
import mysql2 from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createHostPool, type HostPool } from '../../src/hosts/index.js'
import { hasMariadb, type MariadbServer, startMariadb } from '../../support/mariadb-server.js'
import { patience } from '../support/patience.js'
import { until } from '../support/until.js'

describe.skipIf(!(await hasMariadb()))('two hosts', () => {
  let servers: MariadbServer[] = []
  let roots: Connection[] = []
  let pool: HostPool<Connection>

  beforeAll(async () => {
    servers = await Promise.all([startMariadb(), startMariadb()])
    roots = await Promise.all(
      servers.map(({ host, port, user }) => mysql2.createConnection({ host, port, user })),
    )
    for (const root of roots) {
      await root.query('CREATE DATABASE app')
      await root.query('CREATE TABLE app.note (id int)')
      for (const host of ['%', 'localhost', '127.0.0.1']) {
        await root.query('CREATE USER web@?', [host])
        await root.query('GRANT ALL ON app.* TO web@?', [host])
      }
    }
    await readOnly(1, true)
  })
  afterEach(() => pool?.close())
  afterAll(async () => {
    await Promise.all(roots.map(root => root.end()))
    await Promise.all(servers.map(server => server.stop()))
  })

  const readOnly = (index: number, value: boolean) =>
    roots[index]?.query('SET GLOBAL read_only = ?', [value ? 1 : 0])
  const open = (hostRecheck: number | false) => {
    const hosts = servers.map(({ host, port }) => `${host}:${port}`)
    pool = createHostPool(mysql({ hosts, user: 'web', database: 'app' }), {
      hostRecheck,
      min: 1,
      max: 2,
      acquireTimeout: patience,
    })
  }
  const states = () => pool.hosts().map(({ state }) => state)
  const write = async (): Promise<number> => {
    const connection = await pool.acquire()
    try {
      await connection.connection.query('INSERT INTO note VALUES (1)')
      const [rows] = await connection.connection.query('SELECT @@port AS port')
      return (rows as { port: number }[])[0]?.port ?? 0
    } finally {
      connection.release()
    }
  }

  it('are told apart, and serve whom they should', async () => {
    open(10_000)
    await pool.ready()
    await until(() => !states().includes('unknown'), 'both are known')
    expect(states()).toEqual(['primary', 'standby'])
    expect(await write()).toBe(servers[0]?.port)
    await expect(
      pool.use(connection => connection.query('INSERT INTO note VALUES (1)'), { target: 'standby' }),
    ).rejects.toMatchObject({ errno: 1290 })
    expect(states()).toEqual(['primary', 'standby'])
  })

  it('change places: the first refused write tells (1290), and the next one is on the other host', async () => {
    open(false)
    await until(() => states().join() === 'primary,standby', 'both are known')
    await write()
    await readOnly(0, true)
    await expect(write()).rejects.toMatchObject({ errno: 1290 })
    const waiting = [write(), write(), write()]
    await readOnly(1, false)
    expect(await Promise.all(waiting)).toEqual(Array(3).fill(servers[1]?.port))
    await until(() => states().join() === 'standby,primary', 'both are known')
  })

  it('and back, when the primary is shut down', async () => {
    open(false)
    await until(() => states().join() === 'standby,primary', 'both are known')
    await roots[1]?.end()
    await servers[1]?.shutDown()
    await until(() => states()[1] === 'down', 'it is down')
    const waiting = write()
    await readOnly(0, false)
    expect(await waiting).toBe(servers[0]?.port)
  })
})
