// lightning-pool: no validation, no housekeeping timer, LIFO, no deadline for acquires unless one is asked for (its default).
//
// Its `min` stays 0: with any other it schedules a look at the minimum after each acquire, which costs it time, and without
// housekeeping it never shrinks anyway. Its bound of 1,000 waiters is lifted.

import { Pool } from 'lightning-pool'
import { fill, type Peer } from '../peer.js'

export const lightningPool: Peer = {
  name: 'lightning-pool',
  kind: 'rival',
  async open(source, { min, max, acquireTimeout = 0, defaults = false }) {
    const pool = new Pool(
      { create: () => source.connect(), destroy: connection => source.close(connection) },
      {
        max,
        min: 0,
        maxQueue: Number.MAX_SAFE_INTEGER,
        ...(!defaults && {
          fifo: false,
          validation: false,
          houseKeepInterval: 0,
          acquireTimeoutMillis: acquireTimeout,
        }),
      },
    )
    const { options } = pool
    return fill(
      {
        acquire: () => pool.acquire(),
        connectionOf: connection => connection,
        release: connection => pool.release(connection),
        // The deadline is an option of the pool that can be changed while it runs.
        acquireWithin(timeout: number) {
          options.acquireTimeoutMillis = timeout
          const acquired = pool.acquire()
          options.acquireTimeoutMillis = acquireTimeout
          return acquired
        },
        close: () => pool.closeAsync(),
      },
      min,
    )
  },
}
