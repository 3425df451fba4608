// graphile-worker on the drop-in, which it takes as `pgPool`: one client listens for new jobs, the others work.

import { Logger, makeWorkerUtils, type Runner, run, runOnce, type TaskList } from 'graphile-worker'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { PoolConfig } from '../../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../../support/backends.js'
import { dropIn } from '../../../support/drop-in.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

/** So long that a job which is worked on soon was told of by a notification. */
const seldom = 60_000

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('graphile-worker-test')
})
// Whatever a test did, its end has closed everything; a session that was being made clean is ended without a goodbye, which takes a moment.
afterEach(() => until(async () => (await backends.count()) === 0, 'no session is left'))
afterAll(() => backends.stop())

/** A pool for a worker, and what the worker writes to its log; it ends with the test, and so do its runners. */
async function open(config: PoolConfig = {}) {
  const pool = dropIn({ ...(backends.config as PoolConfig), ...config })
  const log: string[] = []
  const logger = new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.push(message)
  })
  // A worker warns if there is no listener. Whether a loss is told here is a race: a client that is asked for first is found dead then.
  pool.on('error', () => {})
  pool.on('connect', () => {})
  const options = { pgPool: pool, schema: 'graphile_worker_test', logger, noHandleSignals: true }
  const runners: Runner[] = []
  /** Asked of the observer: a query of the pool's could be given a client whose end the process has not read yet. */
  const listens = async (): Promise<boolean> => {
    const sessions = await backends.ask(
      `SELECT FROM pg_stat_activity
       WHERE application_name = $1 AND query LIKE 'LISTEN %' AND state = 'idle'`,
      backends.config.application_name,
    )
    return sessions.length === 1
  }
  const utils = await makeWorkerUtils(options)
  await utils.migrate()
  await pool.query('DELETE FROM graphile_worker_test._private_jobs')
  return {
    pool,
    log,
    options,
    utils,
    /** Starts working; resolves when the server has been told to notify of new jobs. */
    async start(taskList: TaskList) {
      const runner = await run({ ...options, taskList, pollInterval: seldom, concurrency: 1 })
      runners.push(runner)
      await until(listens, 'the worker listens')
      return runner
    },
    listens,
    jobs: async () =>
      (await pool.query('SELECT attempts, last_error FROM graphile_worker_test.jobs ORDER BY id')).rows,
    async [Symbol.asyncDispose]() {
      for (const runner of runners) await runner.stop().catch(() => {}) // stopped before
      await utils.release()
      await pool.end()
    },
  }
}

it('adds jobs and works them off', async () => {
  await using worker = await open({ max: 2 })
  await worker.utils.addJob('mail', { to: 'ada' })
  await worker.utils.addJob('mail', { to: 'bob' })
  const seen: unknown[] = []
  await runOnce({ ...worker.options, concurrency: 1, taskList: { mail: payload => void seen.push(payload) } })
  expect(seen).toEqual([{ to: 'ada' }, { to: 'bob' }])
  expect(await worker.jobs()).toEqual([])
  expect(worker.pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it('hears of new jobs through a client of the pool, and gives that back at the end', async () => {
  await using worker = await open({ max: 3 })
  const seen: unknown[] = []
  const runner = await worker.start({ mail: payload => void seen.push(payload) })
  await until(() => worker.pool.statepool.stats().busy === 1, 'the listener has a client, and nobody else')
  await runner.addJob('mail', { to: 'ada' })
  await until(() => seen.length > 0, 'the job is worked on')
  await runner.stop()
  await until(() => worker.pool.statepool.stats().busy === 0, 'all are back') // stop() is a little early, now and then
  const clients = await Promise.all(
    Array.from({ length: worker.pool.totalCount }, () => worker.pool.connect()),
  )
  for (const client of clients) {
    expect((await client.query('SELECT pg_listening_channels()')).rows).toEqual([])
    client.release()
  }
  expect(worker.log).toEqual([])
})

it('a job and what it does are one transaction, if they share a client', async () => {
  await using worker = await open()
  const addIn = (fails: boolean) =>
    worker.pool.statepool.transaction(async client => {
      await client.query("SELECT graphile_worker_test.add_job('mail', '{}')")
      if (fails) throw new Error('not like this')
    })
  await expect(addIn(true)).rejects.toThrow('not like this')
  expect(await worker.jobs()).toHaveLength(0)
  await addIn(false)
  expect(await worker.jobs()).toHaveLength(1)
})

it('a task that throws in a transaction is rolled back, and its job tried again', async () => {
  await using worker = await open({ max: 3 })
  await worker.pool.query('CREATE TABLE IF NOT EXISTS graphile_worker_done (id int)')
  await worker.utils.addJob('mail', {})
  const mail: TaskList['mail'] = (_, { withPgClient }) =>
    withPgClient(async client => {
      await client.query('BEGIN; INSERT INTO graphile_worker_done VALUES (1)')
      throw new Error('not like this') // and never says ROLLBACK
    })
  await runOnce({ ...worker.options, concurrency: 1, taskList: { mail } })
  expect((await worker.pool.query('SELECT FROM graphile_worker_done')).rowCount).toBe(0)
  expect(await worker.jobs()).toMatchObject([
    { attempts: 1, last_error: expect.stringContaining('not like this') },
  ])
})

it('when all connections are taken, addJob is served after a release, or is told', async () => {
  const clock = createSimulatedClock()
  await using worker = await open({ max: 1, statepool: { clock } })
  const client = await worker.pool.connect()
  const told = worker.utils.addJob('mail', {}).catch((error: unknown) => error)
  await until(() => worker.pool.waitingCount === 1, 'it waits')
  await clock.advance(30_000)
  expect(await told).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ heldFor: 30_000 }] })
  const served = worker.utils.addJob('mail', {})
  await until(() => worker.pool.waitingCount === 1, 'the next one waits')
  client.release()
  expect(await served).toMatchObject({ task_identifier: 'mail' })
})

it('goes on by itself after all its backends were terminated, and listens again', async () => {
  await using worker = await open({ max: 3 })
  const seen: unknown[] = []
  const runner = await worker.start({ mail: payload => void seen.push(payload) })
  await runner.addJob('mail', { to: 'ada' })
  await until(() => seen.length === 1, 'the first job is worked on')
  await until(async () => (await worker.jobs()).length === 0, 'and done')
  const stats = () => worker.pool.statepool.stats()
  // One that is still being connected would come later, and stay.
  await until(() => stats().busy === 1 && stats().idle === stats().total - 1, 'all but the listener are idle')
  const { closed, total } = stats()
  await backends.terminateAll()
  // Not `lost`: a client that the worker asks for before its end was read is found dead by a validation.
  await until(() => stats().closed >= closed + total, 'the pool has noticed')
  await until(worker.listens, 'it listens again')
  await runner.addJob('mail', { to: 'bob' })
  await until(() => seen.length === 2, 'the second job is worked on')
  expect(seen).toEqual([{ to: 'ada' }, { to: 'bob' }])
  await runner.stop()
  await until(() => worker.pool.statepool.stats().busy === 0, 'all are back')
})

it('without listeners for errors it says so, though this pool needs none', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const pool = dropIn(backends.config as PoolConfig)
  const utils = await makeWorkerUtils({ pgPool: pool, schema: 'graphile_worker_test' })
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    expect.stringContaining("doesn't have error handlers"),
  ])
  warn.mockRestore()
  await utils.release()
  expect(await backends.count()).toBe(pool.totalCount) // a pool of the application's is left open
  await pool.end()
})
