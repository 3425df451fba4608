// What MariaDB counts while the set-up of connections takes longer than a connect may: never more than `max`, and one helper.

import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as createDropIn } from '../../src/db/mysql2/index.js'
import { createPool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { until } from '../support/until.js'

describe.skipIf(mariadbMissing())('a pool of one on MariaDB', () => {
  let threads: Threads
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())

  const slow = (connection: Connection): Promise<unknown> => connection.query('SELECT SLEEP(60)')
  const failing = async (connection: Connection): Promise<void> => {
    slow(connection).catch(() => {})
    throw new Error('not today')
  }

  const limits = { connectTimeout: 400, random: () => 0 }
  const opens: Record<
    string,
    (setUp: (connection: Connection) => Promise<unknown>) => { end(): Promise<void> }
  > = {
    'onConnect of the pool': setUp => {
      const pool = createPool(mysql(threads.config), { min: 1, max: 1, ...limits, onConnect: setUp })
      return { end: () => pool.close() }
    },
    'a connection listener of the drop-in': setUp => {
      const pool = createDropIn({
        ...threads.config,
        connectionLimit: 1,
        connectTimeout: limits.connectTimeout,
        statepool: { random: limits.random, whenDown: 'wait' },
      })
      pool.on('connection', connection => setUp(connection.promise()))
      pool.query('SELECT 1', () => {})
      return { end: () => pool.promise().end() }
    },
  }

  it.each(
    Object.entries(opens).flatMap(([name, open]) => [
      [name, 'takes too long', open, slow] as const,
      [name, 'throws with its statement under way', open, failing] as const,
    ]),
  )('%s that %s: one thread, and the helper', async (_, _how, open, setUp) => {
    let runs = 0
    const counting = (connection: Connection): Promise<unknown> => {
      runs++
      return setUp(connection)
    }
    const pool = open(counting)
    const sql = 'SELECT db FROM information_schema.processlist WHERE user = ?'
    let peak = 0
    await until(async () => {
      const rows = await threads.ask(sql, [threads.config.user])
      peak = Math.max(peak, rows.filter(({ db }) => db !== null).length)
      return runs >= 4
    }, 'it has tried a few times')
    expect(peak).toBe(1)
    await pool.end()
    await until(async () => (await threads.count()) === 0, 'no thread is left')
  })
})
