// rate-limiter-flexible's MySQL store on the drop-in pool.

import { RateLimiterMySQL } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import type { Pool, PoolOptions } from '../../../../src/db/mysql2/index.js'
import { mariadbMissing } from '../../../support/mariadb-threads.js'
import { useMysqlPool } from '../../../support/mysql-pool.js'
import { patience } from '../../../support/patience.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

describe.skipIf(mariadbMissing())("rate-limiter-flexible's MySQL store", () => {
  const dropIn = useMysqlPool()

  /** A limiter on a pool; it calls back when its table is there. */
  async function start(
    tableName: string,
    config: PoolOptions,
  ): Promise<{ pool: Pool; limiter: RateLimiterMySQL }> {
    const pool = dropIn.create(config)
    const limiter = await new Promise<RateLimiterMySQL>((resolve, reject) => {
      const options = { storeClient: pool, dbName: dropIn.threads.config.database, tableName }
      const created: RateLimiterMySQL = new RateLimiterMySQL(
        { ...options, points: 5, duration: 3_600, clearExpiredByTimeout: false },
        error => (error ? reject(error) : resolve(created)),
      )
    })
    return { pool, limiter }
  }

  it('takes the drop-in for a pool, and counts exactly under concurrency', async () => {
    const { pool, limiter } = await start('counted', { connectionLimit: 3 })
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => limiter.consume('ada')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(await limiter.get('ada')).toMatchObject({ consumedPoints: 12, remainingPoints: 0 })
    expect(await dropIn.threads.count()).toBeLessThanOrEqual(3)
    expect(pool.statepool.stats()).toMatchObject({ busy: 0, waiting: 0 })
  })

  it('keeps its connection when its queries fail, with no transaction left open', async () => {
    const { pool, limiter } = await start('failing', { connectionLimit: 1 })
    const { database } = dropIn.threads.config
    await dropIn.threads.ask('RENAME TABLE ??.failing TO ??.away', [database, database])
    for (let i = 0; i < 10; i++)
      await expect(limiter.consume('ada')).rejects.toMatchObject({ code: 'ER_NO_SUCH_TABLE' })
    await dropIn.threads.ask('RENAME TABLE ??.away TO ??.failing', [database, database])
    expect(await limiter.consume('ada')).toMatchObject({ remainingPoints: 4 })
    const [rows] = await pool.promise().query('SELECT @@in_transaction AS open')
    expect(rows).toEqual([{ open: 0 }])
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
  })

  it('says who holds the connections when none comes back in time, and counts again after a release', async () => {
    const clock = createSimulatedClock()
    const { pool, limiter } = await start('contended', { connectionLimit: 1, statepool: { clock } })
    const connection = await dropIn.borrow(pool)
    const refused = limiter.consume('ada').catch(error => error)
    await until(() => pool.statepool.stats().waiting === 1, 'the limiter waits')
    await clock.advance(patience)
    expect(await refused).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ lease: expect.any(Number) }] })
    connection.release()
    expect(await limiter.consume('ada')).toMatchObject({ remainingPoints: 4 })
  })

  it('counts on after its connection was killed', async () => {
    const { pool, limiter } = await start('killed', { connectionLimit: 1 })
    await limiter.consume('ada')
    const connection = await dropIn.borrow(pool)
    const { threadId } = connection
    connection.release()
    await dropIn.threads.kill(threadId)
    await until(() => pool.statepool.stats().lost === 1, 'the pool has noticed')
    expect(await limiter.consume('ada')).toMatchObject({ remainingPoints: 3 })
  })

  it('fails at once when the pool has ended, which leaves no thread', async () => {
    const { pool, limiter } = await start('ended', { connectionLimit: 2 })
    await limiter.consume('ada')
    await pool.promise().end()
    await expect(limiter.consume('ada')).rejects.toThrow()
    expect(await dropIn.threads.count()).toBe(0)
  })
})
