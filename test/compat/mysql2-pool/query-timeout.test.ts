// A query that its own time limit has answered, while the server works on: nobody waits for it, and nobody is answered twice.

import type { Pool, PoolConnection, QueryOptions } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { mysql } from '../../../src/db/mysql2/index.js'
import { createPool } from '../../../src/index.js'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'
import { until } from '../../support/until.js'

const slow = { sql: '\n  SELECT SLEEP(600)', timeout: 20 }
const methods = ['query', 'execute'] as const

type Asker = Pick<Pool | PoolConnection, 'query' | 'execute'>

/** Collects what its callback is called with, until it has been called. */
async function answers(asker: Asker, method: (typeof methods)[number], options: QueryOptions) {
  const codes: (string | undefined)[] = []
  asker[method](options, error => codes.push(error?.code))
  await until(() => codes.length > 0, 'it is answered')
  return codes
}

describe.skipIf(mariadbMissing())('after a query that timed out, a pool of one', () => {
  const pools = useMysqlPool()
  const atWork = async () =>
    (
      await pools.threads.ask(
        "SELECT id FROM information_schema.processlist WHERE info LIKE '%SLEEP(600)%' AND user = ?",
        [pools.threads.config.user],
      )
    ).length

  it.each(methods)('serves the next caller by the same connection, pool.%s()', async method => {
    const pool = pools.create({ connectionLimit: 1 })
    const first = await pools.borrow(pool)
    const { threadId } = first
    first.release()
    const codes = await answers(pool, method, slow)
    const next = await pools.borrow(pool)
    expect(next.threadId).toBe(threadId)
    expect(await atWork()).toBe(0)
    next.release()
    expect(codes).toEqual(['PROTOCOL_SEQUENCE_TIMEOUT'])
  })

  it.each(methods)('does so when its holder releases it after connection.%s()', async method => {
    const pool = pools.create({ connectionLimit: 1 })
    const connection = await pools.borrow(pool)
    const { threadId } = connection
    const codes = await answers(connection, method, slow)
    connection.release()
    const next = await pools.borrow(pool)
    expect(next.threadId).toBe(threadId)
    next.release()
    expect(codes).toEqual(['PROTOCOL_SEQUENCE_TIMEOUT'])
  })

  it.each(methods)('answers connection.%s() once, also when its holder destroys it', async method => {
    const pool = pools.create({ connectionLimit: 1 })
    const connection = await pools.borrow(pool)
    const codes = await answers(connection, method, slow)
    connection.destroy()
    const next = await pools.borrow(pool)
    expect(await atWork()).toBe(0)
    next.release()
    expect(codes).toEqual(['PROTOCOL_SEQUENCE_TIMEOUT'])
  })

  it('tells the listeners of a query once, and its end', async () => {
    const pool = pools.create({ connectionLimit: 1 })
    const told: string[] = []
    const query = pool.query(slow)
    query.once('error', ({ code }) => told.push(code)) // a second one would end the process
    query.on('result', () => told.push('result'))
    query.once('end', () => told.push('end'))
    await until(() => told.includes('end'), 'it has ended')
    expect(told).toEqual(['PROTOCOL_SEQUENCE_TIMEOUT', 'end'])
  })

  it('lets a holder who keeps the connection have the statement finish, as in mysql2', async () => {
    const pool = pools.create({ connectionLimit: 1 })
    const connection = await pools.borrow(pool)
    const codes = await answers(connection, 'query', { sql: 'SET @done = SLEEP(0.3) + 1', timeout: 20 })
    const [[row]] = (await connection.promise().query('SELECT @done AS done')) as unknown as [
      [{ done: number }],
    ]
    expect(row.done).toBe(1)
    connection.release()
    expect(codes).toEqual(['PROTOCOL_SEQUENCE_TIMEOUT'])
  })

  it('gives back only the connection of that query', async () => {
    const pool = pools.create({ connectionLimit: 2 })
    await answers(pool, 'query', slow)
    const connection = await pools.borrow(pool)
    await answers(connection, 'query', slow)
    expect(pool.statepool.leases()).toHaveLength(1)
    connection.release()
  })

  it('serves the next caller of the driver, too', async () => {
    const pool = createPool(mysql(pools.threads.config), { max: 1 })
    try {
      const caught = await pool.use(connection => connection.query(slow).catch((error: unknown) => error))
      expect(caught).toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
      await pool.use(connection => connection.query('SELECT 1'))
      expect(pool.stats().opened).toBe(1)
      await expect(pool.use(connection => connection.query(slow))).rejects.toMatchObject(caught as object)
      await pool.use(connection => connection.query('SELECT 1'))
      expect(await atWork()).toBe(0)
    } finally {
      await pool.close()
    }
  })
})
