// Knex on the drop-in Pool.

import knex, { type Knex } from 'knex'
import type pg from 'pg'
import { expect, it, vi } from 'vitest'
import type { Pool, PoolConfig } from '../../../../src/db/pg/index.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'
import { onKnex, silent } from './on-knex.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const stage = useStage('knex_pet')
const { table } = stage
const build = (connectionPool: Knex.ConnectionPool, config?: Knex.Config): Knex =>
  knex({ client: 'pg', connectionPool, log: silent as Knex.Logger, ...config })
const start = (config?: PoolConfig, ofKnex?: Knex.Config): { pool: Pool; db: Knex } => {
  const pool = stage.pool(config)
  return { pool, db: build(pool, ofKnex) }
}

tellStories(stage, onKnex)

it('nested transactions are savepoints on the one client of the outer one', async () => {
  const { pool, db } = start({ max: 1 })
  const error = new Error('not like this')
  await db.transaction(async outer => {
    await outer(table).insert({ id: 1, name: 'Rex' })
    const inner = outer.transaction(async nested => {
      await nested(table).insert({ id: 2, name: 'Max' })
      throw error
    })
    await expect(inner).rejects.toBe(error)
    await outer.transaction(nested => nested(table).insert({ id: 3, name: 'Mia' }))
  })
  expect(await db(table).orderBy('id').pluck('name')).toEqual(['Rex', 'Mia'])
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('transactions without a callback hold a client until they are ended', async () => {
  const { pool, db } = start({ max: 2 })
  const trx = await db.transaction()
  await trx(table).insert({ id: 1, name: 'Rex' })
  expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
  await trx.rollback()
  expect(await db(table)).toEqual([])
  expect(pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it("neither Knex's acquireConnectionTimeout nor its pool settings count, but the pool's own", async () => {
  const clock = createSimulatedClock()
  const { pool, db } = start(
    { max: 1, connectionTimeoutMillis: 5_000, statepool: { clock } },
    { acquireConnectionTimeout: 1, pool: { min: 7, max: 7, afterCreate: () => expect.unreachable() } },
  )
  const trx = await db.transaction()
  const waiting = db(table).catch(error => error)
  await until(() => pool.waitingCount === 1, 'somebody waits')
  await trx.raw('SELECT pg_sleep(0.1)')
  expect(pool).toMatchObject({ waitingCount: 1, totalCount: 1 })
  await clock.advance(5_000)
  expect(await waiting).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
  await trx.commit()
})

it('timeout() also ends the query on the server, and closes its client; the next one is served', async () => {
  const { pool, db } = start({ max: 1 })
  await db(table)
  const slow = db.raw('SELECT pg_sleep(60)').timeout(500)
  await expect(slow).rejects.toThrow('Defined query timeout of 500ms exceeded')
  expect(await db(table)).toEqual([])
  await until(async () => (await stage.active()) === 0, 'the server has let go of the query')
  expect(pool.statepool.stats()).toMatchObject({ opened: 2, busy: 0 })
})

it('timeout() with cancel cannot work: Knex opens a connection for it, and does not know where to', async () => {
  vi.stubEnv('PGHOST', '127.0.0.1')
  vi.stubEnv('PGPORT', '1')
  const { pool, db } = start({ max: 1 })
  const slow = db.raw('SELECT pg_sleep(60)').timeout(500, { cancel: true })
  await expect(slow).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    message: expect.stringContaining('cancelling of query failed'),
  })
  vi.unstubAllEnvs()
  expect(await db(table)).toEqual([])
  expect(pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it('searchPath does nothing beside connectionPool; the options of the pool do', async () => {
  const { db } = start({}, { searchPath: ['elsewhere'] })
  expect((await db.raw('SHOW search_path')).rows).toEqual([{ search_path: '"$user", public' }])
  const told = start({ options: '-c search_path=elsewhere' })
  expect((await told.db.raw('SHOW search_path')).rows).toEqual([{ search_path: 'elsewhere' }])
})

it('runs migrations, which lock their table in transactions', async () => {
  const { pool, db } = start({ max: 2 })
  const step = {
    name: 'one',
    up: (trx: Knex) => trx.schema.createTable('knex_migrated', of => void of.integer('id')),
    down: (trx: Knex) => trx.schema.dropTable('knex_migrated'),
  }
  const config: Knex.MigratorConfig = {
    tableName: 'knex_steps',
    migrationSource: {
      getMigrations: async () => [step],
      getMigrationName: ({ name }) => name,
      getMigration: async migration => migration,
    } satisfies Knex.MigrationSource<typeof step>,
  }
  expect(await db.migrate.latest(config)).toEqual([1, ['one']])
  expect(await db.schema.hasTable('knex_migrated')).toBe(true)
  expect(await db.migrate.rollback(config)).toEqual([1, ['one']])
  await db.schema.dropTable('knex_steps').dropTable('knex_steps_lock')
  expect(pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it('streams inside a transaction, and gives the client back, also when the loop is left early', async () => {
  const { pool, db } = start({ max: 1 })
  const numbers = (trx: Knex) => trx.select(trx.raw('generate_series(1, 1000) AS n')).stream()
  let seen = 0
  await db.transaction(async trx => {
    for await (const _ of numbers(trx)) seen++
  })
  await db.transaction(async trx => {
    for await (const _ of numbers(trx)) if (seen++ > 1_100) break
  })
  expect(seen).toBe(1_102)
  expect(await db(table)).toEqual([])
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('outside a transaction, Knex releases the client of a stream twice; else the guide need not warn of it', async () => {
  const pool = stage.pool()
  let releases = 0
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect()
    const { release } = client
    client.release = () => {
      if (++releases === 1) release()
    }
    return client
  }
  const db = build({ connect, end: () => pool.end(), totalCount: 0, idleCount: 0, waitingCount: 0 })
  for await (const _ of db.select(db.raw('1')).stream());
  await until(() => releases > 1, 'it is released again')
  expect(releases).toBe(2)
})

it('destroy() leaves the pool open, which may be shared', async () => {
  const { pool, db } = start()
  const other = build(pool)
  await db(table)
  await db.destroy()
  expect(pool.ending).toBe(false)
  expect(await other(table)).toEqual([])
})

it('after destroy() a transaction cannot give its client back: so the pool is ended first', async () => {
  const { pool, db } = start({ statepool: { drainTimeout: 0 } })
  const finished = db.transaction(async trx => {
    await trx(table)
    await db.destroy()
  })
  await expect(finished).rejects.toThrow("reading 'release'")
  expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
})
