// A server that is restarted under TypeORM, Prisma, connect-pg-simple, pg-boss and graphile-worker: who asks meanwhile is served
// afterwards, and jobs that were done meanwhile are completed.

import { PrismaPg } from '@prisma/adapter-pg'
import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import { Logger, run } from 'graphile-worker'
import pg from 'pg'
import PgBoss from 'pg-boss'
import { DataSource } from 'typeorm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PrismaClient } from '../../../../examples/prisma/generated/client.js'
import { Pool, type PoolConfig } from '../../../../src/db/pg/index.js'
import { type PostgresServer, startPostgres } from '../../../../support/postgres-server.js'
import { until } from '../../../support/until.js'

/** A library at work on the server. */
interface AtWork {
  readonly pool: Pool
  /** Asks for something while the server is down; resolves when it is served. */
  ask(): Promise<unknown>
  /** Ends the job that is worked on, if the library has jobs. */
  finish?(): void
  end(): Promise<unknown>
}

type Start = (config: Pick<PoolConfig, 'max' | 'statepool'>) => Promise<AtWork>

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

const open: (...config: Parameters<Start>) => Pool = config =>
  new Pool({ connectionString: server.connectionString, ...config })

const libraries: Record<'typeorm' | 'prisma' | 'connect-pg-simple' | 'pg-boss' | 'graphile-worker', Start> = {
  async typeorm(extra) {
    const { connectionString: url } = server
    const db = new DataSource({ type: 'postgres', url, driver: { ...pg, Pool }, extra })
    await db.initialize()
    const { master: pool } = db.driver as unknown as { master: Pool }
    return { pool, ask: () => db.transaction(tx => tx.query('SELECT 1')), end: () => db.destroy() }
  },

  async prisma(config) {
    const pool = open(config)
    const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) })
    await prisma.$queryRaw`SELECT 1`
    return { pool, ask: () => prisma.$queryRaw`SELECT 1`, end: () => prisma.$disconnect() }
  },

  async 'connect-pg-simple'(config) {
    const pool = open(config)
    const Store = connectPgSimple(session)
    const store = new Store({ pool, createTableIfMissing: true })
    const find = () =>
      new Promise((found, failed) => store.get('a', error => (error ? failed(error) : found(1))))
    await find()
    return { pool, ask: find, end: () => pool.end() }
  },

  async 'pg-boss'(config) {
    const pool = open(config)
    const db = { executeSql: (text: string, values: unknown[]) => pool.query(text, values) }
    const boss = new PgBoss({ db, supervise: false, schedule: false })
    await boss.start()
    await boss.createQueue('mail')
    const id = (await boss.send('mail', {})) as string
    const work = job()
    await boss.work('mail', work.run)
    await work.begun
    const state = async () => (await boss.getJobById('mail', id))?.state
    const ask = async () => {
      work.finish()
      await until(async () => (await state()) === 'completed', 'the job is completed')
    }
    return { pool, ask, finish: work.finish, end: () => boss.stop().then(() => pool.end()) }
  },

  async 'graphile-worker'(config) {
    const pool = open(config)
    pool.on('error', () => {}).on('connect', () => {})
    const work = job()
    const logger = new Logger(() => () => {})
    const runner = await run({ pgPool: pool, logger, noHandleSignals: true, taskList: { mail: work.run } })
    await runner.addJob('mail', {})
    await work.begun
    const ask = async () => {
      work.finish()
      const left = () => pool.query('SELECT FROM graphile_worker.jobs')
      await until(async () => (await left()).rowCount === 0, 'the job is completed')
    }
    return { pool, ask, finish: work.finish, end: () => runner.stop().then(() => pool.end()) }
  },
}

/** A job that begins, and is done when it is told to be. */
function job() {
  let [begin, finish] = [() => {}, () => {}]
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  const run = (): Promise<void> => {
    begin()
    return finished
  }
  return { begun, finish, run }
}

/** Stops the server; resolves when the pools know of it: also of connections that were opened in its last moment. */
async function halt(...pools: Pool[]): Promise<void> {
  await server.halt()
  for (const pool of pools) await until(() => pool.totalCount === 0, 'no connection is left')
}

it('who asks while it is down is served when it is back', async () => {
  const all = await Promise.all(Object.values(libraries).map(start => start({ max: 3 })))
  await halt(...all.map(({ pool }) => pool))
  const asked = all.map(({ ask }) => ask().then(() => 'served', String))
  await until(() => all.every(({ pool }) => pool.statepool.stats().waiting > 0), 'all wait')
  await server.restart()
  const outcome = await Promise.all(asked)
  const named = Object.keys(libraries).map((name, index) => [name, outcome[index]])
  expect(named).toEqual(Object.keys(libraries).map(name => [name, 'served']))
  await Promise.all(all.map(({ end }) => end()))
  expect(all.map(({ pool }) => pool.totalCount)).toEqual(all.map(() => 0))
})

it.each(['pg-boss', 'graphile-worker'] as const)(
  'told to fail at once, %s does not complete a job that ends meanwhile, and does not catch the error',
  async name => {
    const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[]
    process.removeAllListeners('unhandledRejection')
    const uncaught: unknown[] = []
    process.on('unhandledRejection', reason => uncaught.push(reason))
    try {
      const { pool, finish, end } = await libraries[name]({ max: 3, statepool: { whenDown: 'fail' } })
      await halt(pool)
      finish?.()
      await until(() => uncaught.length > 0, 'it is not caught')
      // Which of them depends on how far the connect, or the query, came that was under way in the server's last moment.
      expect(uncaught.map(String).join()).toMatch(
        /^\S*error: (connect ECONNREFUSED|Connection terminated|terminating connection due to administrator command)/i,
      )
      await server.restart()
      await end()
    } finally {
      process.removeAllListeners('unhandledRejection')
      for (const listener of others) process.on('unhandledRejection', listener)
    }
  },
)
