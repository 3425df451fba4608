// TypeORM on the drop-in: its PostgresDriver makes the pool, out of the module that it is given as `driver`.

import pg from 'pg'
import { DataSource, EntitySchema, QueryFailedError } from 'typeorm'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Pool } from '../../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../../support/backends.js'
import { server } from '../../../support/drop-in.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

interface Pet {
  id: number
  name: string
}

const PetSchema = new EntitySchema<Pet>({
  name: 'typeorm_test_pet',
  columns: { id: { type: Number, primary: true }, name: { type: String, unique: true } },
})

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('typeorm-test')
  await using _ = await open({ synchronize: true })
})
afterAll(() => backends.stop())
// Whatever a test did, its end has closed everything; a session that was being made clean is ended without a goodbye, which takes a moment.
afterEach(() => until(async () => (await backends.count()) === 0, 'no session is left'))

interface Options {
  poolSize?: number
  synchronize?: boolean
  extra?: object
  poolErrorHandler?: (error: Error) => void
}

/** A data source whose pool is the drop-in, its repository, and the pool itself. */
async function open(options: Options = {}) {
  const { user: username, ...where } = server()
  const source = new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool },
    ...where,
    username,
    applicationName: 'typeorm-test',
    entities: [PetSchema],
    ...options,
  })
  await source.initialize()
  const { master: pool } = source.driver as unknown as { master: Pool }
  const pets = source.getRepository(PetSchema)
  return {
    source,
    pool,
    pets,
    names: async () => (await pets.find({ order: { id: 'ASC' } })).map(pet => pet.name),
    async [Symbol.asyncDispose]() {
      await pets.clear()
      await source.destroy()
    },
  }
}

it('makes the pool of our class, with its own options and those in `extra`', async () => {
  await using db = await open({ poolSize: 3, extra: { min: 1, statepool: { min: 2 } } })
  expect(db.pool).toBeInstanceOf(Pool)
  expect(db.pool.options).toMatchObject({ application_name: 'typeorm-test', min: 1 })
  expect(db.pool.statepool.stats()).toMatchObject({ min: 2, max: 3 })
})

it('queries, and keeps the connection when one fails', async () => {
  await using db = await open({ poolSize: 1 })
  await db.pets.insert([
    { id: 1, name: 'Rex' },
    { id: 2, name: 'Mia' },
  ])
  await expect(db.pets.insert({ id: 3, name: 'Rex' })).rejects.toBeInstanceOf(QueryFailedError)
  await expect(db.source.query('SELECT * FROM no_such_table')).rejects.toThrow('does not exist')
  expect(await db.names()).toEqual(['Rex', 'Mia'])
  expect(db.pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('commits what a transaction did, and rolls back one that throws', async () => {
  await using db = await open()
  await db.source.transaction(async manager => {
    await manager.insert(PetSchema, { id: 1, name: 'Rex' })
    expect(await db.names()).toEqual([]) // on another connection
  })
  const thrown = db.source.transaction(async manager => {
    await manager.insert(PetSchema, { id: 2, name: 'Mia' })
    throw new Error('not like this')
  })
  await expect(thrown).rejects.toThrow('not like this')
  expect(await db.names()).toEqual(['Rex'])
  expect(db.pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it('a transaction in a transaction is a savepoint on the same connection', async () => {
  await using db = await open({ poolSize: 1 })
  await db.source.transaction(async outer => {
    await outer.insert(PetSchema, { id: 1, name: 'Rex' })
    const inner = outer.transaction(async manager => {
      await manager.insert(PetSchema, { id: 2, name: 'Mia' })
      throw new Error('not like this')
    })
    await expect(inner).rejects.toThrow('not like this')
  })
  expect(await db.names()).toEqual(['Rex'])
})

it('a transaction in which an error of SQL was caught keeps nothing, though TypeORM resolves', async () => {
  await using db = await open({ poolSize: 1 })
  await db.source.transaction(async manager => {
    await manager.insert(PetSchema, { id: 1, name: 'Rex' })
    await expect(manager.query('SELECT * FROM no_such_table')).rejects.toThrow('does not exist')
  })
  expect(await db.names()).toEqual([])
})

it('a transaction that a query runner leaves open is rolled back on release', async () => {
  await using db = await open({ poolSize: 1 })
  const runner = db.source.createQueryRunner()
  await runner.startTransaction()
  await runner.manager.insert(PetSchema, { id: 1, name: 'Rex' })
  await runner.release() // neither committed nor rolled back
  expect(await db.names()).toEqual([])
  expect(db.pool.statepool.stats()).toMatchObject({ opened: 1 })
})

it('when all connections are taken, a query is served after a release, or is told who has them', async () => {
  const clock = createSimulatedClock()
  await using db = await open({ poolSize: 1, extra: { statepool: { clock } } })
  const runner = db.source.createQueryRunner()
  await runner.connect()
  const told = db.names().catch((error: unknown) => error)
  await until(() => db.pool.waitingCount === 1, 'the query waits')
  await clock.advance(30_000)
  expect(await told).toMatchObject({
    code: 'ACQUIRE_TIMEOUT',
    message: expect.stringContaining('timeout exceeded when trying to connect'),
    holders: [{ heldFor: 30_000 }],
  })
  const served = db.names()
  await until(() => db.pool.waitingCount === 1, 'the next one waits')
  await runner.release()
  expect(await served).toEqual([])
})

it('a query under way when its backend is terminated fails with the code of the server', async () => {
  await using db = await open({ poolSize: 2 })
  const flying = db.source.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
  const sleeping = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name = 'typeorm-test'`
  await until(async () => (await db.pool.query(sleeping)).rowCount === 1, 'it runs')
  await backends.terminateAll()
  expect(await flying).toMatchObject({ name: 'QueryFailedError', driverError: { code: '57P01' } })
})

it('goes on by itself after all its backends were terminated', async () => {
  const losses: Error[] = []
  await using db = await open({ poolSize: 2, poolErrorHandler: error => losses.push(error) })
  const transaction = db.source.transaction(async manager => {
    await manager.insert(PetSchema, { id: 1, name: 'Rex' })
    await db.names() // a second connection, which is idle from now on
    await backends.terminateAll()
    await until(() => db.pool.statepool.stats().lost === 2, 'the pool knows of both')
    await manager.insert(PetSchema, { id: 2, name: 'Mia' })
  })
  await expect(transaction).rejects.toThrow('already released') // by TypeORM, when its client was lost
  expect(losses).toHaveLength(1) // of the idle one; the other one's borrower knows
  expect(await db.names()).toEqual([])
  await db.source.transaction(manager => manager.insert(PetSchema, { id: 3, name: 'Max' }))
  expect(await db.names()).toEqual(['Max'])
  expect(db.pool.statepool.stats()).toMatchObject({ busy: 0, lost: 2 })
})

it('streams rows, and has its connection back at the end', async () => {
  await using db = await open({ poolSize: 1 })
  await db.pets.insert([1, 2, 3].map(id => ({ id, name: `pet ${id}` })))
  const seen: unknown[] = []
  const runner = db.source.createQueryRunner()
  const stream = await db.pets.createQueryBuilder('pet', runner).orderBy('pet.id').stream()
  for await (const row of stream) seen.push((row as { pet_name: string }).pet_name)
  await runner.release()
  expect(seen).toEqual(['pet 1', 'pet 2', 'pet 3'])
  expect(await db.names()).toHaveLength(3)
})

it('destroy() ends the pool, query runners that were forgotten included', async () => {
  const db = await open({ poolSize: 2 })
  await db.source.createQueryRunner().connect()
  await db.names()
  expect(await backends.count()).toBeGreaterThan(0)
  await db.source.destroy()
  expect(await backends.count()).toBe(0)
  expect(db.pool.ended).toBe(true)
})
