// sequelize-pool: a validation that says yes (it insists on one). Every acquire has a deadline, which cannot be switched off: the
// default, 30 s, or the scenario's.

import { Pool } from 'sequelize-pool'
import { fill, type Peer } from '../peer.js'

/** It looks for idle connections on a timer that cannot be switched off: once in a quarter of an hour, so not at all. */
const never = 900_000

export const sequelizePool: Peer = {
  name: 'sequelize-pool',
  kind: 'rival',
  async open(source, { min, max, acquireTimeout = 30_000 }) {
    const pool = new Pool({
      create: () => source.connect(),
      destroy: connection => source.close(connection),
      validate: () => true,
      min,
      max,
      idleTimeoutMillis: never,
      reapIntervalMillis: never,
      acquireTimeoutMillis: acquireTimeout,
    })
    // The deadline belongs to the pool: set for each acquire here, so that some of many waiters are too late.
    const config = pool as unknown as { acquireTimeoutMillis: number }
    return fill(
      {
        acquire: () => pool.acquire(),
        connectionOf: connection => connection,
        release: connection => pool.release(connection),
        acquireWithin(timeout: number) {
          config.acquireTimeoutMillis = timeout
          const acquired = pool.acquire()
          config.acquireTimeoutMillis = acquireTimeout
          return acquired
        },
        async close() {
          await pool.drain()
          await pool.destroyAllNow()
        },
      },
      min,
    )
  },
}
