// The pools on mysql2 that chaos is done to: the driver with the pool's own API, and the drop-in for mysql2's pool.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Client, PoolUnderTest } from '../../chaos/contender.js'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as createDropIn } from '../../src/db/mysql2/promise.js'
import { createPool } from '../../src/index.js'

export interface MysqlConfig {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** Connections that a pool may have. */
export const max = 3

/** A query that is not answered for this long has failed, as far as mysql2 is concerned; in milliseconds. */
const timeout = 1_200

/** Shorter than the defaults, or a story about silence would take long. */
const deadlines = {
  ...{ acquireTimeout: 10_000, connectTimeout: 800, drainTimeout: 2_000 },
  ...{ validateTimeout: 300, resetTimeout: 300, closeTimeout: 300 },
}

export const mysqlContenders: Readonly<Record<string, (config: MysqlConfig) => PoolUnderTest>> = {
  'the pool with the mysql2 driver': config => {
    const pool = createPool(mysql(config), { min: max, max, ...deadlines })
    return {
      use: work => pool.use(connection => work(asPg(connection))),
      total: () => pool.stats().total,
      close: () => pool.close(),
    }
  },

  "the drop-in for mysql2's pool": config => {
    const pool = createDropIn({ ...config, connectionLimit: max, statepool: deadlines })
    return {
      async use(work) {
        const connection = await pool.getConnection()
        try {
          return await work(asPg(connection))
        } finally {
          connection.release()
        }
      },
      total: () => pool.statepool.stats().total,
      close: () => pool.end(),
    }
  },
}

/** What the load asks, in mysql2's words. */
function asPg(connection: Connection): Client {
  const query = async (sql: string, values: unknown[]): Promise<{ rows: RowDataPacket[] }> => {
    const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout }, values)
    return { rows }
  }
  return { query } as unknown as Client
}
