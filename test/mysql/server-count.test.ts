// What the server counts while connections come back with a statement under way: never more than `max`, and one helper, if there is one.

import type { Connection as CallbackConnection } from 'mysql2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { patience, slack } from '../support/patience.js'
import { until } from '../support/until.js'

const long = "SELECT BENCHMARK(300000000, SHA2('x', 512))"

describe.skipIf(mariadbMissing())('a pool of 3 on MariaDB', () => {
  let threads: Threads
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())

  /** Serves five workers who give connections back with a statement under way, and tells what the server counted meanwhile. */
  const peaks = async (sql: string, how: 'release' | 'destroy', loans: number, killStatements = true) => {
    const driver = mysql({ ...threads.config, killStatements })
    const pool = createPool(driver, { min: 0, max: 3, closeTimeout: killStatements ? 5_000 : 60_000 })
    const peak = { withDatabase: 0, withHelper: 0 }
    let done = false
    const watch = async (): Promise<void> => {
      while (!done) {
        const rows = await threads.ask('SELECT db FROM information_schema.processlist WHERE user = ?', [
          threads.config.user,
        ])
        peak.withDatabase = Math.max(peak.withDatabase, rows.filter(({ db }) => db !== null).length)
        peak.withHelper = Math.max(peak.withHelper, rows.length)
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
    const watching = watch()
    const work = async (): Promise<void> => {
      while (loans-- > 0) {
        const lease = await pool.acquire({ timeout: 15_000 })
        let over = false
        const query = lease.connection
          .query(sql)
          .catch((error: unknown) => error)
          .finally(() => {
            over = true
          })
        await new Promise(resolve => setTimeout(resolve, 20))
        const late = over // this process was held up for as long as the statement ran
        lease[how]()
        if (late) continue
        expect(await query).toMatchObject({ code: 'PROTOCOL_CONNECTION_LOST' }) // at once, while the server works on
      }
    }
    try {
      await Promise.all(Array.from({ length: 5 }, work))
    } finally {
      await pool.close()
      done = true
      await watching
    }
    await until(async () => (await threads.count()) === 0, 'the helper is gone, too')
    return peak
  }

  it.each(['release', 'destroy'] as const)(
    'needs no helper for statements that end soon, after %s()',
    async how => {
      const { withDatabase, withHelper } = await peaks('SELECT SLEEP(0.3)', how, 12)
      expect(withDatabase).toBeLessThanOrEqual(3)
      expect(withHelper).toBeLessThanOrEqual(3)
    },
  )

  it.each(['release', 'destroy'] as const)(
    'kills those that do not, by one helper without a database, after %s()',
    async how => {
      const { withDatabase, withHelper } = await peaks(long, how, 9)
      expect(withDatabase).toBeLessThanOrEqual(3)
      expect(withHelper).toBeLessThanOrEqual(4)
    },
  )

  it.each(['release', 'destroy'] as const)(
    'without killStatements has no helper, and holds a place for as long as its statement runs, after %s()',
    async how => {
      const { withHelper } = await peaks('SELECT SLEEP(1.5)', how, 6, false) // longer than a statement has before it is killed
      expect(withHelper).toBeLessThanOrEqual(3)
    },
  )

  it('serves the next borrower soon after one who read a few of many rows', async () => {
    const pool = createPool(mysql(threads.config), { min: 0, max: 1, resetTimeout: patience })
    const core = (lent: unknown) => (lent as { connection: CallbackConnection }).connection
    const before = performance.now()
    await pool.use(async connection => {
      const rows = core(connection).query('SELECT * FROM seq_1_to_100000000').stream()
      for await (const _row of rows) break
    })
    await pool.use(connection => connection.query('SELECT 1'))
    expect(performance.now() - before).toBeLessThan(5_000 * slack) // all the rows take far longer
    await pool.close()
    await until(async () => (await threads.count()) === 0, 'the helper is gone, too')
  })

  it('sends nothing that the borrower asks for later', async () => {
    const driver = mysql(threads.config)
    const { signal } = new AbortController()
    const connection = await driver.connect({ signal, onLost() {} })
    await connection.query('CREATE OR REPLACE TABLE written (id int)')
    const sleeping = connection.query('SELECT SLEEP(0.2)').catch(() => 'refused')
    const queued = connection.query('INSERT INTO written VALUES (1)').catch(() => 'refused')
    const gone = driver.destroy(connection)
    const later = connection.execute('INSERT INTO written VALUES (2)').catch(() => 'refused')
    expect(await Promise.all([sleeping, queued, later])).toEqual(['refused', 'refused', 'refused'])
    expect([1, 2]).toContain(await threads.count()) // its own, and the one that kills the statement
    await gone
    await until(async () => (await threads.count()) === 0, 'the thread is gone')
    expect(await threads.ask('SELECT * FROM ??.written', [threads.config.database])).toEqual([])
  })
})
