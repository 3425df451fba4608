// A primary and its standby, which follows it by streaming replication: writes and reads go where they belong, before, during and after a failover.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { fleet } from '../../src/fleet/index.js'
import { createHostPool, type HostPool, type HostPoolOptions } from '../../src/hosts/index.js'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { patience, slack } from '../support/patience.js'
import { startSilentServer } from '../support/silent-server.js'
import { makeStandby, startStandbyOf } from '../support/standby.js'
import { until } from '../support/until.js'

let one: PostgresServer
let two: PostgresServer
let pool: HostPool<pg.Client>

beforeAll(async () => {
  one = await startPostgres()
  two = await startStandbyOf(one)
  await admin(one, 'CREATE TABLE written (id serial)')
  await until(async () => (await admin(two, "SELECT to_regclass('written') AS it")).it !== null, 'it follows')
})
afterEach(() => pool?.close({ timeout: 0 }))
afterAll(() => Promise.all([one?.stop(), two?.stop()]))

/** Asks one server, with the accounts of the first one, whose the other's are, too. */
async function admin({ host, port }: PostgresServer, sql: string): Promise<Record<string, unknown>> {
  const { user, password, database } = one
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  try {
    return (await client.query(sql)).rows[0] ?? {}
  } finally {
    await client.end()
  }
}

const nameOf = ({ host, port }: PostgresServer) => `${host}:${port}`

function open(options: HostPoolOptions<pg.Client> = {}): void {
  const { user, password, database } = one
  const hosts = [nameOf(one), nameOf(two)]
  pool = createHostPool(postgres({ hosts, user, password, database }), {
    min: 1,
    max: 3,
    acquireTimeout: patience,
    ...options,
  })
}

const states = () => Object.fromEntries(pool.hosts().map(({ host, state }) => [host, state]))
const are = (first: string, second: string) =>
  until(
    () => states()[nameOf(one)] === first && states()[nameOf(two)] === second,
    `the hosts are ${first} and ${second}`,
  )

/** Writers that go on, one statement after the other, and note what became of each. */
class Writers {
  readonly done: { readonly at: number; readonly port: number }[] = []
  readonly failed: { readonly at: number; readonly code: unknown }[] = []
  #isOver = false
  readonly #all: Promise<unknown>

  constructor(count: number) {
    this.#all = Promise.all(Array.from({ length: count }, () => this.#write()))
  }

  async #write(): Promise<void> {
    while (!this.#isOver) {
      try {
        const port = await pool.use(async client => {
          const sql = 'INSERT INTO written DEFAULT VALUES RETURNING inet_server_port() AS port'
          return (await client.query(sql)).rows[0].port as number
        })
        this.done.push({ at: performance.now(), port })
      } catch (error) {
        this.failed.push({ at: performance.now(), code: (error as { code?: unknown }).code })
      }
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#all
  }

  /** Waits until a write succeeds on this server. */
  async reach({ port }: PostgresServer): Promise<number> {
    const before = this.done.length
    await until(() => this.done.slice(before).some(write => write.port === port), `a write on ${port}`)
    return this.done.slice(before).find(write => write.port === port)?.at ?? 0
  }
}

/** How soon writes go on after a promotion, in milliseconds: the recheck is half a second. */
const soon = 2_000

describe('two hosts', () => {
  it('are told apart, and serve whom they should', async () => {
    open()
    await pool.ready()
    await are('primary', 'standby')
    const portFor = async (target: 'primary' | 'standby') =>
      (await pool.query<pg.QueryResult>('SELECT inet_server_port() AS port', [], { target })).rows[0].port
    expect(await portFor('primary')).toBe(one.port)
    expect(await portFor('standby')).toBe(two.port)
    await pool.transaction(client => client.query('INSERT INTO written DEFAULT VALUES'))
    await expect(
      pool.transaction(client => client.query('INSERT INTO written DEFAULT VALUES'), { target: 'standby' }),
    ).rejects.toMatchObject({ code: '25006' })
    expect(states()).toEqual({ [nameOf(one)]: 'primary', [nameOf(two)]: 'standby' })
    expect(pool.health().status).toBe('ready')
  })
})

describe('hosts in a fleet that their servers keep', () => {
  /** Leases to this kind of host, one after the other, until no more come. */
  async function most(target: 'primary' | 'standby'): Promise<number> {
    const leases = []
    for (const timeout of [patience, patience, 300]) {
      const lease = await pool.acquire({ target, timeout }).catch(() => undefined)
      if (lease !== undefined) leases.push(lease)
    }
    for (const lease of leases) lease.release()
    return leases.length
  }

  it('have the budget on each server, a standby too, and min on each', async () => {
    open({ min: 2, fleet: fleet({ name: 'on each', connections: 2 }) })
    await are('primary', 'standby')
    expect([await most('primary'), await most('standby')]).toEqual([2, 2])
  })

  it('are reached while a connect to another host hangs', async () => {
    const silent = await startSilentServer()
    const { user, password, database } = one
    pool = createHostPool(
      postgres({ hosts: [`${silent.host}:${silent.port}`, nameOf(one)], user, password, database }),
      { connectTimeout: patience, fleet: fleet({ name: 'one hangs', connections: 2 }) },
    )
    await pool.use(client => client.query('SELECT 1'), { timeout: patience / 2 })
    await pool.close({ timeout: 0 })
    await silent.stop()
  })
})

describe('a failover', () => {
  it('by a crash: writes in flight fail, the others wait, and go on soon after the promotion; reads go on all the time', async () => {
    open({ fleet: fleet({ name: 'through a crash', connections: 3 }) })
    await are('primary', 'standby')
    const writers = new Writers(3)
    await writers.reach(one)
    await one.kill()
    const read = () => pool.query('SELECT 1', [], { target: 'prefer-standby' })
    await until(() => states()[nameOf(one)] === 'down', 'the crash is noticed')
    await read()
    expect(writers.failed.length).toBeLessThanOrEqual(3) // one for each that was in flight
    await admin(two, 'SELECT pg_promote()')
    const promoted = performance.now()
    await read()
    const resumed = await writers.reach(two)
    await writers.stop()
    expect(writers.failed.length).toBeLessThanOrEqual(3)
    expect(resumed - promoted).toBeLessThan(soon * slack)
    expect(states()).toEqual({ [nameOf(one)]: 'down', [nameOf(two)]: 'primary' })
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
    const channels = await Promise.all(
      leases.map(({ connection }) => connection.query('SELECT pg_listening_channels()')),
    )
    expect(channels.map(({ rows }) => rows.length)).toEqual([1, 1, 1]) // what was opened on the standby could not listen to the fleet
    for (const lease of leases) lease.release()
    await makeStandby(one)
    await one.restart()
    await are('standby', 'primary')
  })

  it('back, while the former primary lives on and refuses writes: its first error tells', async () => {
    open({ hostRecheck: false })
    await are('standby', 'primary')
    const writers = new Writers(3)
    await writers.reach(two)
    // As a managed service does before it switches: sessions stay, and find themselves read-only.
    await admin(two, 'ALTER SYSTEM SET default_transaction_read_only = on')
    await admin(two, 'SELECT pg_reload_conf()')
    await until(() => pool.stats().seeking > 0, 'writers wait')
    expect(new Set(writers.failed.map(({ code }) => code))).toEqual(new Set(['25006']))
    expect(writers.failed.length).toBeLessThanOrEqual(3)
    expect(states()[nameOf(two)]).not.toBe('primary')
    await admin(one, 'SELECT pg_promote()')
    const promoted = performance.now()
    const resumed = await writers.reach(one)
    await writers.stop()
    expect(writers.failed.length).toBeLessThanOrEqual(3)
    expect(resumed - promoted).toBeLessThan(soon * slack)
    await are('primary', 'standby')
  })
})
