// A slot that becomes free because closeTimeout has passed: the socket of its connection is closed by then, whatever the server still does.

import type { Connection as CallbackConnection } from 'mysql2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { type Pool as CorePool, createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { until } from '../support/until.js'

/** Less than a driver takes to have the server let go of a statement that resists. */
const limits = { min: 0, max: 1, closeTimeout: 100, connectTimeout: 400, random: () => 0 }

interface Socket {
  readonly destroyed: boolean
}

/** Whether each socket that was seen is closed, asked as soon as the pool has buried a connection. */
const socketsAtTheEnd = <C>(pool: CorePool<C>, sockets: readonly Socket[]): boolean[] => {
  const seen: boolean[] = []
  pool.events$.subscribe(({ type }) => {
    if (type === 'connection.closed') seen.push(...sockets.map(({ destroyed }) => destroyed))
  })
  return seen
}

describe('PostgreSQL', () => {
  let backends: Backends
  beforeAll(async () => {
    backends = await watchBackends('closed at closeTimeout')
  })
  afterAll(() => backends.stop())

  /** A request to cancel does not stop it at once. */
  const resisting =
    'DO $$ BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(1); END $$'
  const socketOf = (client: object): Socket =>
    (client as { connection: { stream: Socket } }).connection.stream

  it('closes the socket of a destroyed lease', async () => {
    const pool = createPool(postgres(backends.config), limits)
    const lease = await pool.acquire()
    const ends = socketsAtTheEnd(pool, [socketOf(lease.connection)])
    lease.connection.query(resisting).catch(() => {})
    await until(async () => (await backends.active()) === 1, 'the statement runs')
    lease.destroy()
    await until(() => ends.length > 0, 'the connection is closed')
    expect(ends).toEqual([true])
    await pool.close()
  })

  it('closes the socket of a client of the drop-in that was released with an error', async () => {
    const pool = new Pool({ ...backends.config, max: 1, statepool: { closeTimeout: 100 } })
    const client = await pool.connect()
    const ends = socketsAtTheEnd(pool.statepool, [socketOf(client)])
    client.query(resisting).catch(() => {})
    await until(async () => (await backends.active()) === 1, 'the statement runs')
    client.release(new Error('of no use any more'))
    await until(() => ends.length > 0, 'the connection is closed')
    expect(ends).toEqual([true])
    await pool.end()
  })

  it.each(['the driver', 'the pool'])('closes the socket when onConnect of %s takes too long', async of => {
    const sockets: Socket[] = []
    const onConnect = async (client: object): Promise<void> => {
      sockets.push(socketOf(client))
      await (client as { query(sql: string): Promise<unknown> }).query(resisting)
    }
    const pool =
      of === 'the pool'
        ? createPool(postgres(backends.config), { ...limits, onConnect })
        : createPool(postgres({ ...backends.config, onConnect }), limits)
    pool.acquire({ timeout: 3_000 }).catch(() => {})
    await until(() => sockets.length >= 2, 'it has tried again')
    expect(sockets[0]?.destroyed).toBe(true)
    await pool.close({ timeout: 0 })
  })
})

describe.skipIf(mariadbMissing())('MariaDB', () => {
  let threads: Threads
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())

  const long = "SELECT BENCHMARK(300000000, SHA2('x', 512))"
  const socketOf = (connection: object): Socket =>
    (connection as { connection: CallbackConnection & { stream: Socket } }).connection.stream

  it('closes the socket of a destroyed lease', async () => {
    const pool = createPool(mysql(threads.config), limits)
    const lease = await pool.acquire()
    const ends = socketsAtTheEnd(pool, [socketOf(lease.connection)])
    lease.connection.query(long).catch(() => {})
    lease.destroy()
    await until(() => ends.length > 0, 'the connection is closed')
    expect(ends).toEqual([true])
    await pool.close()
  })
})
