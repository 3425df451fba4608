// What the listeners of `connection` do to a new connection is there for its first borrower, and for each one after a reset.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'
import { until } from '../../support/until.js'

describe.skipIf(mariadbMissing())("a listener of the drop-in's `connection` event", () => {
  const { create, borrow } = useMysqlPool()

  const ask = async (connection: PoolConnection, what: string): Promise<unknown> => {
    const [rows] = await connection.promise().query<RowDataPacket[]>(`SELECT ${what} AS answer`)
    return rows[0]?.answer
  }
  /** Makes connections ready, by several means. */
  const ways: Record<string, (pool: Pool) => void> = {
    'asks and does not wait': pool =>
      pool.on('connection', connection => {
        connection.query("SET time_zone = '+05:00'")
        connection.query('SET @ready = 1')
      }),
    'answers the query that it does not wait for': pool =>
      pool.on('connection', connection => connection.query("SET time_zone = '+05:00', @ready = 1")),
    'asks with callbacks': pool =>
      pool.on('connection', connection => {
        connection.query("SET time_zone = '+05:00'", () => connection.query('SET @ready = 1', () => {}))
      }),
    'is an async function': pool =>
      pool.on('connection', async connection => {
        await connection.promise().query("SET time_zone = '+05:00'")
        await new Promise(resolve => setTimeout(resolve, 20))
        await connection.promise().query('SET @ready = 1')
      }),
    'hears of it by the promise face': pool =>
      pool.promise().on('connection', async connection => {
        const session = (connection as unknown as PoolConnection).promise()
        await session.query("SET time_zone = '+05:00'")
        await session.query('SET @ready = 1')
      }),
  }
  /** Each takes from the session what was set. */
  const resets: Record<string, (connection: PoolConnection) => Promise<unknown>> = {
    'the pool reset it': async () => {},
    'its borrower reset it': connection => new Promise(resolve => connection.reset(resolve)),
    'its borrower changed the user': connection =>
      connection.promise().changeUser({
        user: connection.config.user as string,
        database: connection.config.database as string,
      }),
  }

  it.each(Object.keys(ways).flatMap(way => Object.keys(resets).map(reset => [way, reset] as const)))(
    'that %s makes it ready again after %s',
    async (way, reset) => {
      const pool = create({ connectionLimit: 1, resetOnRelease: reset === 'the pool reset it' })
      ways[way]?.(pool)
      for (let loan = 0; loan < 3; loan++) {
        const connection = await borrow(pool)
        expect(await ask(connection, "CONCAT(@@time_zone, ' ', @ready)")).toBe('+05:00 1')
        await resets[reset]?.(connection)
        connection.release()
      }
    },
  )

  it('is not asked again where nothing was undone', async () => {
    const pool = create({ connectionLimit: 1 })
    let heard = 0
    pool.on('connection', () => heard++)
    for (let loan = 0; loan < 3; loan++) (await borrow(pool)).release()
    expect(heard).toBe(1)
  })

  it('may change what a session commits by itself: that is how each borrower finds it', async () => {
    const pool = create({ connectionLimit: 1 })
    pool.on('connection', connection => {
      connection.query('SET autocommit = 0')
    })
    for (let loan = 0; loan < 3; loan++) {
      const connection = await borrow(pool)
      expect(await ask(connection, '@@autocommit')).toBe(0)
      connection.release()
    }
    expect(pool.statepool.stats().opened).toBe(1)
  })

  it('carries the store of no caller', async () => {
    const context = new AsyncLocalStorage<string>()
    const pool = create({ connectionLimit: 1 })
    const seen: unknown[] = []
    pool.on('connection', () => seen.push(context.getStore()))
    await context.run('the first caller', async () => (await borrow(pool)).release())
    expect(seen).toEqual([undefined])
  })

  it('may destroy the connection: nobody gets it', async () => {
    const pool = create({ connectionLimit: 1 })
    const destroyed: PoolConnection[] = []
    pool.once('connection', connection => {
      destroyed.push(connection)
      connection.destroy()
    })
    await borrow(pool).catch((error: Error) =>
      expect(error.message).toMatch(/ended the connection|Connection lost/),
    )
    const next = await borrow(pool)
    expect(destroyed).not.toContain(next)
    next.release()
  })

  it('that throws costs the pool no slot', async () => {
    const pool = create({ connectionLimit: 1 })
    await pool.promise().query('SELECT 1')
    const throwing = (): never => {
      throw new Error('a listener failed')
    }
    pool.once('connection', throwing)
    pool.statepool.evict()
    await until(() => pool.statepool.stats().total === 0, 'the first one is closed')
    await pool.promise().query('SELECT 1') // the next connect is tried
    expect(pool.listenerCount('connection')).toBe(0)
  })
})
