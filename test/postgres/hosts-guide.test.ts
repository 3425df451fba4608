// The programs of the guide on a primary and its standby, which follows at once; and a failover under drop-ins that are busy.

import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Pool } from '../../src/db/pg/index.js'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { runExample } from '../examples/program.js'
import { patience, slack } from '../support/patience.js'
import { startStandbyOf } from '../support/standby.js'
import { until } from '../support/until.js'

let one: PostgresServer
let two: PostgresServer
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  one = await startPostgres()
  two = await startStandbyOf(one)
  // A commit returns when the standby shows it: the reader sees what the writer has just written.
  await admin(one, "ALTER SYSTEM SET synchronous_standby_names = '*'")
  await admin(one, 'ALTER SYSTEM SET synchronous_commit = remote_apply')
  await admin(one, 'SELECT pg_reload_conf()')
  await until(
    async () => (await admin(one, 'SELECT sync_state FROM pg_stat_replication')).sync_state === 'sync',
    'the standby follows at once',
  )
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => Promise.all([one?.stop(), two?.stop()]))

/** Asks one server, with the accounts of the first one, whose the other's are, too. */
async function admin({ host, port }: PostgresServer, text: string): Promise<Record<string, unknown>> {
  const { user, password, database } = one
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  try {
    return (await client.query(text)).rows[0] ?? {}
  } finally {
    await client.end()
  }
}

/** What an application has in DATABASE_URL. */
const bothHosts = () => {
  const { user, password, database, host } = one
  return `postgres://${user}:${password}@${host}:${two.port},${host}:${one.port}/${database}`
}

const opened = (config: ConstructorParameters<typeof Pool>[0]): Pool => {
  const pool = new Pool(config)
  closing.push(() => pool.end())
  return pool
}

const port = 'SELECT inet_server_port() AS port'
const portOf = async (pool: Pool) => (await pool.query(port)).rows[0].port

describe('the guide’s program', () => {
  it('hosts.ts finds the primary, and says what the hosts are', async () => {
    const { code, output, errors } = await runExample('hosts', { DATABASE_URL: bothHosts() })
    expect({ code, errors, first: output[0] }).toEqual({ code: 0, errors: '', first: '{ answer: 42 }' })
    expect(output[1]).toMatch(/^hosts: \[ '(standby|unknown)', 'primary' \]$/) // the standby may not have told it yet
    expect(output[3]).toBe('open: 0')
  })

  it.each([
    ['hosts-kysely', ["pets: [ 'Rex' ]", 'state: closed']],
    ['hosts-drizzle', ["pets: [ 'Rex' ]", 'state: closed']],
  ])('%s.ts writes to the primary and reads from the standby', async (name, said) => {
    const { code, output, errors } = await runExample(name, { DATABASE_URL: bothHosts() })
    expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: said })
  })
})

describe('a failover', () => {
  it(
    'fails the writes in flight and no other; those who wait go on soon after the promotion, and the reader reads all the time',
    async () => {
      const connectionString = bothHosts()
      const writer = opened({ connectionString, target_session_attrs: 'primary', max: 3 })
      const reader = opened({ connectionString, target_session_attrs: 'prefer-standby', max: 2 })
      const db = new Kysely<{ written: { id: number } }>({ dialect: new PostgresDialect({ pool: writer }) })
      await sql`CREATE TABLE written (id serial)`.execute(db)
      const failed: unknown[] = []
      const done: { readonly at: number; readonly port: number }[] = []
      let isOver = false
      const write = async () => {
        while (!isOver) {
          try {
            const { rows } = await sql<{ port: number }>`
            INSERT INTO written DEFAULT VALUES RETURNING inet_server_port() AS port`.execute(db)
            done.push({ at: performance.now(), port: rows[0]?.port ?? 0 })
          } catch (error) {
            failed.push(error)
          }
          await new Promise(resolve => setTimeout(resolve, 5))
        }
      }
      const writers = [write(), write(), write()]
      await until(() => done.length > 50, 'it is busy')
      await one.kill()
      await until(() => writer.statepool.stats().waiting === 3, 'all writers wait')
      expect(await portOf(reader)).toBe(two.port)
      await admin(two, 'SELECT pg_promote()')
      const promoted = performance.now()
      await until(() => done.at(-1)?.port === two.port, 'writes go on')
      isOver = true
      await Promise.all(writers)
      const resumed = done.find(each => each.port === two.port)?.at ?? Number.POSITIVE_INFINITY
      expect(resumed - promoted).toBeLessThan(2_000 * slack)
      expect(failed.length).toBeLessThanOrEqual(3)
      expect(await portOf(reader)).toBe(two.port)
    },
    2 * patience,
  )
})
