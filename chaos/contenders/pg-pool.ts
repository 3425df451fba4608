// pg.Pool, for comparison, used as its documentation says: `error` is listened to, and a client that failed is not kept.

import pg from 'pg'
import type { Contender } from '../contender.js'

export const pgPool: Contender = {
  name: 'pg',
  asserted: false,
  open(config, { max, connectTimeout }) {
    // One time limit for all that connect() does: waiting for a client, and opening one. The shorter one keeps it from hanging.
    const pool = new pg.Pool({ ...config, max, connectionTimeoutMillis: connectTimeout })
    pool.on('error', () => {})
    return {
      async use(work) {
        const client = await pool.connect()
        try {
          const result = await work(client)
          client.release()
          return result
        } catch (error) {
          client.release(error instanceof Error ? error : true)
          throw error
        }
      },
      total: () => pool.totalCount,
      close: () => pool.end(),
    }
  },
}
