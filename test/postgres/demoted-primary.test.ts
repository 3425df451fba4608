// A primary that becomes read-only under a pool: each session that was open shows it once at most, and then the pool is well again.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { makeStandby, startStandbyOf } from '../support/standby.js'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js'
import { until } from '../support/until.js'

const size = 3
const write = 'INSERT INTO written VALUES (1)'

/** What becomes of so many uses at the same time, after each other so many times. */
async function outcomes(use: () => Promise<unknown>, rounds: number, abreast = 1): Promise<string[]> {
  const all: string[] = []
  const one = async (): Promise<string> => {
    const error = await use().then(
      () => undefined,
      (error: { code: string }) => error,
    )
    return error === undefined ? 'ok' : error.code
  }
  for (let round = 0; round < rounds; round++)
    all.push(...(await Promise.all(Array.from({ length: abreast }, one))))
  return all
}

/** Asks one server, with the account of the other one, whose it is, too. */
async function admin(
  { user, password, database }: PostgresServer,
  { host, port }: PostgresServer,
  ...statements: string[]
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  let rows: Record<string, unknown>[] = []
  for (const sql of statements) rows = (await client.query(sql)).rows
  await client.end()
  return rows
}

/** Sessions hear of it before the server takes new ones. */
async function turnReadOnly(server: PostgresServer, value: 'on' | 'off'): Promise<void> {
  const change = `ALTER SYSTEM SET default_transaction_read_only = ${value}`
  await admin(server, server, 'SET default_transaction_read_only = off', change, 'SELECT pg_reload_conf()')
  const show = 'SHOW default_transaction_read_only'
  const turned = async () => (await admin(server, server, show))[0]?.default_transaction_read_only === value
  await until(turned, `new sessions have it ${value}`)
}

/** The server says nothing about being read-only: as one before PostgreSQL 14, or a proxy. */
class Uninformed extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    const { connection } = this as unknown as { connection: NodeJS.EventEmitter }
    const emit = connection.emit.bind(connection)
    connection.emit = (name, ...args) => {
      const of = (args[0] as { parameterName?: string } | undefined)?.parameterName ?? ''
      const hidden = ['default_transaction_read_only', 'in_hot_standby'].includes(of)
      return name === 'parameterStatus' && hidden ? true : emit(name, ...args)
    }
  }
}

interface Subject {
  readonly opened: () => number
  /** Opens all of the sessions, and writes on each. */
  warmUp(): Promise<void>
  use(sql: string): Promise<unknown>
  transaction(sql: string, retry?: number): Promise<unknown>
  close(): Promise<void>
}

const driver =
  (Client: typeof pg.Client) =>
  (config: pg.ClientConfig): Subject => {
    const pool = createPool(postgres({ ...config, Client }), { min: size, max: size })
    return {
      opened: () => pool.stats().opened,
      async warmUp() {
        await pool.ready()
        const leases = await Promise.all(Array.from({ length: size }, () => pool.acquire()))
        for (const lease of leases) await lease.connection.query(write)
        for (const lease of leases) lease.release()
      },
      use: sql => pool.use(client => client.query(sql)),
      transaction: (sql, retry = 0) => pool.transaction(client => client.query(sql), { retry }),
      close: () => pool.close(),
    }
  }

const dropIn =
  (Client: typeof pg.Client) =>
  (config: pg.ClientConfig): Subject => {
    const pool = new Pool({ ...config, max: size, Client } as pg.PoolConfig)
    return {
      opened: () => pool.statepool.stats().opened,
      async warmUp() {
        const clients = await Promise.all(Array.from({ length: size }, () => pool.connect()))
        for (const client of clients) await client.query(write)
        for (const client of clients) client.release()
      },
      use: sql => pool.query(sql),
      transaction: (sql, retry = 0) => pool.statepool.transaction(client => client.query(sql), { retry }),
      close: () => pool.end(),
    }
  }

const subjects: readonly (readonly [string, (config: pg.ClientConfig) => Subject])[] = [
  ['the driver', driver(pg.Client)],
  ['the driver, when the server does not report it', driver(Uninformed)],
  ['the drop-in', dropIn(pg.Client)],
  ['the drop-in, when the server does not report it', dropIn(Uninformed)],
]

let primary: PostgresServer
let successor: PostgresServer
beforeAll(async () => {
  primary = await startPostgres()
  successor = await startStandbyOf(primary)
  await admin(primary, primary, 'CREATE TABLE written (id int)')
  const followed = async () =>
    (await admin(primary, successor, "SELECT to_regclass('written') AS it"))[0]?.it !== null
  await until(followed, 'the standby has the table')
  await admin(primary, successor, 'SELECT pg_promote()')
})
afterAll(() => Promise.all([primary?.stop(), successor?.stop()]))

describe.each(subjects)('%s', (_, open) => {
  let subject: Subject
  const connect = async (port: number): Promise<void> => {
    const { host, user, password, database } = primary
    subject = open({ host, port, user, password, database })
    await subject.warmUp()
    expect(subject.opened()).toBe(size)
  }
  afterEach(() => subject?.close())

  describe('when another server takes over', () => {
    let proxy: TcpProxy
    beforeEach(async () => {
      proxy = await startTcpProxy(primary)
      await connect(proxy.port)
      await turnReadOnly(primary, 'on')
      proxy.lead(successor)
    })
    afterEach(async () => {
      await proxy.stop()
      await turnReadOnly(primary, 'off')
    })

    it('each session shows one error at most, however many callers there are', async () => {
      const all = await outcomes(() => subject.use(write), 6, size)
      expect(all.filter(outcome => outcome === '25006').length).toBeLessThanOrEqual(size)
      expect(all.slice(size)).toEqual(Array(size * 5).fill('ok'))
      expect(subject.opened()).toBeLessThanOrEqual(2 * size)
    })

    it('a transaction shows one error, too', async () => {
      const all = await outcomes(() => subject.transaction(write), 6)
      expect(all[0]).toBe('25006')
      expect(all.slice(size)).toEqual(Array(6 - size).fill('ok'))
    })

    it('a transaction that may be tried again shows none', async () => {
      const all = await outcomes(() => subject.transaction(write, 1), 4, size)
      expect(all).toEqual(Array(size * 4).fill('ok'))
    })
  })

  describe('when it is restarted as a standby', () => {
    beforeEach(async () => {
      await connect(primary.port)
      await makeStandby(primary)
      await primary.restart()
      const reads = async () =>
        (await outcomes(() => subject.use('SELECT 1'), 1, size)).every(is => is === 'ok')
      await until(reads, 'it can be read')
    })
    afterEach(() => admin(primary, primary, 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote() END'))

    it('reads go on, a write costs at most the session that tried it, and after the promotion all is well', async () => {
      const before = subject.opened()
      const tried = await outcomes(() => subject.use(write), 10)
      expect(tried).toEqual(Array(10).fill('25006'))
      expect(await outcomes(() => subject.use('TABLE written'), 3, size)).toEqual(Array(3 * size).fill('ok'))
      // Besides, those that the restart had closed are opened again, and the first error makes all of them suspect.
      expect(subject.opened() - before).toBeLessThanOrEqual(tried.length + 2 * size)
      await admin(primary, primary, 'SELECT pg_promote()')
      expect(await outcomes(() => subject.use(write), 3, size)).toEqual(Array(3 * size).fill('ok'))
    })
  })

  it('a transaction that asked to be read-only costs nothing', async () => {
    await connect(primary.port)
    const mistake = `BEGIN READ ONLY; ${write}`
    expect(await outcomes(() => subject.use(mistake), 4, size)).toEqual(Array(4 * size).fill('25006'))
    expect(subject.opened()).toBe(size)
  })
})
