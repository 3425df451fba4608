// The options of mysql2's createPool, and what they are in the pool beneath.

import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { type DropInOptions, parseDropInOptions } from '../../src/db/mysql2/drop-in/options.js'
import { createPool } from '../../src/db/mysql2/index.js'
import { startFaultProxy } from '../../support/fault-proxy.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'
import { until } from '../support/until.js'

describe("createPool of 'statepool/mysql2'", () => {
  const beneath = (given: DropInOptions | string): object => parseDropInOptions(given).statepool

  it.each<[DropInOptions | string, object]>([
    [{}, { min: 0, max: 10, idleTimeout: 60_000, maxWaiting: Number.POSITIVE_INFINITY }],
    [{ connectionLimit: 5 }, { max: 5 }],
    [{ connectionLimit: 0 }, { max: Number.MAX_SAFE_INTEGER }],
    [{ idleTimeout: 1_000 }, { idleTimeout: 1_000 }],
    [{ queueLimit: 7 }, { maxWaiting: 7 }],
    [{ queueLimit: 0 }, { maxWaiting: Number.POSITIVE_INFINITY }],
    [{ waitForConnections: false }, { maxWaiting: 0 }],
    [{ connectTimeout: 2_000 }, { connectTimeout: 2_000 }],
    [{ connectTimeout: '2000', ssl: false } as unknown as DropInOptions, { connectTimeout: 2_000 }],
    [{ connectTimeout: 0 }, { connectTimeout: Number.POSITIVE_INFINITY }],
    [
      { connectionLimit: 5, statepool: { max: 6, maxLifetime: 1 } },
      { max: 6, maxLifetime: 1 },
    ],
    ['mysql://web@db/shop?connectionLimit=3', { max: 3 }],
  ])('says %o as %o', (given, expected) => {
    expect(beneath(given)).toMatchObject(expected)
  })

  it.each<[unknown, string]>([
    [{ connectionLimit: -1 }, 'connectionLimit must be an integer of at least 0.'],
    [{ idleTimeout: 'soon' }, 'idleTimeout must be a number of milliseconds of at least 0, or Infinity.'],
    [{ Promise: 'bluebird' }, 'Promise must be a function.'],
    [17, 'createPool takes a URI or an object of options.'],
    [{ port: 'abc' }, 'port must be an integer from 1 to 65535; got something else (not shown).'],
  ])('refuses %o', (given, message) => {
    expect(() => parseDropInOptions(given as DropInOptions)).toThrow(message)
  })

  it.each<DropInOptions | string>([
    { user: 'web', password: 'hunter2', password2: 'hunter2', ssl: { key: 'hunter2' } },
    'mysql://web:hunter2@db/shop',
  ])('shows nobody the password who prints the pool: %#', given => {
    const pool = createPool(given)
    expect(inspect(pool, { depth: 20 })).not.toContain('hunter2')
    expect(inspect(pool.promise(), { depth: 20 })).not.toContain('hunter2')
    const { password } = (pool.config as unknown as { connectionConfig: { password: string } })
      .connectionConfig
    expect(password).toBe('hunter2')
    pool.end()
  })

  it('reads the options that a class has, as mysql2 does', () => {
    class Settings {
      get host(): string {
        return 'db'
      }
      get connectionLimit(): number {
        return 3
      }
    }
    const { mysql2, connection } = parseDropInOptions(new Settings())
    expect(mysql2).toMatchObject({ connectionLimit: 3, connectionConfig: { host: 'db' } })
    expect(connection.description).toBe('mysql on db:3306/')
  })

  it('refuses a getConnection() without a callback where it is called, and ends no process', () => {
    const pool = createPool({})
    expect(() => Reflect.apply(pool.getConnection, pool, [])).toThrow('pool.promise().getConnection()')
    pool.end()
  })

  it('has no timer of its own, and mysql2 has nothing to say to its options', () => {
    const complain = vi.spyOn(console, 'error')
    const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const before = timers()
    const given = { connectionLimit: 5, maxIdle: 2, idleTimeout: 1, gracefulEnd: true, resetOnRelease: true }
    const pool = createPool(given)
    expect(timers()).toBe(before)
    pool.end()
    expect(complain).not.toHaveBeenCalled()
    complain.mockRestore()
  })
})

describe.skipIf(mariadbMissing())('a pool with', () => {
  const dropIn = useMysqlPool()
  const { create, borrow } = dropIn

  it('waitForConnections: false refuses who would have to wait, and nobody else', async () => {
    const pool = create({ connectionLimit: 2, waitForConnections: false })
    const connections = await Promise.all([borrow(pool), borrow(pool)])
    const refused = borrow(pool)
    await expect(refused).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    await expect(refused).rejects.toMatchObject({
      message: 'No connections available.',
      detail: expect.stringContaining('The acquire was refused'),
    })
    for (const connection of connections) connection.release()
  })

  it('queueLimit: 1 lets one wait', async () => {
    const pool = create({ connectionLimit: 1, queueLimit: 1 })
    const connection = await borrow(pool)
    const waiting = borrow(pool)
    await expect(borrow(pool)).rejects.toMatchObject({ message: 'Queue limit reached.' })
    connection.release()
    ;(await waiting).release()
  })

  it("a wrong password passes the driver's own error on at once, as mysql2 does", async () => {
    const pool = create({ password: 'wrong' })
    await expect(borrow(pool)).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
    await expect(pool.promise().query('SELECT 1')).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
  })

  it('a server that was there is waited for when it is away', async () => {
    const { host, port } = dropIn.threads.config as { host: string; port: number }
    const proxy = await startFaultProxy({ host, port })
    const waiting = create({ host: proxy.host, port: proxy.port, connectionLimit: 1 })
    const failing = create({
      host: proxy.host,
      port: proxy.port,
      connectionLimit: 1,
      statepool: { whenDown: 'fail' },
    })
    for (const pool of [waiting, failing]) (await borrow(pool)).release()
    await proxy.refuse()
    proxy.reset()
    await until(
      () => [waiting, failing].every(pool => pool.statepool.stats().total === 0),
      'both have lost their connection',
    )
    await expect(borrow(failing)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    let settled = false
    const asked = borrow(waiting).finally(() => {
      settled = true
    })
    await until(() => waiting.statepool.stats().failedConnects > 0, 'a connect has failed')
    expect(settled).toBe(false)
    await proxy.pass()
    ;(await asked).release()
    proxy.reset()
    await proxy.close()
  })

  it('connectionLimit: 0 has no limit', async () => {
    const pool = create({ connectionLimit: 0, statepool: { maxConnecting: 15 } })
    const connections = await Promise.all(Array.from({ length: 15 }, () => borrow(pool)))
    expect(pool.statepool.stats().busy).toBe(15)
    for (const connection of connections) connection.release()
  })

  it('maxIdle keeps no more idle connections than that', async () => {
    const pool = create({ connectionLimit: 3, maxIdle: 1 })
    const ends: string[] = []
    pool.statepool.eventsOf('connection.closed').subscribe(({ reason }) => ends.push(reason))
    const connections = await Promise.all([borrow(pool), borrow(pool), borrow(pool)])
    for (const connection of connections) connection.release()
    await until(() => pool.statepool.stats().total === 1, 'one is left')
    expect(pool.statepool.stats().idle).toBe(1)
    expect(ends).toEqual(['max idle', 'max idle'])
  })

  it('resetOnRelease lends sessions as good as new', async () => {
    const pool = create({ connectionLimit: 1, resetOnRelease: true }).promise()
    await pool.query('SET @mine = 7')
    expect((await pool.query('SELECT @mine AS answer'))[0]).toEqual([{ answer: null }])
  })

  it('a password function asks it on each connect', async () => {
    let asked = 0
    const pool = create({
      password: () => {
        asked++
        return dropIn.threads.config.password
      },
    })
    const connections = await Promise.all([borrow(pool), borrow(pool)])
    expect(asked).toBe(2)
    for (const connection of connections) connection.release()
  })
})
