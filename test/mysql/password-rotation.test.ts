// A password that changes while the pool runs, on a real MariaDB: new connections ask for it again, and evict() replaces the old ones softly.

import mysql2 from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPool as dropIn, mysql } from '../../src/db/mysql2/index.js'
import { createPool as promiseDropIn } from '../../src/db/mysql2/promise.js'
import { createPool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { rotateUnderLoad } from '../support/rotation.js'

describe.skipIf(mariadbMissing())('a password that changes on MariaDB', () => {
  let threads: Threads
  let current: string
  let asked: number
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())
  beforeEach(async () => {
    asked = 0
    await change('first')
  })

  async function change(password: string): Promise<void> {
    for (const host of ['localhost', '127.0.0.1', '%'])
      await threads.ask('ALTER USER ?@? IDENTIFIED BY ?', [threads.config.user, host, password])
    current = password
  }
  const config = () => ({
    ...threads.config,
    password: async () => {
      asked++
      return current
    },
  })

  it.each([
    [
      'the driver',
      () => {
        const pool = createPool(mysql(config()), { min: 3, max: 3 })
        return { pool, ask: () => pool.use(one => one.query('SELECT 1')), end: () => pool.close() }
      },
    ],
    [
      'the drop-in',
      () => {
        const pool = dropIn({ ...config(), connectionLimit: 3 })
        const ask = () =>
          new Promise<void>((resolve, reject) => {
            pool.query('SELECT 1', error => (error === null ? resolve() : reject(error)))
          })
        return { pool: pool.statepool, ask, end: () => pool.promise().end() }
      },
    ],
    [
      'the drop-in with promises',
      () => {
        const pool = promiseDropIn({ ...config(), connectionLimit: 3 })
        return { pool: pool.statepool, ask: () => pool.query('SELECT 1'), end: () => pool.end() }
      },
    ],
  ])('costs no caller of %s anything, and the server refuses the old one', async (_, open) => {
    const { pool, ask, end } = open()
    await ask()
    const { answered, errors } = await rotateUnderLoad({ pool, ask, change })
    expect(errors).toEqual([])
    expect(answered).toBeGreaterThan(100)
    expect(asked).toBeGreaterThanOrEqual(pool.stats().opened)
    await end()
    await expect(mysql2.createConnection({ ...threads.config, password: 'third' })).rejects.toThrow(
      'Access denied',
    )
  })
})
