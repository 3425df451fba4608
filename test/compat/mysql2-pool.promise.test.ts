// The drop-in for mysql2/promise's pool: the same pool with promises, whose connections are fenced by their loans.

import type { PoolConnection } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { createPool } from '../../src/db/mysql2/promise.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'
import { until } from '../support/until.js'

describe.skipIf(mariadbMissing())("the drop-in for mysql2/promise's pool", () => {
  const dropIn = useMysqlPool()

  it('queries, executes, borrows and ends', async () => {
    const pool = createPool({ ...dropIn.threads.config, connectionLimit: 1 })
    expect((await pool.query('SELECT ? AS n', [1]))[0]).toEqual([{ n: 1 }])
    expect((await pool.execute('SELECT ? AS n', [2]))[0]).toEqual([{ n: 2 }])
    await expect(pool.query('SELECT * FROM no_such_table')).rejects.toMatchObject({
      code: 'ER_NO_SUCH_TABLE',
    })
    const connection = await pool.getConnection()
    await connection.beginTransaction()
    await connection.commit()
    connection.release()
    expect(pool.statepool.stats()).toMatchObject({ total: 1, opened: 1 })
    await pool.end()
    expect(await dropIn.threads.count()).toBe(0)
  })

  it("a loan that is over reaches no connection, not even one that is somebody else's by now", async () => {
    const pool = dropIn.create({ connectionLimit: 1 }).promise()
    const first = await pool.getConnection()
    first.release()
    const second = await pool.getConnection()
    first.release()
    first.destroy()
    await expect(first.query('SELECT 1')).rejects.toThrow('used after its release')
    await second.query('SELECT 1')
    expect(pool.statepool.stats()).toMatchObject({ busy: 1, opened: 1 })
    second.release()
    expect(pool.statepool.stats()).toMatchObject({ busy: 0, idle: 1 })
  })

  it('nor does a statement that was prepared in it, nor its faces', async () => {
    const pool = dropIn.create({ connectionLimit: 1 }).promise()
    const first = await pool.getConnection()
    const statement = await first.prepare('SELECT ? AS n')
    expect((await statement.execute([1]))[0]).toEqual([{ n: 1 }])
    first.release()
    const second = await pool.getConnection()
    await expect(statement.execute([2])).rejects.toThrow('used after its release')
    await statement.close() // which would close that of the second holder
    const { connection } = first as unknown as { connection: PoolConnection }
    await expect(connection.promise().query('SELECT 1')).rejects.toThrow('used after its release')
    const same = await second.prepare('SELECT ? AS n')
    expect((await same.execute([3]))[0]).toEqual([{ n: 3 }])
    await same.close()
    second.release()
  })

  it("one whose session was lost says so in mysql2's words, by rejecting, whatever its borrower tries before giving it back", async () => {
    const pool = dropIn.create({ connectionLimit: 1 }).promise()
    const connection = await pool.getConnection()
    await connection.beginTransaction()
    const query = connection.query('SELECT SLEEP(60)').catch(error => error)
    await until(() => dropIn.threads.count().then(count => count === 1), 'it is connected')
    await dropIn.threads.kill(connection.threadId)
    expect(await query).toMatchObject({ code: 'PROTOCOL_CONNECTION_LOST' }) // an older mysql2 leaves `fatal` out
    await expect(connection.rollback()).rejects.toThrow('closed state')
    expect(connection.threadId).toBeTypeOf('number')
    connection.release()
    await expect(connection.rollback()).rejects.toMatchObject({ code: 'LEASE_RELEASED' })
    expect((await pool.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
  })

  it('pool.releaseConnection() gives back', async () => {
    const pool = dropIn.create().promise()
    pool.releaseConnection(await pool.getConnection())
    await until(() => pool.statepool.stats().idle === 1, 'it is back')
  })

  it('hears of acquire and release', async () => {
    const pool = dropIn.create().promise()
    const heard: string[] = []
    for (const event of ['connection', 'acquire', 'release'] as const)
      pool.on(event as 'acquire', () => heard.push(event))
    const connection = await pool.getConnection()
    connection.release()
    expect(heard).toEqual(['connection', 'acquire', 'release'])
  })

  it('is given back and ended by `await using`', async () => {
    const own = createPool(dropIn.threads.config)
    {
      await using pool = own
      await using connection = await pool.getConnection()
      await connection.query('SELECT 1')
    }
    expect(own.statepool.stats().state).toBe('closed')
  })
})
