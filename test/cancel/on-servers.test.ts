// A signal that aborts while a callback runs: on real servers what runs is stopped, and the connection comes back clean. No cancel hits a neighbour.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { postgres } from '../../src/db/pg/index.js'
import { type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool, type Driver, type Pool, type PoolOptions } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { watchBackends } from '../support/backends.js'
import { mariadbMissing, watchThreads } from '../support/mariadb-threads.js'
import { cases } from '../support/seeds.js'
import { temporaryFile } from '../support/sqlite-file.js'
import { until } from '../support/until.js'

/** A driver, and hands on its server. */
interface Server<C> {
  readonly driver: Driver<C>
  /** A statement that takes that long, or nearly. */
  nap(connection: C, milliseconds: number): Promise<unknown>
  /** A statement that answers with the number. */
  echo(connection: C, number: number): Promise<unknown>
  /** Whether an error is the database's for a statement that was cancelled. */
  isCancelled(error: unknown): boolean
  /** Which session it is. */
  idOf(connection: C): unknown
  /** The most sessions there were since it was called. */
  watchPeak(): () => Promise<number>
  /** One more row for good, if its transaction commits. */
  note(connection: C): Promise<unknown>
  /** How many rows there are. */
  notes(connection: C): Promise<number>
  /** More sessions than `max`, for a helper. */
  readonly helpers: number
  stop(): Promise<unknown>
}

const wait = (milliseconds: number) => new Promise<void>(resolve => setTimeout(resolve, milliseconds))

async function onPostgres(): Promise<Server<pg.Client>> {
  const backends = await watchBackends('cancel-family')
  await backends.ask('DROP TABLE IF EXISTS cancel_notes')
  await backends.ask('CREATE TABLE cancel_notes (i int)')
  return {
    driver: postgres(backends.config as object),
    nap: (client, ms) => client.query('SELECT pg_sleep($1)', [ms / 1_000]),
    echo: async (client, number) => (await client.query('SELECT $1::int AS n', [number])).rows[0].n,
    isCancelled: error => (error as { code?: unknown }).code === '57014',
    idOf: client => (client as unknown as { processID: number }).processID,
    watchPeak() {
      const peak = backends.watchPeak()
      return async () => (await peak()).connected
    },
    note: client => client.query('INSERT INTO cancel_notes VALUES (1)'),
    notes: async client => (await client.query('SELECT count(*)::int AS n FROM cancel_notes')).rows[0].n,
    helpers: 0,
    async stop() {
      await backends.ask('DROP TABLE cancel_notes')
      await backends.stop()
    },
  }
}

async function onMariadb(): Promise<Server<Connection>> {
  const threads = await watchThreads()
  const { database } = threads.config
  await threads.ask('CREATE TABLE ??.notes (i int) ENGINE = InnoDB', [database])
  return {
    driver: mysql(threads.config),
    // SLEEP alone ends with a value when it is cancelled.
    nap: (connection, ms) =>
      connection.query('SELECT SLEEP(?) FROM (SELECT 1 UNION SELECT 2) AS two', [ms / 2_000]),
    async echo(connection, number) {
      const [[row]] = await connection.query<RowDataPacket[]>('SELECT ? AS n', [number])
      return row?.n
    },
    isCancelled: error => [1317, 1969].includes((error as { errno: number }).errno),
    idOf: connection => connection.threadId,
    watchPeak() {
      let peak = 0
      let watched = true
      const watching = (async () => {
        while (watched) {
          peak = Math.max(peak, await threads.count())
          await wait(2)
        }
      })()
      return async () => {
        watched = false
        await watching
        return peak
      }
    },
    note: connection => connection.query('INSERT INTO notes VALUES (1)'),
    async notes(connection) {
      const [[row]] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM notes')
      return row?.n
    },
    helpers: 1,
    stop: () => threads.stop(),
  }
}

async function onSqlite(): Promise<Server<SqliteConnection>> {
  const { filename, remove } = await temporaryFile()
  const driver = sqlite({ filename })
  const pool = createPool(driver)
  await pool.use(connection => connection.exec('CREATE TABLE notes (i)'))
  await pool.close()
  return {
    driver,
    // Some three million rows a second, which are thrown away one by one.
    nap: (connection, ms) =>
      connection.all(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${Math.ceil(ms * 2_000)})
         SELECT i FROM n WHERE i % 1000 = 0`,
      ),
    echo: async (connection, number) => (await connection.get<{ n: number }>('SELECT ? AS n', [number]))?.n,
    isCancelled: error => (error as { code?: unknown }).code === 'SQLITE_INTERRUPT',
    idOf: connection => connection.worker,
    watchPeak: () => async () => 0,
    note: connection => connection.run('INSERT INTO notes VALUES (1)'),
    notes: async connection =>
      (await connection.get<{ n: number }>('SELECT count(*) AS n FROM notes'))?.n ?? 0,
    helpers: 0,
    stop: remove,
  }
}

function family<C>(setUp: () => Promise<Server<C>>, rounds: number): void {
  let server: Server<C>
  beforeAll(async () => {
    server = await setUp()
  })
  afterAll(() => server.stop())

  const poolOf = (options: PoolOptions<C> = {}): Pool<C> =>
    createPool(server.driver, { min: 1, max: 1, ...options })

  /** A signal that aborts a while after it was set off, which callbacks do as they begin. */
  const fuse = (milliseconds = 50) => {
    const controller = new AbortController()
    const { signal } = controller
    return { signal, light: () => void setTimeout(() => controller.abort('enough'), milliseconds) }
  }

  it('before it, nothing is run', async () => {
    await using pool = poolOf()
    let ran = false
    const used = pool.use(() => (ran = true), { signal: AbortSignal.abort('enough') })
    await expect(used).rejects.toMatchObject({ code: 'ACQUIRE_ABORTED', cause: 'enough' })
    expect(ran).toBe(false)
  })

  it('during a statement, it is stopped, the caller gets an error of ours, and the same connection serves the next', async () => {
    await using pool = poolOf()
    const before = await pool.use(server.idOf)
    const began = Date.now()
    let thrown: unknown
    const { signal, light } = fuse()
    const used = pool.use(
      connection => {
        light()
        return server.nap(connection, 60_000).catch(error => {
          thrown = error
          throw error
        })
      },
      { signal },
    )
    await expect(used).rejects.toMatchObject({ code: 'QUERY_ABORTED', cause: 'enough' })
    expect(server.isCancelled(thrown)).toBe(true)
    expect(await pool.use(server.idOf)).toBe(before)
    expect(Date.now() - began).toBeLessThan(30_000)
    expect(pool.stats().closedBy).toEqual({})
  })

  it('during several statements that were sent at once, all of them are', async () => {
    await using pool = poolOf()
    const before = await pool.use(server.idOf)
    const began = Date.now()
    const { signal, light } = fuse()
    const used = pool.use(
      async connection => {
        light()
        throw await Promise.allSettled(Array.from({ length: 3 }, () => server.nap(connection, 60_000)))
      },
      { signal },
    )
    await expect(used).rejects.toMatchObject({
      code: 'QUERY_ABORTED',
      thrown: [{ status: 'rejected' }, { status: 'rejected' }, { status: 'rejected' }],
    })
    expect(await pool.use(server.idOf)).toBe(before)
    expect(Date.now() - began).toBeLessThan(30_000)
  })

  it('between two statements, the next one does not run for long', async () => {
    await using pool = poolOf()
    const before = await pool.use(server.idOf)
    const { signal, light } = fuse()
    const used = pool.use(
      async connection => {
        light()
        await wait(100)
        await server.nap(connection, 60_000)
      },
      { signal },
    )
    await expect(used).rejects.toMatchObject({ code: 'QUERY_ABORTED' })
    expect(await pool.use(server.idOf)).toBe(before)
  })

  it('what the callback returns all the same counts, and what it cleans up with is left alone', async () => {
    await using pool = poolOf()
    const { signal, light } = fuse()
    const used = pool.use(
      async connection => {
        light()
        await server.nap(connection, 60_000).catch(() => {})
        await wait(20)
        return server.echo(connection, 7)
      },
      { signal },
    )
    expect(await used).toBe(7)
  })

  it('a transaction is rolled back, whatever its callback returns, and not tried again', async () => {
    await using pool = poolOf()
    const before = await pool.use(server.notes)
    const controller = new AbortController()
    let attempts = 0
    const transaction = pool.transaction(
      async connection => {
        attempts++
        await server.note(connection)
        controller.abort('enough')
        await wait(20)
      },
      { signal: controller.signal, retry: 5 },
    )
    await expect(transaction).rejects.toMatchObject({ code: 'QUERY_ABORTED', cause: 'enough' })
    const { signal, light } = fuse()
    const sleeper = pool.transaction(
      async connection => {
        attempts++
        light()
        await server.note(connection)
        await server.nap(connection, 60_000)
      },
      { signal, retry: 5 },
    )
    await expect(sleeper).rejects.toMatchObject({ code: 'QUERY_ABORTED', cause: 'enough' })
    expect(attempts).toBe(2)
    expect(await pool.use(server.notes)).toBe(before)
    expect(pool.stats().closedBy).toEqual({})
  })

  it(`hits no neighbour: ${rounds} rounds, with the abort around the end of the statement`, async () => {
    const max = 2
    await using pool = poolOf({ min: max, max })
    await pool.ready()
    const random = createRandom(15, 'cancel')
    const peak = server.watchPeak()
    let cancelled = 0
    const sent = async (round: number): Promise<void> => {
      const length = 3 + random() * 4
      const { signal, light } = fuse(random() * 10)
      light()
      const used = pool.use(
        async connection => {
          await server.nap(connection, length)
          if (random() < 0.5) await server.echo(connection, round)
        },
        { signal },
      )
      await used.catch(error => {
        cancelled++
        expect(['QUERY_ABORTED', 'ACQUIRE_ABORTED']).toContain(error.code)
      })
      // At once, and for longer than a request takes: whatever is still on its way would hit these.
      const neighbour = (number: number) =>
        pool.use(async connection => {
          await server.nap(connection, 4)
          return server.echo(connection, number)
        })
      const answers = await Promise.all([1, 2].map(neighbour))
      expect(answers).toEqual([1, 2])
    }
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < rounds) await sent(next++)
    }
    await Promise.all([worker(), worker(), worker()])
    expect(cancelled).toBeGreaterThan(rounds / 20)
    expect(cancelled).toBeLessThan(rounds)
    expect(pool.stats()).toMatchObject({ total: max, lost: 0, closedBy: {} })
    expect(await peak()).toBeLessThanOrEqual(max + server.helpers)
    await until(() => pool.stats().idle === max, 'all are idle')
  })
}

const rounds = cases({ all: 300, some: 100 })

describe('an abort on PostgreSQL', () => family(onPostgres, rounds))
describe.skipIf(mariadbMissing())('an abort on MariaDB', () => family(onMariadb, rounds))
describe('an abort on SQLite', () => family(onSqlite, rounds))
