// What a holder of the promise pool's connection hung on it, read half, changed, ended or paused reaches no other holder.

import type { Socket } from 'node:net'
import type { Connection as CallbackConnection } from 'mysql2'
import type { PoolConnection, RowDataPacket } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createPool as createCallbackPool } from '../../../src/db/mysql2/index.js'
import { createPool, type PromisePool } from '../../../src/db/mysql2/promise.js'
import { mariadbMissing, type Threads, watchThreads } from '../../support/mariadb-threads.js'

const forms = [
  ['createPool of statepool/mysql2/promise', createPool],
  ['pool.promise()', (config: Parameters<typeof createPool>[0]) => createCallbackPool(config).promise()],
] as const

describe.skipIf(mariadbMissing()).each(forms)('by %s', (_, open) => {
  let threads: Threads
  let pool: PromisePool
  beforeAll(async () => {
    threads = await watchThreads()
    await threads.ask('CREATE TABLE ??.note (text varchar(9)) ENGINE = InnoDB', [threads.config.database])
  })
  afterEach(() => pool.end())
  afterAll(() => threads.stop())

  const start = (more: { resetOnRelease?: boolean } = {}): void => {
    pool = open({ ...threads.config, ...more, connectionLimit: 1, statepool: { resetTimeout: 60_000 } })
  }
  /** What the next holder finds, and whether it had to wait for a deadline. */
  const next = async (): Promise<unknown> => {
    const connection = await pool.getConnection()
    const [[row]] = await connection.query<RowDataPacket[]>(
      'SELECT DATABASE() AS place, @@in_transaction AS underWay',
    )
    connection.release()
    return row
  }
  const asNew = (): object => ({ place: threads.config.database, underWay: 0 })

  it('listeners of 30 holders are gone, on the connection and on the one behind it', async () => {
    start()
    const counts = new Set<string>()
    for (let lease = 0; lease < 30; lease++) {
      const connection = await pool.getConnection()
      const core = behind(connection)
      counts.add(['error', 'end', 'drain', 'enqueue'].map(name => core.listenerCount(name)).join(' '))
      for (const emitter of [connection, core]) {
        emitter.on('error', () => {})
        emitter.once('end', () => {})
        emitter.on('drain', () => {})
        emitter.on('enqueue', () => {})
      }
      connection.release()
    }
    expect([...counts]).toHaveLength(1)
  })

  it.each<[string, (connection: PoolConnection) => unknown]>([
    [
      'a stream that was read half',
      async connection => {
        const rows = behind(connection).query('SELECT seq FROM seq_1_to_200000').stream({ highWaterMark: 2 })
        await new Promise(resolve => rows.once('readable', resolve))
        rows.read()
      },
    ],
    [
      'a stream of a prepared statement',
      async connection => {
        const rows = behind(connection)
          .execute('SELECT seq FROM seq_1_to_200000')
          .stream({ highWaterMark: 2 })
        await new Promise(resolve => rows.once('readable', resolve))
      },
    ],
    ['pause()', connection => behind(connection).pause()],
    [
      'a chained transaction',
      async connection => {
        await connection.query("SET completion_type = 'chain'")
        await connection.query('BEGIN')
      },
    ],
    [
      'a commit that began the next transaction',
      async connection => {
        await connection.query("SET completion_type = 'chain'")
        await connection.beginTransaction()
        await connection.query("INSERT INTO note VALUES ('kept')")
        await connection.commit()
      },
    ],
    ['end() of its socket', connection => void behind(connection).stream.end()],
    ['destroy() of its socket', connection => void behind(connection).stream.destroy()],
    ['destroy() of the connection behind it', connection => behind(connection).destroy()],
    ['changeUser()', connection => connection.changeUser({ database: 'information_schema' })],
  ])('after %s the next holder, who waits for it, has a session as new', async (_, leave) => {
    start({ resetOnRelease: false })
    const connection = await pool.getConnection()
    connection.on('error', () => {})
    await leave(connection)
    const found = next()
    connection.release()
    expect(await found).toEqual(asNew())
  })

  it('USE is undone by resetOnRelease', async () => {
    start({ resetOnRelease: true })
    const connection = await pool.getConnection()
    await connection.query('USE information_schema')
    connection.release()
    expect(await next()).toEqual(asNew())
  })
})

type Core = CallbackConnection & { readonly stream: Socket }

/** The connection with callbacks. */
const behind = ({ connection }: PoolConnection): Core => connection as unknown as Core
