// What programs change in `pool.config` while the drop-in runs holds at once, as in mysql2.

import mysql2, { type Pool } from 'mysql2'
import { describe, expect, it } from 'vitest'
import type { PoolOptions } from '../../../src/db/mysql2/index.js'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'
import { until } from '../../support/until.js'

type Limits = { connectionLimit: number; queueLimit: number; waitForConnections: boolean }

describe.skipIf(mariadbMissing())('pool.config of the drop-in', () => {
  const dropIn = useMysqlPool()
  const { create, borrow } = dropIn

  const limitsOf = (pool: Pool): Limits => pool.config as unknown as Limits

  /** Borrows the one connection, changes the limits, and tells what becomes of three callers. */
  const fates = async (pool: Pool, change: (limits: Limits) => void): Promise<string[]> => {
    const answers: string[] = []
    const get = (): Promise<mysql2.PoolConnection> =>
      new Promise((resolve, reject) =>
        pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
      )
    const first = await get()
    change(limitsOf(pool))
    const callers = [1, 2, 3].map(() =>
      get().then(
        connection => {
          answers.push('served')
          connection.release()
        },
        (error: Error) => {
          answers.push(error.message)
        },
      ),
    )
    await new Promise(resolve => setTimeout(resolve, 50)) // who is refused is refused by now
    first.release()
    await Promise.all(callers)
    return answers.sort()
  }

  const changes: Record<string, [PoolOptions, (limits: Limits) => void]> = {
    'queueLimit set': [
      {},
      limits => {
        limits.queueLimit = 1
      },
    ],
    'queueLimit raised': [
      { queueLimit: 1 },
      limits => {
        limits.queueLimit = 2
      },
    ],
    'queueLimit lifted': [
      { queueLimit: 1 },
      limits => {
        limits.queueLimit = 0
      },
    ],
    'waitForConnections set to false': [
      {},
      limits => {
        limits.waitForConnections = false
      },
    ],
    'waitForConnections set to true': [
      { waitForConnections: false },
      limits => {
        limits.waitForConnections = true
      },
    ],
    'connectionLimit raised': [
      { queueLimit: 1 },
      limits => {
        limits.connectionLimit = 2
      },
    ],
  }

  it.each(Object.entries(changes))(
    '%s does to callers what it does in mysql2',
    async (_, [config, change]) => {
      const ours = await fates(create({ connectionLimit: 1, ...config }), change)
      const real = mysql2.createPool({
        ...dropIn.threads.config,
        connectionLimit: 1,
        ...(config as mysql2.PoolOptions),
      })
      const theirs = await fates(real, change)
      await real.promise().end()
      expect(ours).toEqual(theirs)
    },
  )

  it('has an idleTimeout that is set closes connections that have been idle for longer', async () => {
    const pool = create({ idleTimeout: Number.POSITIVE_INFINITY })
    const { config } = pool as unknown as { config: { idleTimeout: number } }
    await pool.promise().query('SELECT 1')
    config.idleTimeout = 0
    await until(() => pool.statepool.stats().total === 0, 'the idle connection is closed')
    expect([config.idleTimeout, pool.statepool.stats().closedBy]).toEqual([0, { 'idle timeout': 1 }])
    expect(() => {
      config.idleTimeout = -1
    }).toThrow('idleTimeout must be a number of milliseconds of at least 0, or Infinity.')
  })

  it('shows what was set, and refuses what is no count', () => {
    const limits = limitsOf(create())
    Object.assign(limits, { queueLimit: 3, waitForConnections: 0, connectionLimit: 4 })
    expect({ ...limits }).toMatchObject({ queueLimit: 3, waitForConnections: false, connectionLimit: 4 })
    expect(() => {
      limits.queueLimit = -1
    }).toThrow('queueLimit must be an integer of at least 0.')
    expect(limits.queueLimit).toBe(3)
  })

  it('has a password that was rotated used for the connections to come, and no other', async () => {
    const pool = create({ password: 'out of date', connectionLimit: 2 })
    const { connectionConfig } = pool.config as unknown as { connectionConfig: Record<string, unknown> }
    await expect(pool.promise().query('SELECT 1')).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
    connectionConfig.password = dropIn.threads.config.password
    const connection = await borrow(pool)
    expect(connection.config).toMatchObject({ user: dropIn.threads.config.user })
    connection.release()
  })

  it('has other settings of connections that are changed there hold for the connections to come', async () => {
    const pool = create({ connectionLimit: 1 })
    await pool.promise().query('SELECT 1')
    const { connectionConfig } = pool.config as unknown as { connectionConfig: Record<string, unknown> }
    connectionConfig.rowsAsArray = true
    pool.statepool.evict()
    await until(() => pool.statepool.stats().total === 0, 'the first one is closed')
    const connection = await borrow(pool)
    expect(await connection.promise().query('SELECT 1')).toMatchObject([[[1]], {}])
    connection.release()
  })
})
