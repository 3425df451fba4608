// generic-pool: no validation, no evictor (its defaults), no deadline for acquires unless one is asked for (its default).

import generic from 'generic-pool'
import { fill, type Peer } from '../peer.js'

export const genericPool: Peer = {
  name: 'generic-pool',
  kind: 'rival',
  async open(source, { min, max, acquireTimeout }) {
    const pool = generic.createPool(
      { create: () => source.connect(), destroy: connection => source.close(connection) },
      {
        min,
        max,
        fifo: false, // the most recently used first, as in the others
        ...(acquireTimeout !== undefined && { acquireTimeoutMillis: acquireTimeout }),
      },
    )
    // The deadline belongs to the pool: set for each acquire here, so that some of many waiters are too late.
    const { _config: config } = pool as unknown as { _config: { acquireTimeoutMillis: number } }
    return fill(
      {
        acquire: () => pool.acquire(),
        connectionOf: connection => connection,
        release: connection => void pool.release(connection),
        acquireWithin(timeout: number) {
          config.acquireTimeoutMillis = timeout
          const acquired = pool.acquire()
          config.acquireTimeoutMillis = acquireTimeout ?? timeout
          return acquired
        },
        async close() {
          await pool.drain()
          await pool.clear()
        },
      },
      min,
    )
  },
}
