// Drizzle on the drop-in Pool.

import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { expect, it, vi } from 'vitest'
import type { PoolConfig } from '../../../../src/db/pg/index.js'
import { catchWarnings } from '../../../support/process-warnings.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { onDrizzle, petsOf } from './on-drizzle.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const stage = useStage('drizzle_pet')
const pets = petsOf(stage.table)
const start = (config?: PoolConfig) => {
  const pool = stage.pool(config)
  return { pool, db: drizzle({ client: pool }) }
}

tellStories(stage, onDrizzle)

it('nested transactions are savepoints on the one client of the outer one', async () => {
  const { pool, db } = start({ max: 1 })
  const error = new Error('not like this')
  await db.transaction(async outer => {
    await outer.insert(pets).values({ id: 1, name: 'Rex' })
    const inner = outer.transaction(async nested => {
      await nested.insert(pets).values({ id: 2, name: 'Max' })
      throw error
    })
    await expect(inner).rejects.toBe(error)
    await outer.transaction(nested => nested.insert(pets).values({ id: 3, name: 'Mia' }))
  })
  expect((await db.select().from(pets).orderBy(pets.id)).map(pet => pet.name)).toEqual(['Rex', 'Mia'])
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('tx.rollback() undoes the whole', async () => {
  const { pool, db } = start({ max: 1 })
  const undone = db.transaction(async tx => {
    await tx.insert(pets).values({ id: 1, name: 'Rex' })
    tx.rollback()
  })
  await expect(undone).rejects.toThrow('Rollback')
  expect(await db.select().from(pets)).toEqual([])
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('a begin that meets a dead connection costs the pool no client, though Drizzle never releases it', async () => {
  const { pool, db } = start({ max: 1 })
  let released = 0
  pool.on('release', () => released++)
  pool.once('acquire', client => socketOf(client).destroy())
  await expect(db.transaction(tx => tx.select().from(pets))).rejects.toThrow('begin')
  expect(released).toBe(0)
  expect(await db.select().from(pets)).toEqual([])
  expect(pool.statepool.stats()).toMatchObject({ opened: 2, busy: 0 })
})

it('a begin that fails otherwise keeps its client, which Drizzle never releases; the pool tells of the leak', async () => {
  const warnings = catchWarnings()
  const clock = createSimulatedClock()
  const { pool, db } = start({ statepool: { leakWarning: 60_000, clock } })
  let leaked: pg.PoolClient | undefined
  pool.once('acquire', client => {
    leaked = client
  })
  const isolationLevel = 'no such level' as 'serializable'
  await expect(db.transaction(async () => {}, { isolationLevel })).rejects.toThrow('begin')
  await clock.advance(60_000)
  expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
  expect(warnings).toMatchObject([{ code: 'STATEPOOL_LEAK' }])
  leaked?.release()
  vi.restoreAllMocks()
})

it('a transaction that ran into query_timeout leaves its client to nobody before its query is over', async () => {
  const { pool, db } = start({ max: 1, query_timeout: 700 })
  const slow = db.transaction(tx => tx.execute(sql`SELECT pg_sleep(2)`))
  await expect(slow).rejects.toThrow()
  expect(await db.select().from(pets)).toEqual([]) // with pg.Pool, it queues behind the sleeper, and times out too
  expect(pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it.each<[string, PoolConfig]>([
  ['on each client', { max: 3 }],
  ['on clients that forget them when they come back', { max: 1, resetQuery: 'DISCARD ALL' }],
])('prepared statements run %s, and on those that replace lost ones', async (_, config) => {
  const { pool, db } = start(config)
  await db.insert(pets).values({ id: 1, name: 'Rex' })
  const byId = db
    .select({ name: pets.name })
    .from(pets)
    .where(sql`${pets.id} = ${sql.placeholder('id')}`)
    .prepare('pet_by_id')
  const ask = () => Promise.all(Array.from({ length: 10 }, () => byId.execute({ id: 1 })))
  expect(await ask()).toEqual(Array(10).fill([{ name: 'Rex' }]))
  await stage.loseAll(pool)
  expect(await ask()).toEqual(Array(10).fill([{ name: 'Rex' }]))
})

function socketOf(client: pg.PoolClient): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream
}
