// One changed import is all: what programs have from 'pg' beside Pool, and what they do to pools, goes on as it was.

import type original from 'pg'
import { expect, expectTypeOf, it } from 'vitest'
import dropInForPg, {
  Client,
  DatabaseError,
  Pool,
  type PoolClient,
  type QueryResult,
  type QueryResultRow,
  types,
} from '../../../src/db/pg/index.js'
import { server } from '../../support/drop-in.js'
import { until } from '../../support/until.js'

it("has pg's types, and pg itself as its default export", async () => {
  expectTypeOf<PoolClient>().toEqualTypeOf<original.PoolClient>()
  expectTypeOf<QueryResult<{ one: number }>>().toEqualTypeOf<original.QueryResult<{ one: number }>>()
  expectTypeOf<QueryResultRow>().toEqualTypeOf<original.QueryResultRow>()
  const { default: pg } = await import('pg')
  expect(dropInForPg.Pool).toBe(Pool)
  expect([dropInForPg.Client, dropInForPg.types, dropInForPg.defaults]).toEqual([
    pg.Client,
    pg.types,
    pg.defaults,
  ])
  expect(pg.Pool).not.toBe(Pool)
  expect({ ...dropInForPg }).toEqual({ ...pg, Pool })
  expect([Client, DatabaseError, types]).toEqual([pg.Client, pg.DatabaseError, pg.types])
  expectTypeOf<Client>().toEqualTypeOf<original.Client>()
  expectTypeOf<dropInForPg.PoolClient>().toEqualTypeOf<original.PoolClient>()
  expectTypeOf(new dropInForPg.Pool()).toEqualTypeOf<dropInForPg.Pool>()
})

/** A pool whose clients know whose rows they may see. */
class TenantPool extends Pool {
  // biome-ignore lint/suspicious/noExplicitAny: as applications write it
  override connect(callback?: any): any {
    const prepared = super.connect().then(async client => {
      await client.query("SELECT set_config('app.tenant', '7', false)")
      return client
    })
    if (callback === undefined) return prepared
    prepared.then(
      client => callback(undefined, client, client.release),
      error => callback(error, undefined, () => {}),
    )
  }
}

it("a subclass's own connect() is asked for queries, too", async () => {
  await using pool = new TenantPool({ ...server(), max: 1 })
  const { rows } = await pool.query("SELECT current_setting('app.tenant', true) AS tenant")
  expect(rows).toEqual([{ tenant: '7' }])
  await expect(pool.query('SELECT nonsense')).rejects.toMatchObject({ code: '42703' })
  await until(() => pool.idleCount === 1, 'the client is back, and was kept')
  expect(pool.statepool.stats()).toMatchObject({ opened: 1 })
})

it('so is one that was put in its place', async () => {
  await using pool = new Pool({ ...server(), max: 1 })
  const { connect } = pool
  let calls = 0
  pool.connect = ((...args: Parameters<typeof connect>) => {
    calls++
    return connect.apply(pool, args)
  }) as typeof connect
  await pool.query('SELECT 1')
  expect(calls).toBe(1)
})

it('end(null) is end(), and Promise: null is no promise of one’s own', async () => {
  const pool = new Pool({ ...server(), Promise: null as never })
  await pool.query('SELECT 1')
  await pool.end(null as never)
  await expect(pool.end(null as never)).rejects.toThrow('Called end on pool more than once')
})

it('a verify that throws costs its client, and no more', async () => {
  let calls = 0
  const verify = () => {
    calls++
    throw new Error('not this one')
  }
  await using pool = new Pool({ ...server(), max: 1, verify } as never)
  await expect(pool.connect()).rejects.toThrow('not this one')
  await expect(pool.connect()).rejects.toThrow('not this one')
  expect(calls).toBe(2)
})
