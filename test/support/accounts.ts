// A table of accounts on the real server, a pool of two connections to pay with, and what must be true of them afterwards.

import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool, type Pool } from '../../src/index.js'
import { type Backends, watchBackends } from './backends.js'

/** A table of its own for each test: ada has 100, and bob nothing. */
export interface Accounts {
  readonly pool: Pool<pg.Client>
  readonly backends: Backends
  balanceOf(client: pg.Client, owner: string): Promise<number>
  add(client: pg.Client, owner: string, amount: number): Promise<unknown>
  /** What everybody sees: ada's balance, and bob's. */
  balances(): Promise<number[]>
  /** Both connections are as they were opened: nothing was left open, nothing lost, nothing had to be reset. */
  expectAllClean(): Promise<void>
}

/** Sets the table up for each test of a file; `table` is the file's own name for it. */
export function useAccounts(table: string): Accounts {
  let backends: Backends
  let pool: Pool<pg.Client>
  let resets = 0

  beforeAll(async () => {
    backends = await watchBackends(table)
  })
  beforeEach(async () => {
    const driver = postgres(backends.config)
    const reset: typeof driver.reset = async (...given) => {
      resets++
      await driver.reset?.(...given)
    }
    resets = 0
    pool = createPool({ ...driver, reset }, { min: 2, max: 2 })
    await pool.ready()
    await pool.use(client =>
      client.query(
        `CREATE TABLE ${table} (owner text PRIMARY KEY, balance int); INSERT INTO ${table} VALUES ('ada', 100), ('bob', 0)`,
      ),
    )
  })
  afterEach(async () => {
    await pool.use(client => client.query(`DROP TABLE ${table}`))
    await pool.close()
  })
  afterAll(() => backends.stop())

  const balanceOf = async (client: pg.Client, owner: string): Promise<number> =>
    (await client.query(`SELECT balance FROM ${table} WHERE owner = $1`, [owner])).rows[0].balance

  return {
    get pool() {
      return pool
    },
    get backends() {
      return backends
    },
    balanceOf,
    add: (client, owner, amount) =>
      client.query(`UPDATE ${table} SET balance = balance + $2 WHERE owner = $1`, [owner, amount]),
    balances: () =>
      pool.use(async client => [await balanceOf(client, 'ada'), await balanceOf(client, 'bob')]),
    async expectAllClean() {
      expect(pool.stats()).toMatchObject({ opened: 2, closed: 0, busy: 0, idle: 2 })
      expect(resets).toBe(0)
      const clients: pg.Client[] = []
      await pool.use(first => pool.use(second => void clients.push(first, second)))
      for (const client of clients) expect(await backends.stateOf(client)).toBe('idle')
    },
  }
}
