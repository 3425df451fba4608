// Kysely on the drop-in Pool: the version for Node 20, and the one that needs Node 22.

import type { Kysely } from 'kysely'
import Cursor from 'pg-cursor'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { PoolConfig } from '../../../../src/db/pg/index.js'
import { until } from '../../../support/until.js'
import { type KyselyModule, onKysely, type Tables } from './on-kysely.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const node = Number(process.versions.node.split('.')[0])

describe('Kysely 0.28', () => tellOf(() => import('kysely'), false))

describe.skipIf(node < 22)(`Kysely 0.29, which needs Node 22 (this is ${node})`, () =>
  tellOf(() => import('kysely-node22'), true),
)

/** @param aborts whether this version has what came with 0.29 */
function tellOf(load: () => Promise<unknown>, aborts: boolean): void {
  let kysely: KyselyModule
  const stage = useStage('kysely_pet')
  const { table } = stage
  beforeAll(async () => {
    kysely = (await load()) as KyselyModule
  })

  const start = (config?: PoolConfig, dialect?: object) => {
    const pool = stage.pool(config)
    const db = new kysely.Kysely<Tables>({
      dialect: new kysely.PostgresDialect({ pool, cursor: Cursor, ...dialect }),
    })
    return { pool, db, sql: kysely.sql }
  }

  tellStories(stage, (pool, name) => onKysely(kysely, pool, name))

  it('calls onCreateConnection once for each session: a session is the same client each time', async () => {
    let created = 0
    const { pool, db } = start({ max: 2 }, { onCreateConnection: async () => void created++ })
    const clients = new Set<unknown>()
    pool.on('acquire', client => clients.add(client))
    const ask = () => db.selectFrom(table).select('id').execute()
    for (const _ of [1, 2]) await Promise.all(Array.from({ length: 20 }, ask))
    await stage.loseAll(pool)
    const before = clients.size
    await Promise.all(Array.from({ length: 20 }, ask))
    expect(clients.size).toBeGreaterThan(before)
    expect(created).toBe(clients.size)
  })

  it('loses a client for which its onCreateConnection throws: it never releases it', async () => {
    const refuse = async () => {
      throw new Error('not this one')
    }
    const { pool, db } = start({ statepool: { drainTimeout: 0 } }, { onCreateConnection: refuse })
    await expect(db.selectFrom(table).select('id').execute()).rejects.toThrow('not this one')
    expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
  })

  it('a query fails, and costs no client, when the onConnect of the pool throws', async () => {
    const refuse = async () => {
      throw new Error('not this one')
    }
    const { pool, db } = start({ onConnect: refuse })
    await expect(db.selectFrom(table).select('id').execute()).rejects.toThrow('not this one')
    expect(pool.statepool.stats()).toMatchObject({ busy: 0, total: 0 })
  })

  it('finds each client as the onConnect of the pool has made it', async () => {
    const { db, sql } = start({
      onConnect: async client => void (await client.query("SET application_name = 'made ready'")),
    })
    const { rows } = await sql`SHOW application_name`.execute(db)
    expect(rows).toEqual([{ application_name: 'made ready' }])
  })

  it('rolls back to savepoints in its controlled transactions', async () => {
    const { pool, db } = start({ max: 1 })
    const trx = await db.startTransaction().execute()
    await trx.insertInto(table).values({ id: 1, name: 'Rex' }).execute()
    const after = await trx.savepoint('rex').execute()
    await after
      .insertInto(table)
      .values({ id: 1, name: 'Max' })
      .execute()
      .catch(() => {})
    await after.rollbackToSavepoint('rex').execute()
    await trx.insertInto(table).values({ id: 2, name: 'Mia' }).execute()
    await trx.commit().execute()
    const names = await db.selectFrom(table).select('name').orderBy('id').execute()
    expect(names).toEqual([{ name: 'Rex' }, { name: 'Mia' }])
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
  })

  it('streams, and gives its client back, also when the loop is left early', async () => {
    const { pool, db, sql } = start({ max: 1 })
    await sql`INSERT INTO ${sql.table(table)} SELECT n, n FROM generate_series(1, 1000) AS n`.execute(db)
    let seen = 0
    for await (const _ of db.selectFrom(table).selectAll().stream(100)) seen++
    for await (const _ of db.selectFrom(table).selectAll().stream(100)) if (seen++ > 1_100) break
    expect(seen).toBe(1_102)
    await db.selectFrom(table).select('id').executeTakeFirst()
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
  })

  it('destroy() ends the pool, but not if nothing was ever queried', async () => {
    const used = start()
    await used.db.selectFrom(table).select('id').execute()
    await used.db.destroy()
    expect(used.pool.ended).toBe(true)
    const unused = start()
    await unused.db.destroy()
    expect(unused.pool.ending).toBe(false)
  })

  it('a commit after a swallowed error is an error from 0.29 on; no version keeps anything', async () => {
    const { db } = start()
    const outcome = await db
      .transaction()
      .execute(async trx => {
        await trx.insertInto(table).values({ id: 1, name: 'Rex' }).execute()
        await kysely.sql`SELECT * FROM no_such_table`.execute(trx).catch(() => {})
      })
      .then(
        () => 'resolved',
        () => 'rejected',
      )
    expect(outcome).toBe(aborts ? 'rejected' : 'resolved')
    expect(await db.selectFrom(table).select('id').execute()).toEqual([])
  })

  if (!aborts) return

  // Of 0.29 only, so not in the types of 0.28.
  const abortable = (db: Kysely<Tables>, query: string, abort: object): Promise<unknown> =>
    (db.executeQuery.bind(db) as (query: unknown, abort: object) => Promise<unknown>)(
      kysely.sql.raw(query).compile(db),
      abort,
    ).catch(error => error)

  it.each([
    ['cancel query', 0],
    ['kill session', 1],
  ])("a signal with '%s' ends the query on the server, and closes %i clients", async (strategy, closed) => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { pool, db } = start({ max: 1 })
    const controller = new AbortController()
    const outcome = abortable(db, 'SELECT pg_sleep(60)', {
      signal: controller.signal,
      inflightQueryAbortStrategy: strategy,
    })
    await until(async () => (await stage.active()) === 1, 'the query runs')
    controller.abort(new Error('not wanted any more'))
    expect(await outcome).toBeInstanceOf(Error)
    expect(await db.selectFrom(table).select('id').execute()).toEqual([])
    await until(async () => (await stage.active()) === 0, 'the server has let go of it')
    await until(() => pool.statepool.stats().closed === closed, 'what is to be closed is closed')
    expect(pool.statepool.stats()).toMatchObject({ total: 1, busy: 0 })
    said.mockRestore()
  })

  it('a signal that comes while a query waits for a client costs the pool none', async () => {
    const { pool, db } = start({ max: 1 })
    const controller = new AbortController()
    const trx = await db.startTransaction().execute()
    const outcome = abortable(db, 'SELECT 1', { signal: controller.signal })
    await until(() => pool.waitingCount === 1, 'it waits')
    controller.abort(new Error('not wanted any more'))
    expect(await outcome).toBeInstanceOf(Error)
    await trx.commit().execute()
    await until(() => pool.idleCount === 1, 'Kysely has given back what it got too late')
    expect(await db.selectFrom(table).select('id').execute()).toEqual([])
  })
}
