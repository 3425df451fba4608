// Borrowers of PostgreSQL connections who do not wait for their statements: through the driver, and through the drop-in.

import type pg from 'pg'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'

/** A pool, as such borrowers use it. */
export interface HastyPool {
  borrow(): Promise<{ readonly client: pg.ClientBase; release(): void; destroy(): void }>
  /** Runs a statement on a connection of its own. */
  query(sql: string): Promise<unknown>
  close(): Promise<void>
}

/** Makes a pool of `max` connections that waits for nothing that its borrowers left running. */
export type OpenHastyPool = (config: pg.ClientConfig, max: number) => HastyPool

const openDriver: OpenHastyPool = (config, max) => {
  const pool = createPool(postgres(config), { min: 0, max })
  return {
    async borrow() {
      const lease = await pool.acquire()
      return { client: lease.connection, release: () => lease.release(), destroy: () => lease.destroy() }
    },
    query: sql => pool.use(client => client.query(sql)),
    close: () => pool.close(),
  }
}

const openDropIn: OpenHastyPool = (config, max) => {
  const pool = new Pool({ ...config, max, statepool: { resetTimeout: 20 } })
  return {
    async borrow() {
      const client = await pool.connect()
      return { client, release: () => client.release(), destroy: () => client.release(true) }
    },
    query: sql => pool.query(sql),
    close: () => pool.end(),
  }
}

/** Both, by their names. */
export const hastyPools: readonly (readonly [string, OpenHastyPool])[] = [
  ['driver', openDriver],
  ['drop-in', openDropIn],
]

/** How long a client waits for an answer, where that is what ends a statement; in ms. */
const clientsLimit = 25

/** The ways in which a connection comes back while the server works for it, by their names. */
export const hastyWays: readonly (readonly [string, (pool: HastyPool, pause: number) => Promise<void>])[] = [
  [
    'released with a statement running',
    async (pool, pause) => {
      const loan = await pool.borrow()
      const query = loan.client.query('SELECT pg_sleep(60)').catch(() => {})
      await new Promise(resolve => setTimeout(resolve, pause))
      loan.release()
      await query
    },
  ],
  [
    'destroyed with a statement running',
    async (pool, pause) => {
      const loan = await pool.borrow()
      const query = loan.client.query('SELECT pg_sleep(60)').catch(() => {})
      await new Promise(resolve => setTimeout(resolve, pause))
      loan.destroy()
      await query
    },
  ],
  [
    'given back when the client’s patience had ended',
    async (pool, pause) => {
      const loan = await pool.borrow()
      const query = { text: 'SELECT pg_sleep(60)', query_timeout: clientsLimit + pause }
      await loan.client.query(query).catch(() => {})
      loan.release()
    },
  ],
  [
    'ended by their borrower with a statement running',
    async (pool, pause) => {
      const loan = await pool.borrow()
      const query = loan.client.query('SELECT pg_sleep(60)').catch(() => {})
      await new Promise(resolve => setTimeout(resolve, pause))
      void (loan.client as pg.Client).end()
      await query
      loan.release()
    },
  ],
]

/** Lends connections `loans` times to `borrowers` at once, each after another pause from 0 to 9 ms. */
export async function lendHastily(
  pool: HastyPool,
  way: (pool: HastyPool, pause: number) => Promise<void>,
  { borrowers, loans }: { borrowers: number; loans: number },
): Promise<void> {
  let left = loans
  const borrow = async (): Promise<void> => {
    while (left > 0) await way(pool, left-- % 10)
  }
  await Promise.all(Array.from({ length: borrowers }, borrow))
}
