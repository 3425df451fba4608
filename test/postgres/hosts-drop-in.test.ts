// Two drop-in pools on the same two servers, one to write and one to read, as ORMs have them: pg's own calls, Kysely and Drizzle.

import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, withReplicas } from 'drizzle-orm/pg-core'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pool } from '../../src/db/pg/index.js'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { patience, slack } from '../support/patience.js'
import { startStandbyOf } from '../support/standby.js'
import { until } from '../support/until.js'

let one: PostgresServer
let two: PostgresServer
let writer: Pool
let reader: Pool

beforeAll(async () => {
  one = await startPostgres()
  two = await startStandbyOf(one)
  const url = (target: string) =>
    `postgres://${one.user}:${one.password}@${one.host}:${one.port},${two.host}:${two.port}/${one.database}?target_session_attrs=${target}`
  const common = { max: 3, connectionTimeoutMillis: patience }
  writer = new Pool({ connectionString: url('primary'), ...common })
  reader = new Pool({ connectionString: url('prefer-standby'), ...common })
  await writer.query('CREATE TABLE pets (id int)')
  const followed = async () => (await reader.query("SELECT to_regclass('pets') AS it")).rows[0].it !== null
  await until(followed, 'the standby has the table')
})
afterAll(async () => {
  await Promise.all([writer?.end(), reader?.end()])
  await Promise.all([one?.stop(), two?.stop()])
})

const port = 'SELECT inet_server_port() AS port'
const portOf = async (pool: Pool): Promise<number> => (await pool.query(port)).rows[0].port

describe('a writer and a reader', () => {
  it('are on the primary and on the standby', async () => {
    expect(await portOf(writer)).toBe(one.port)
    expect(await portOf(reader)).toBe(two.port)
    await expect(reader.query('INSERT INTO pets VALUES (1)')).rejects.toMatchObject({ code: '25006' })
  })

  it('with Kysely are two instances', async () => {
    interface Tables {
      pets: { id: number }
    }
    const write = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: writer }) })
    const read = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: reader }) })
    await write.insertInto('pets').values({ id: 2 }).execute()
    await until(
      async () => (await read.selectFrom('pets').selectAll().where('id', '=', 2).execute()).length === 1,
      'the standby has the row',
    )
    const shown = async (db: Kysely<Tables>) =>
      (await sql<{ port: number }>`select inet_server_port() as port`.execute(db)).rows[0]?.port
    expect([await shown(write), await shown(read)]).toEqual([one.port, two.port])
  })

  it('with Drizzle are its replicas', async () => {
    const pets = pgTable('pets', { id: integer() })
    const db = withReplicas(drizzle({ client: writer }), [drizzle({ client: reader })])
    await db.insert(pets).values({ id: 3 })
    await until(
      async () => (await db.select().from(pets)).some(({ id }) => id === 3),
      'the standby has the row',
    )
    const inTransaction = await db.transaction(async tx => (await tx.execute(port)).rows[0])
    expect(inTransaction).toEqual({ port: one.port })
    const { totalCount } = reader
    expect(totalCount).toBeGreaterThan(0)
  })
})

it('a promotion leads the writer to the other server; the reader goes on', async () => {
  await portOf(writer)
  await one.kill()
  // The backends outlive the postmaster for a moment, and a query of that moment fails: it belongs to the loss.
  await until(() => writer.totalCount === 0, 'the writer has lost its clients')
  await portOf(reader)
  // The writer waits, and tries for 20 s: one server is down, and the other one is a standby.
  const waiting = portOf(writer)
  await until(() => writer.statepool.stats().connecting > 0, 'the writer looks for a primary')
  await reader.query('SELECT pg_promote()')
  const promoted = performance.now()
  expect(await waiting).toBe(two.port)
  expect(performance.now() - promoted).toBeLessThan(2_000 * slack)
  expect(await portOf(reader)).toBe(two.port)
  await writer.query('INSERT INTO pets VALUES (4)')
})
