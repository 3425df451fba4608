// pg-boss on the drop-in: it takes whatever runs SQL as `db`, and leaves its start and end to the application.

import PgBoss from 'pg-boss'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Pool, PoolConfig } from '../../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../../support/backends.js'
import { dropIn } from '../../../support/drop-in.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

const settings = { schema: 'pgboss_test', supervise: false, schedule: false } as const
const often = { pollingIntervalSeconds: 0.5 } // pg-boss allows no less

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('pg-boss-test')
})
// Whatever a test did, its end has closed everything; a session that was being made clean is ended without a goodbye, which takes a moment.
afterEach(() => until(async () => (await backends.count()) === 0, 'no session is left'))
afterAll(() => backends.stop())

/** What pg-boss needs of a pool, or of a client with a transaction. */
const runs = (client: Pick<Pool, 'query'>): PgBoss.Db => ({
  executeSql: (text, values) => client.query(text, values),
})

let queues = 0

/** A boss on a pool with a queue of its own; both end with the test. */
async function open(config: PoolConfig = {}) {
  const pool = dropIn({ ...(backends.config as PoolConfig), ...config })
  const boss = new PgBoss({ ...settings, db: runs(pool) })
  const errors: Error[] = []
  boss.on('error', error => errors.push(error))
  await boss.start()
  const queue = `queue-${++queues}`
  await boss.createQueue(queue)
  return {
    pool,
    boss,
    queue,
    errors,
    size: () => boss.getQueueSize(queue),
    async [Symbol.asyncDispose]() {
      await boss.stop()
      await pool.end()
    },
  }
}

it('sends, fetches and completes jobs, and keeps the connection when a query fails', async () => {
  await using opened = await open({ max: 1 })
  const { pool, boss, queue, size } = opened
  const id = await boss.send(queue, { to: 'ada' })
  expect(await size()).toBe(1)
  const [job] = await boss.fetch<{ to: string }>(queue)
  expect(job).toMatchObject({ id, data: { to: 'ada' } })
  await boss.complete(queue, id as string)
  expect(await boss.getJobById(queue, id as string)).toMatchObject({ state: 'completed' })
  await expect(boss.send('no-such-queue', {})).resolves.toBeNull()
  await expect(boss.send(queue, {}, { priority: 2 ** 40 })).rejects.toThrow('out of range')
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('workers get their jobs', async () => {
  await using opened = await open()
  const { pool, boss, queue } = opened
  const seen: unknown[] = []
  await boss.work<{ to: string }>(queue, often, async ([job]) => {
    seen.push(job?.data.to)
    return 'sent'
  })
  const id = (await boss.send(queue, { to: 'ada' })) as string
  await until(async () => (await boss.getJobById(queue, id))?.state === 'completed', 'it is done')
  expect(seen).toEqual(['ada'])
  await until(() => pool.statepool.stats().busy === 0, 'every client is back') // the worker polls meanwhile
})

it('a job that is sent in a transaction is there when that commits, and not when it throws', async () => {
  await using opened = await open()
  const { pool, boss, queue, size } = opened
  await pool.statepool.transaction(async client => {
    await boss.send(queue, { to: 'ada' }, { db: runs(client) })
    expect(await size()).toBe(0) // on another connection
  })
  expect(await size()).toBe(1)
  const thrown = pool.statepool.transaction(async client => {
    await boss.send(queue, { to: 'bob' }, { db: runs(client) })
    throw new Error('not like this')
  })
  await expect(thrown).rejects.toThrow('not like this')
  expect(await size()).toBe(1)
})

it('two that install the schema at the same time leave no transaction behind', async () => {
  await using pool = dropIn({ ...(backends.config as PoolConfig), max: 2 })
  const failed: Error[] = []
  const executeSql: PgBoss.Db['executeSql'] = (text, values) =>
    pool.query(text, values).catch((error: Error) => {
      failed.push(error)
      throw error
    })
  const bosses = [1, 2].map(() => new PgBoss({ ...settings, schema: 'pgboss_race', db: { executeSql } }))
  await Promise.all(bosses.map(boss => boss.start())) // one of them fails in the middle of BEGIN … COMMIT
  expect(failed).toMatchObject([{ message: expect.stringContaining('already exists') }])
  const states = await Promise.all(
    [1, 2].map(() => pool.query('SELECT pg_current_xact_id_if_assigned() AS id, pg_sleep(0.05)')),
  )
  expect(states.map(({ rows }) => rows[0].id)).toEqual([null, null])
  expect(pool.statepool.stats()).toMatchObject({ opened: 2, closed: 0 })
  await Promise.all(bosses.map(boss => boss.stop()))
})

it('when all connections are taken, a send is served after a release, or is told; a fetch finds nothing', async () => {
  const clock = createSimulatedClock()
  await using opened = await open({ max: 1, statepool: { clock } })
  const { pool, boss, queue, size } = opened
  const client = await pool.connect()
  const told = boss.send(queue, {}).catch((error: unknown) => error)
  const fetched = boss.fetch(queue)
  await until(() => pool.waitingCount === 2, 'both wait')
  await clock.advance(30_000)
  expect(await told).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ heldFor: 30_000 }] })
  expect(await fetched).toEqual([]) // pg-boss keeps the error to itself
  const served = boss.send(queue, {})
  await until(() => pool.waitingCount === 1, 'the next one waits')
  client.release()
  expect(await served).toEqual(expect.any(String))
  expect(await size()).toBe(1)
})

it('goes on by itself after all its backends were terminated, and so do its workers', async () => {
  await using opened = await open({ max: 2 })
  const { pool, boss, queue } = opened
  const seen: unknown[] = []
  await boss.work<{ to: string }>(queue, often, async ([job]) => {
    seen.push(job?.data.to)
  })
  await until(() => pool.idleCount === pool.totalCount, 'the worker waits')
  await backends.terminateAll()
  await until(() => pool.statepool.stats().lost > 0, 'the pool knows')
  await boss.send(queue, { to: 'ada' })
  await until(() => seen.length > 0, 'the job is worked on')
  expect(seen).toEqual(['ada'])
})

it('stop() leaves the pool open: it is the application that ends it', async () => {
  const { pool, boss, size } = await open()
  await boss.stop()
  expect(await size()).toBe(0)
  expect(await backends.count()).toBe(pool.totalCount)
  await pool.end()
  expect(await backends.count()).toBe(0)
})
