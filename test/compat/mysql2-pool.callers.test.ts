// What a caller of the drop-in for mysql2's pool meets: its own async context, its own stack, its own listeners, and always an answer.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, PoolConnection } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'
import { until } from '../support/until.js'

const context = new AsyncLocalStorage<number>()
type Ask = (pool: Pool, done: () => void) => void

const forms: Record<string, Ask> = {
  'pool.query(sql, callback)': (pool, done) => pool.query('SELECT 1', done),
  'pool.query that fails': (pool, done) => pool.query('SELECT * FROM no_such_table', done),
  'pool.execute(sql, callback)': (pool, done) => pool.execute('SELECT 1', done),
  'pool.getConnection(callback)': (pool, done) =>
    pool.getConnection((_, connection) => {
      connection.release()
      done()
    }),
  'connection.query(sql, callback)': (pool, done) =>
    pool.getConnection((_, connection) =>
      connection.query('SELECT 1', () => {
        connection.release()
        done()
      }),
    ),
  'connection.execute(sql, callback)': (pool, done) =>
    pool.getConnection((_, connection) =>
      connection.execute('SELECT 1', () => {
        connection.release()
        done()
      }),
    ),
  'connection.ping(callback)': (pool, done) =>
    pool.getConnection((_, connection) =>
      connection.ping(() => {
        connection.release()
        done()
      }),
    ),
}

describe.skipIf(mariadbMissing())("callers of the drop-in for mysql2's pool", () => {
  const dropIn = useMysqlPool()
  const { create, borrow } = dropIn

  it.each(Object.entries(forms))('%s calls back in the context of its own caller', async (_, ask) => {
    const pool = create({ connectionLimit: 2 })
    const callers = Array.from({ length: 50 }, (_, n) => n)
    const seen = await Promise.all(
      callers.map(n =>
        context.run(n, () => new Promise(resolve => ask(pool, () => resolve(context.getStore())))),
      ),
    )
    expect(seen).toEqual(callers)
  })

  it('end(callback) calls back in the context of its caller', async () => {
    const pool = create()
    const seen = await context.run(
      7,
      () => new Promise(resolve => pool.end(() => resolve(context.getStore()))),
    )
    expect(seen).toBe(7)
  })

  it.each(['getConnection', 'query', 'execute'] as const)(
    'with promises, the stack of what %s rejects with leads to its caller',
    async method => {
      const pool = create({ connectionLimit: 1, statepool: { acquireTimeout: 500 } })
      const connection = await borrow(pool)
      async function findOrders(): Promise<void> {
        if (method === 'getConnection') await pool.promise().getConnection()
        else if (method === 'query') await pool.promise().query('SELECT 1')
        else await pool.promise().execute('SELECT 1')
      }
      const error = await findOrders().catch((error: Error) => error)
      expect(error?.stack).toContain('findOrders')
      connection.release()
    },
  )

  it('each of those whom one failed connect fails gets a stack of its own', async () => {
    const pool = create({ password: 'wrong', connectionLimit: 1 }).promise()
    async function one(): Promise<void> {
      await pool.getConnection()
    }
    async function other(): Promise<void> {
      await pool.getConnection()
    }
    const errors = await Promise.all([one(), other()].map(asked => asked.catch((error: Error) => error)))
    expect(errors[0]?.stack).toContain('one')
    expect(errors[0]?.stack).not.toContain('other')
    expect(errors[1]?.stack).toContain('other')
    expect(errors[1]).toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR', errno: 1045 })
  })

  it('what a borrower hangs on a connection ends with its lease; what a listener of `connection` hangs stays', async () => {
    const pool = create({ connectionLimit: 1 })
    const own = (): void => {}
    pool.on('connection', connection => connection.on('error', own))
    const counts: number[] = []
    for (let i = 0; i < 12; i++) {
      const connection = await borrow(pool)
      counts.push(connection.listenerCount('error'), connection.listenerCount('drain'))
      expect(connection.listeners('error')).toContain(own)
      connection.on('error', () => {})
      connection.on('drain', () => {})
      connection.release()
    }
    expect(new Set(counts.filter((_, index) => index % 2 === 0)).size).toBe(1)
    expect(counts.filter((_, index) => index % 2 === 1)).toEqual(Array(12).fill(0))
    expect(pool.statepool.stats().opened).toBe(1)
  })

  const spoils: Record<string, (connection: PoolConnection) => void> = {
    pauses: connection => connection.pause(),
    destroys: connection => connection.destroy(),
    'destroys the socket of': connection =>
      (connection as unknown as { stream: { destroy(): void } }).stream.destroy(),
  }
  it.each(Object.entries(spoils))(
    'a connection that its borrower %s is leased to no one, not even to a caller who waits',
    async (_, spoil) => {
      const pool = create({ connectionLimit: 1 })
      const connection = await borrow(pool)
      const waiting = borrow(pool)
      spoil(connection)
      connection.release()
      const next = await waiting
      expect(next).not.toBe(connection)
      await next.promise().query('SELECT 1')
      next.release()
    },
  )

  it.each(['acquire', 'connection'] as const)(
    'a listener of %s that throws fails the caller, and no slot is lost',
    async event => {
      const pool = create({ connectionLimit: 1 })
      pool.once(event, () => {
        throw new Error('a listener failed')
      })
      await expect(pool.promise().query('SELECT 1')).rejects.toThrow('a listener failed')
      await pool.promise().query('SELECT 1')
      await until(() => pool.statepool.stats().busy === 0, 'it is back')
    },
  )

  it.each(['query', 'execute'] as const)(
    'pool.%s answers once when a listener of acquire releases the connection',
    async method => {
      const pool = create({ connectionLimit: 1 })
      pool.once('acquire', connection => connection.release())
      const answers: unknown[] = []
      await new Promise<void>(resolve =>
        pool[method]('SELECT 1', error => {
          answers.push(error)
          resolve()
        }),
      )
      await pool.promise().query('SELECT 1')
      expect(answers).toEqual([expect.objectContaining({ code: 'LEASE_RELEASED' })])
    },
  )
})
