// Prisma on the drop-in: its adapter takes a pool that is a `pg.Pool`, or makes one of its own from anything else.

import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { PrismaClient } from '../../../../examples/prisma/generated/client.js'
import type { PoolConfig } from '../../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../../support/backends.js'
import { dropIn } from '../../../support/drop-in.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('prisma-test')
  await using pool = dropIn()
  await pool.query('CREATE TABLE IF NOT EXISTS prisma_pet (id int PRIMARY KEY, name text UNIQUE NOT NULL)')
})
beforeEach(async () => {
  await using pool = dropIn()
  await pool.query('TRUNCATE prisma_pet')
})
// Whatever a test did, its end has closed everything; a session that was being made clean is ended without a goodbye, which takes a moment.
afterEach(() => until(async () => (await backends.count()) === 0, 'no session is left'))
afterAll(() => backends.stop())

/** A client of Prisma on a pool; both end with the test. */
function open(config: PoolConfig = {}, options: ConstructorParameters<typeof PrismaPg>[1] = {}) {
  const pool = dropIn({ ...(backends.config as PoolConfig), ...config })
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, options) })
  return {
    pool,
    prisma,
    names: async () => (await prisma.pet.findMany({ orderBy: { id: 'asc' } })).map(pet => pet.name),
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect()
      if (!pool.ending) await pool.end()
    },
  }
}

it('runs on our pool, and makes none of its own', async () => {
  await using db = open({ max: 3 })
  expect((await new PrismaPg(db.pool).connect()).underlyingDriver()).toBe(db.pool)
  await Promise.all(Array.from({ length: 20 }, () => db.prisma.$queryRaw`SELECT pg_sleep(0.01)::text`))
  expect(db.pool.statepool.stats()).toMatchObject({ acquired: 20 })
  expect(await backends.count()).toBe(db.pool.totalCount)
})

it('queries, and keeps the connection when one fails', async () => {
  await using db = open({ max: 1 })
  await db.prisma.pet.createMany({
    data: [
      { id: 1, name: 'Rex' },
      { id: 2, name: 'Mia' },
    ],
  })
  await expect(db.prisma.pet.create({ data: { id: 3, name: 'Rex' } })).rejects.toMatchObject({
    code: 'P2002',
  })
  await expect(db.prisma.$queryRaw`SELECT * FROM no_such_table`).rejects.toThrow('does not exist')
  expect(await db.names()).toEqual(['Rex', 'Mia'])
  expect(db.pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('commits what a transaction did, and rolls back one that throws', async () => {
  await using db = open()
  await db.prisma.$transaction(async tx => {
    await tx.pet.create({ data: { id: 1, name: 'Rex' } })
    expect(await db.names()).toEqual([]) // on another connection
  })
  const thrown = db.prisma.$transaction(async tx => {
    await tx.pet.create({ data: { id: 2, name: 'Mia' } })
    throw new Error('not like this')
  })
  await expect(thrown).rejects.toThrow('not like this')
  const batch = db.prisma.$transaction([
    db.prisma.pet.create({ data: { id: 3, name: 'Max' } }),
    db.prisma.pet.create({ data: { id: 4, name: 'Rex' } }),
  ])
  await expect(batch).rejects.toMatchObject({ code: 'P2002' })
  expect(await db.names()).toEqual(['Rex'])
  expect(db.pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it('a transaction in which an error of SQL was caught keeps nothing, though Prisma resolves', async () => {
  await using db = open({ max: 1 })
  await db.prisma.$transaction(async tx => {
    await tx.pet.create({ data: { id: 1, name: 'Rex' } })
    await expect(tx.$queryRaw`SELECT * FROM no_such_table`).rejects.toThrow('does not exist')
  })
  expect(await db.names()).toEqual([])
})

it('a transaction that is too slow for Prisma is rolled back, and its connection comes back', async () => {
  await using db = open({ max: 1 })
  const slow = db.prisma.$transaction(
    async tx => {
      await tx.pet.create({ data: { id: 1, name: 'Rex' } })
      await until(() => db.pool.idleCount === 1, 'Prisma has ended the transaction')
      await tx.pet.create({ data: { id: 2, name: 'Mia' } })
    },
    { timeout: 100 },
  )
  await expect(slow).rejects.toMatchObject({ code: 'P2028' })
  expect(await db.names()).toEqual([])
})

it('when all connections are taken, a query is served after a release, or is told', async () => {
  const clock = createSimulatedClock()
  await using db = open({ max: 1, statepool: { clock } })
  const client = await db.pool.connect()
  const told = db.names().catch((error: unknown) => error)
  await until(() => db.pool.waitingCount === 1, 'the query waits')
  await clock.advance(30_000)
  expect(await told).toMatchObject({
    code: 'ACQUIRE_TIMEOUT',
    message: expect.stringMatching(/timeout exceeded when trying to connect\..*is leased: lease 1/s),
  })
  const served = db.names()
  await until(() => db.pool.waitingCount === 1, 'the next one waits')
  client.release()
  expect(await served).toEqual([])
})

it('a transaction that Prisma does not wait for any longer leaves no connection behind', async () => {
  await using db = open({ max: 1 })
  const client = await db.pool.connect()
  const impatient = db.prisma.$transaction(tx => tx.pet.count(), { maxWait: 50 })
  await expect(impatient).rejects.toMatchObject({ code: 'P2028' }) // its connect() is still in the line
  client.release()
  expect(await db.names()).toEqual([])
  await until(() => db.pool.idleCount === 1, 'it is back')
})

it('a query under way when its backend is terminated fails with the code of the server', async () => {
  await using db = open({ max: 2 })
  const flying = db.prisma.$queryRaw`SELECT pg_sleep(60)::text`.catch((error: unknown) => error)
  const sleeping = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name = 'prisma-test'`
  await until(async () => (await db.pool.query(sleeping)).rowCount === 1, 'it runs')
  await backends.terminateAll()
  expect(await flying).toMatchObject({ code: 'P2010', message: expect.stringContaining('57P01') })
})

it('when no connection can be opened, Prisma says so in its own words', async () => {
  await using db = open({ port: 1 })
  await expect(db.names()).rejects.toMatchObject({ code: 'P1001' })
})

it('goes on by itself after all its backends were terminated', async () => {
  const lost: Error[] = []
  await using db = open({ max: 2 }, { onPoolError: error => lost.push(error) })
  const transaction = db.prisma.$transaction(async tx => {
    await tx.pet.create({ data: { id: 1, name: 'Rex' } })
    await db.names() // a second connection, which is idle from now on
    await backends.terminateAll()
    await until(() => db.pool.statepool.stats().lost === 2, 'the pool knows of both')
    await tx.pet.create({ data: { id: 2, name: 'Mia' } })
  })
  await expect(transaction).rejects.toThrow('Client has encountered a connection error and is not queryable')
  expect(lost).toHaveLength(1) // the idle one; the other one's borrower knows
  expect(await db.names()).toEqual([])
  await db.prisma.$transaction(tx => tx.pet.create({ data: { id: 3, name: 'Max' } }))
  expect(await db.names()).toEqual(['Max'])
  expect(db.pool.statepool.stats()).toMatchObject({ busy: 0, lost: 2 })
})

it('$disconnect() leaves the pool open, unless it is told to end it', async () => {
  const kept = open()
  await kept.names()
  await kept.prisma.$disconnect()
  expect(await kept.names()).toEqual([]) // it connects again when it is asked
  await kept.prisma.$disconnect()
  expect((await kept.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await kept.pool.end()
  const ended = open({}, { disposeExternalPool: true })
  await ended.names()
  await ended.prisma.$disconnect()
  expect(ended.pool.ended).toBe(true)
  expect(await backends.count()).toBe(0)
})
