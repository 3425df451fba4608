// Drop-in pools on the MariaDB server, for one test each: ended after it, with no connection left.

import type { PoolConnection } from 'mysql2'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { createPool, type Pool, type PoolOptions } from '../../src/db/mysql2/index.js'
import { type Threads, watchThreads } from './mariadb-threads.js'
import { patience } from './patience.js'
import { until } from './until.js'

export interface DropInPools {
  readonly threads: Threads
  create(more?: PoolOptions): Pool
  borrow(pool: Pool): Promise<PoolConnection>
}

/** To be called in a `describe`. */
export function useMysqlPool(): DropInPools {
  let threads: Threads
  const pools: Pool[] = []

  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterEach(async () => {
    await Promise.all(pools.splice(0).map(pool => new Promise<void>(resolve => pool.end(() => resolve()))))
    await until(async () => (await threads.count()) === 0, 'no thread is left')
  })
  afterAll(() => threads.stop())

  return {
    get threads() {
      return threads
    },
    create(more = {}) {
      const { statepool, ...rest } = more
      const pool = createPool({
        ...threads.config,
        ...rest,
        statepool: { acquireTimeout: patience, drainTimeout: 2_000, ...statepool },
      })
      pools.push(pool)
      return pool
    },
    borrow: pool =>
      new Promise((resolve, reject) => {
        pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
      }),
  }
}
