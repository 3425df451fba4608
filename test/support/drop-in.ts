// The drop-in on the tests' PostgreSQL, for what is its own and not pg.Pool's.

import pg from 'pg'
import { inject } from 'vitest'
import { Pool, type PoolConfig } from '../../src/db/pg/index.js'

/** Where the server is. */
export function server(): { host: string; port: number; user: string; password: string; database: string } {
  const { host, port, user, password, database } = inject('postgres')
  return { host, port, user, password, database }
}

/** The drop-in; `await using` ends it. */
export function dropIn(config: PoolConfig = {}): Pool {
  return new Pool({ ...server(), ...config })
}

/** The real one, to show what is different. */
export function pgPool(config: pg.PoolConfig = {}): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({ ...server(), ...config })
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() })
}

/** How many clients a pool opens from now on. */
export function countConnects(pool: pg.Pool): () => number {
  let count = 0
  pool.on('connect', () => {
    count++
  })
  return () => count
}
