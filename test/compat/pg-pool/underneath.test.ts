// Under the drop-in is this package's pool, with all that it has.

import pg from 'pg'
import Cursor from 'pg-cursor'
import { expect, it } from 'vitest'
import { Pool } from '../../../src/db/pg/index.js'
import { dropIn, server } from '../../support/drop-in.js'
import { until } from '../../support/until.js'

it('is a pg.Pool to whoever asks, by instanceof or by name', async () => {
  await using pool = dropIn()
  expect(pool).toBeInstanceOf(pg.Pool)
  expect(pool.constructor.name).toBe('Pool')
  const client = await pool.connect()
  expect(client).toBeInstanceOf(pg.Client)
  expect(Object.getPrototypeOf(client).constructor.name).not.toContain('Pool')
  client.release()
})

it('its types are those of pg.Pool', () => {
  // Compiled, and never run.
  async function typed(config: pg.PoolConfig): Promise<unknown> {
    const ours = new Pool(config, pg.Client)
    const pool: pg.Pool = ours
    const { rows } = await ours.query<{ answer: number }>('SELECT 42 AS answer')
    const answer: number | undefined = rows[0]?.answer
    ours.query('SELECT $1', [answer], (error: Error, result) => [error.message, result.rowCount])
    const cursor: Cursor = ours.query(new Cursor('SELECT 1'))
    const client: pg.PoolClient = await ours.connect()
    ours.connect((error, client, done) => done(error ?? client))
    ours.on('remove', client => client.port)
    // @ts-expect-error: it must be a number
    new Pool({ max: 'many' })
    // @ts-expect-error: there is no such habit
    new Pool({ likePgPool: ['keepOpenTransaction'] })
    return [pool, cursor, client, ours.ended, ours.options.max, ours.totalCount]
  }
  expect(typed).toBeTypeOf('function')
})

it('its figures, events and chart are there', async () => {
  await using pool = dropIn({ max: 3 })
  const events: string[] = []
  const subscription = pool.statepool.events$.subscribe(({ type }) => events.push(type))
  await pool.query('SELECT 1')
  await until(() => events.includes('lease.released'), 'the release is told')
  subscription.unsubscribe()
  expect(events).toEqual(
    expect.arrayContaining(['acquire.requested', 'connection.ready', 'acquire.granted', 'lease.released']),
  )
  expect(pool.statepool.stats()).toMatchObject({ state: 'running', max: 3, acquired: 1, opened: 1 })
  expect(pool.statepool.actor.getSnapshot().value).toBe('running')
  const seen: string[] = []
  const stop = pool.statepool.inspect(event => seen.push(event.type))
  await pool.query('SELECT 1')
  stop()
  expect(seen).toContain('@xstate.snapshot')
})

it('clients that are acquired from it directly are the same ones, for both', async () => {
  await using pool = dropIn({ max: 1 })
  const first = await pool.connect()
  first.release()
  const direct = await pool.statepool.acquire()
  expect(direct.connection).toBe(first)
  expect(pool).toMatchObject({ totalCount: 1, idleCount: 0 })
  direct.release()
  expect(pool.idleCount).toBe(1)
})

it('a client of its use and transaction knows that it is lent, and is refused when it is not', async () => {
  await using pool = dropIn({ max: 1 })
  const { statepool } = pool
  let kept: pg.PoolClient | undefined
  const answer = await statepool.transaction(async client => {
    kept = client
    await client.query('CREATE TEMPORARY TABLE note (text text)')
    return (await client.query('SELECT 42 AS answer')).rows
  })
  expect(answer).toEqual([{ answer: 42 }])
  await expect(kept?.query('SELECT 1')).rejects.toMatchObject({ code: 'LEASE_RELEASED' })
  await statepool.use(async client => {
    expect(client).toBe(kept)
    expect((await client.query('SELECT count(*)::int AS notes FROM note')).rows).toEqual([{ notes: 0 }])
  })
})

it('a client is kept ready from the start if there is a min, where pg.Pool opens none', async () => {
  await using pool = dropIn({ statepool: { min: 2 } })
  await pool.statepool.ready()
  expect(pool).toMatchObject({ totalCount: 2, idleCount: 2 })
})

it('a client that was idle for long is validated before it is lent', async () => {
  await using pool = dropIn({ max: 1, statepool: { validateAfter: 0 } })
  const client = await pool.connect()
  client.release()
  const socket = client.connection.stream
  socket.destroy() // nobody has noticed yet when the next caller comes
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

it('a pool that is printed shows no password', async () => {
  const { inspect } = await import('node:util')
  await using pool = new Pool({ ...server(), password: 'marked-password' })
  expect(inspect(pool, { depth: 8 })).not.toContain('marked-password')
})

it('nor when it was in the connection string', async () => {
  const { inspect } = await import('node:util')
  const { host, port, database } = server()
  const connectionString = `postgres://someone:marked-password@${host}:${port}/${database}`
  await using pool = new Pool({ connectionString })
  expect(inspect(pool, { depth: 8 })).not.toContain('marked-password')
  expect(JSON.stringify(pool.options)).not.toContain('marked-password')
  expect(pool.options.connectionString).toBe(connectionString)
})
