// What ends with a lease: listeners, LISTENs, half-read answers; and what does not: what was set up for every borrower.

import pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool, type Lease } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { CopyTo } from '../support/copy-streams.js'
import { patience, slack } from '../support/patience.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('pg left behind')
})
afterAll(() => backends.stop())

const open = (more: PostgresConfig = {}, resetTimeout?: number) =>
  createPool(postgres({ ...backends.config, ...more }), {
    max: 1,
    ...(resetTimeout !== undefined && { resetTimeout }),
  })

it('listeners end with the lease; those of onConnect stay', async () => {
  const heard: string[] = []
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  const pool = open({ onConnect: client => void client.on('notice', () => heard.push('own')) })
  for (let i = 0; i < 30; i++)
    await pool.use(client => {
      for (const name of ['notice', 'notification', 'error', 'drain', 'end', 'other'] as const)
        client.on(name as 'notice', () => heard.push('stray'))
      client.once('notice', () => heard.push('stray'))
    })
  await pool.use(client => client.removeAllListeners('notice'))
  await pool.use(client => client.query("DO $$ BEGIN RAISE NOTICE 'hear' ; END $$"))
  expect(heard).toEqual(['own'])
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
  process.off('warning', onWarning)
  await pool.close()
})

it.each<[string, (client: pg.Client) => void | Promise<void>]>([
  ['', async client => void (await client.query('LISTEN "All"'))],
  [', awaited or not', client => void client.query('LISTEN "All"').catch(() => {})],
])('LISTENs are undone; those of onConnect stay%s', async (_, onConnect) => {
  const pool = open({ onConnect })
  const channels = () =>
    pool.use(async client =>
      (await client.query('SELECT pg_listening_channels() AS c')).rows.map(({ c }) => c),
    )
  await pool.use(client => client.query('LISTEN stray'))
  expect(await channels()).toEqual(['All'])
  await pool.use(client => client.query('UNLISTEN *'))
  expect(await channels()).toEqual(['All'])
  expect(pool.stats().opened).toBe(1)
  await pool.close()
})

it.each([
  [{ resetQuery: 'DISCARD ALL' }, ''],
  [{ resetQuery: 'RESET ALL' }, ''],
  [{}, 'DISCARD ALL'],
  [{}, 'RESET ALL'],
  [{}, 'DO $$ BEGIN RESET ALL; END $$'],
  [{}, 'SET work_mem TO DEFAULT'],
  [{}, 'SET TIME ZONE LOCAL'],
])('what onConnect and the options set is there for the second borrower: %j %s', async (more, own) => {
  const pool = open({
    ...more,
    statement_timeout: 7_000,
    options: '-c search_path=pg_catalog',
    onConnect: async client => {
      await client.query("SET work_mem = '7MB'; SET TIME ZONE 'Asia/Tokyo'")
      client.on('notice', () => {})
    },
  })
  const settings = () =>
    pool.use(
      async client =>
        (
          await client.query(
            "SELECT current_setting('work_mem') || current_setting('search_path') || current_setting('TimeZone') || current_setting('statement_timeout') || current_setting('application_name') AS s",
          )
        ).rows[0].s,
    )
  const first = await settings()
  expect(first).toContain('7MB')
  for (let i = 0; i < 20; i++) await pool.use(client => client.query(own))
  expect(await settings()).toBe(first)
  expect(await pool.use(client => client.listenerCount('notice'))).toBe(1)
  expect(pool.stats().opened).toBe(1)
  await pool.close()
})

/** A COPY as pg-copy-streams submits it, of which nobody sends or reads the data. */
const copy = (text: string) => ({
  submit: (connection: pg.Connection) => connection.query(text),
  ...Object.fromEntries(
    [
      'handleError',
      'handleCopyInResponse',
      'handleCopyData',
      'handleCommandComplete',
      'handleReadyForQuery',
    ].map(name => [name, () => {}]),
  ),
})

it.each<[string, (client: pg.Client) => unknown]>([
  ['a cursor', client => client.query(new Cursor('SELECT generate_series(1, 9)')).read(1)],
  ['a cursor that was never read', client => client.query(new Cursor('SELECT 1'))],
  [
    'a query that fetches its rows in parts',
    client => void client.query({ text: 'SELECT generate_series(1, 1000000)', rows: 5 } as never, () => {}),
  ],
  [
    'a COPY from here',
    client => client.query(copy('CREATE TEMP TABLE t (a int); COPY t FROM STDIN') as never),
  ],
])('%s that is half-read at release keeps nobody waiting', async (_, leave) => {
  const pool = open({}, patience) // what a reset that waits for the rest would take
  await pool.use(leave)
  const began = performance.now()
  await pool.use(client => client.query('SELECT 1'))
  expect(performance.now() - began).toBeLessThan(1_500 * slack)
  await pool.close()
})

it('a stream that is half-read at release, and whose errors no one listens to, does not end the process', async () => {
  const pool = open()
  const errors: unknown[] = []
  const note = (error: unknown): void => void errors.push(error)
  process.on('uncaughtException', note)
  for (const leave of [
    (client: pg.Client) => {
      const rows = client.query(new CopyTo('COPY (SELECT generate_series(1, 100000)) TO STDOUT'))
      return new Promise(resolve => rows.once('data', () => resolve(rows.pause())))
    },
    async (client: pg.Client) => {
      client.query(new pg.Query('SELECT pg_sleep(60)') as never) // tells its listeners, and has none
      client.query(new pg.Query('SELECT 1') as never)
    },
  ])
    await pool.use(leave)
  expect((await pool.use(client => client.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }])
  process.off('uncaughtException', note)
  expect(errors).toEqual([])
  await pool.close()
})

it.each<[string, (client: pg.Client) => unknown]>([
  ['ended', client => void client.end()],
  ['destroyed', client => client.connection.stream.destroy()],
  ['ended past the client', client => client.connection.end()],
  ['paused', client => client.connection.stream.pause()],
  ['corked', client => client.connection.stream.cork()],
])('a client that its borrower %s is not leased again', async (_, ruin) => {
  const pool = open()
  const lease = (await pool.acquire()) as Lease<pg.Client>
  const waiting = pool.use(client => client.query('SELECT 1 AS one'))
  ruin(lease.connection)
  lease.release()
  expect((await waiting).rows).toEqual([{ one: 1 }])
  await until(async () => (await backends.count()) === 1, 'the server has one connection')
  await pool.close()
})
