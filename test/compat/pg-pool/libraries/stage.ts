// A table of pets on the tests' PostgreSQL, and libraries on pools of their own, which are ended after each test.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { Pool, type PoolConfig } from '../../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../../support/backends.js'
import { until } from '../../../support/until.js'
import type { Session } from './query-builder.js'

export interface Stage {
  /** An empty table of pets; it is there for each test. */
  readonly table: string
  readonly backends: Backends
  /** A pool whose backends are those that `backends` counts. */
  pool(config?: PoolConfig): Pool
  /** Ends the sessions of all clients of a pool that nobody uses, and resolves when it has noticed. */
  loseAll(pool: Pool): Promise<void>
  /** How many backends run a query at this moment. */
  active(): Promise<number>
}

/** Sets the table up for each test of a file, or of a block; `table` is its own name for it. */
export function useStage(table: string): Stage {
  let backends: Backends
  let admin: pg.Client
  let pools: Pool[] = []

  beforeAll(async () => {
    backends = await watchBackends(table)
    admin = new pg.Client({ ...backends.config, application_name: 'admin' })
    await admin.connect()
  })
  beforeEach(async () => {
    await admin.query(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`)
  })
  afterEach(async () => {
    for (const pool of pools) if (!pool.ending) await pool.end()
    pools = []
    await admin.query(`DROP TABLE ${table}`)
  })
  afterAll(async () => {
    await admin.end()
    await backends.stop()
  })

  return {
    table,
    get backends() {
      return backends
    },
    pool(config) {
      const pool = new Pool({ ...backends.config, ...config })
      pools.push(pool)
      return pool
    },
    async loseAll(pool) {
      // One that is still being connected would come later, and stay.
      await until(
        () => pool.totalCount > 0 && pool.statepool.stats().idle === pool.totalCount,
        'all clients are idle, and none is being reset',
      )
      const { lost } = pool.statepool.stats()
      const count = pool.totalCount
      await backends.terminateAll()
      await until(() => pool.statepool.stats().lost === lost + count, 'the pool has noticed')
    },
    async active() {
      const active = `SELECT FROM pg_stat_activity WHERE application_name = $1 AND state = 'active'`
      return (await admin.query(active, [table])).rowCount ?? 0
    },
  }
}

/** Whose session it is, on the server. */
export async function pidOf(session: Session): Promise<unknown> {
  const [row] = await session.rows('SELECT pg_backend_pid() AS pid')
  return row?.pid
}
