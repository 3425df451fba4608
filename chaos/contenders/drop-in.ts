// The drop-in for pg.Pool, used as pg.Pool's documentation says and with its options, except that a client need not be told why it
// comes back: what a SQL error or a dead socket means for it, the pool finds out by itself.

import { Pool } from '../../src/db/pg/index.js'
import type { Contender } from '../contender.js'
import { deadlines } from './statepool.js'

export const dropIn: Contender = {
  name: 'drop-in',
  asserted: true,
  open(config, { acquireTimeout, ...sizes }) {
    // What pg.Pool has one option for are two here: how long a caller waits, and how long a connect may take.
    const statepool = { ...sizes, acquireTimeout, ...deadlines, drainTimeout: 2_000 }
    const pool = new Pool({ ...config, statepool })
    return {
      async use(work) {
        const client = await pool.connect()
        try {
          return await work(client)
        } finally {
          client.release()
        }
      },
      total: () => pool.statepool.stats().total,
      close: () => pool.end(),
    }
  },
}
