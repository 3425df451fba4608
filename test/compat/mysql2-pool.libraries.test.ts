// Kysely, Drizzle and Knex on the drop-in when things go wrong: connections that die, pools that are exhausted, loans that end early.

import { sql as drizzleSql } from 'drizzle-orm'
import { int, mysqlTable } from 'drizzle-orm/mysql-core'
import { drizzle } from 'drizzle-orm/mysql2'
import knex from 'knex'
import { Kysely, MysqlDialect, sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import type { Pool } from '../../src/db/mysql2/index.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'
import { patience } from '../support/patience.js'
import { createSimulatedClock } from '../support/simulated-clock.js'
import { until } from '../support/until.js'

/** What is the same in all three. */
interface Library {
  one(): Promise<unknown>
  fail(): Promise<unknown>
  /** Calls back in a transaction, with its connection's id. */
  inTransaction(callback: (id: number) => Promise<void>): Promise<unknown>
}

const onKysely = (pool: Pool): Library => {
  const db = new Kysely<Record<string, never>>({ dialect: new MysqlDialect({ pool }) })
  return {
    one: () => sql`SELECT 1`.execute(db),
    fail: () => sql`SELECT * FROM no_such_table`.execute(db),
    inTransaction: callback =>
      db.transaction().execute(async trx => {
        const { rows } = await sql<{ id: number }>`SELECT CONNECTION_ID() AS id`.execute(trx)
        await callback(Number(rows[0]?.id))
      }),
  }
}

const onDrizzle = (pool: Pool): Library => {
  const db = drizzle({ client: pool })
  return {
    one: () => db.execute(drizzleSql`SELECT 1`),
    fail: () => db.execute(drizzleSql`SELECT * FROM no_such_table`),
    inTransaction: callback =>
      db.transaction(async tx => {
        const [rows] = await tx.execute(drizzleSql`SELECT CONNECTION_ID() AS id`)
        await callback(Number((rows as unknown as { id: number }[])[0]?.id))
      }),
  }
}

const onKnex = (pool: Pool): Library => {
  const db = knex({ client: 'mysql2', connectionPool: pool, log: { warn() {}, error() {} } })
  return {
    one: () => db.raw('SELECT 1'),
    fail: () => db.raw('SELECT * FROM no_such_table'),
    inTransaction: callback =>
      db.transaction(async trx => {
        const [rows] = await trx.raw('SELECT CONNECTION_ID() AS id')
        await callback(Number(rows[0].id))
      }),
  }
}

describe.skipIf(mariadbMissing())('on the drop-in pool', () => {
  const dropIn = useMysqlPool()

  describe.each([
    ['Kysely', onKysely],
    ['Drizzle', onDrizzle],
    ['Knex', onKnex],
  ])('%s', (_, on) => {
    it('keeps its connection over 50 queries that fail', async () => {
      const pool = dropIn.create({ connectionLimit: 1 })
      const library = on(pool)
      for (let i = 0; i < 50; i++) await expect(library.fail()).rejects.toThrow()
      await library.one()
      expect(pool.statepool.stats()).toMatchObject({ opened: 1 })
    })

    it('goes on after its connection was killed, in a transaction and between queries', async () => {
      const pool = dropIn.create({ connectionLimit: 1 })
      const library = on(pool)
      let id = 0
      const killed = library.inTransaction(async own => {
        await dropIn.threads.kill(own)
        await library.one() // waits for the connection that the transaction has
      })
      const outcome = killed.then(
        () => 'kept',
        () => 'lost',
      )
      await library.inTransaction(async own => {
        id = own
      })
      expect(await outcome).toBe('lost')
      await dropIn.threads.kill(id)
      await library.one()
      expect(pool.statepool.stats()).toMatchObject({ busy: 0, total: 1 })
    })

    it('is told who holds the connections, when none comes back in time', async () => {
      const clock = createSimulatedClock()
      const pool = dropIn.create({ connectionLimit: 1, statepool: { clock } })
      const library = on(pool)
      await library.inTransaction(async () => {
        const refused = library.one().catch((error: unknown) => error)
        await until(() => pool.statepool.stats().waiting === 1, 'the query waits')
        await clock.advance(patience)
        const error = await refused
        const { cause = error } = error as { cause?: unknown }
        expect(cause).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ lease: expect.any(Number) }] })
      })
      await library.one()
    })
  })

  it("Drizzle's iterator gives its connection back, with mysql2's warning, also when it is left early", async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const pool = dropIn.create({ connectionLimit: 1 })
    const db = drizzle({ client: pool })
    const numbers = mysqlTable('numbers', { n: int().primaryKey() })
    await db.execute(drizzleSql`CREATE TABLE numbers AS SELECT seq AS n FROM seq_1_to_5000`)
    let seen = 0
    for await (const _ of db.select().from(numbers).iterator()) seen++
    expect(seen).toBe(5_000)
    for await (const _ of db.select().from(numbers).iterator()) break
    await db.execute(drizzleSql`SELECT 1`)
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
    await until(() => pool.statepool.stats().busy === 0, 'it is back')
  })
})
