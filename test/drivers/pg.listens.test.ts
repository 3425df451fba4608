// A LISTEN that the server itself ran, in a block, a procedure or a function: no command tag tells of it, and it ends with the lease, too.

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('pg listens')
  const body = "LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('LISTEN %I', channel); END $$"
  await backends.ask(`CREATE FUNCTION listen_to(channel text) RETURNS void ${body}`)
  await backends.ask(`CREATE PROCEDURE listening_to(channel text) ${body}`)
})
afterAll(async () => {
  await backends.ask('DROP FUNCTION listen_to')
  await backends.ask('DROP PROCEDURE listening_to')
  await backends.stop()
})

/** A pool of one connection, of either kind. */
interface OnePool {
  use<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>
  opened(): number
  close(): Promise<void>
}

type SetUp = (client: pg.ClientBase) => Promise<unknown>

const kinds: Record<string, (onConnect?: SetUp) => OnePool> = {
  'the driver': (onConnect = async () => {}) => {
    const driver = postgres({ ...backends.config, onConnect: async client => void (await onConnect(client)) })
    const pool = createPool(driver, { max: 1 })
    return {
      use: work => pool.use(work),
      opened: () => pool.stats().opened,
      close: () => pool.close(),
    }
  },
  'the drop-in': (onConnect = async () => {}) => {
    const pool = new Pool({
      ...backends.config,
      max: 1,
      onConnect: async client => void (await onConnect(client)),
    })
    return {
      async use(work) {
        const client = await pool.connect()
        return await work(client).finally(() => client.release())
      },
      opened: () => pool.statepool.stats().opened,
      close: () => pool.end(),
    }
  },
}

const listens: Record<string, SetUp> = {
  'a DO block': client => client.query("DO $$ BEGIN EXECUTE 'LISTEN stray'; END $$"),
  'a DO block in a transaction': async client => {
    await client.query('BEGIN')
    await client.query("DO $$ BEGIN EXECUTE 'LISTEN stray'; END $$")
    await client.query('COMMIT')
  },
  'a DO block among other statements': client =>
    client.query("SELECT 1; DO $$ BEGIN PERFORM listen_to('stray'); END $$; SELECT 2"),
  'a procedure': client => client.query('CALL listening_to($1)', ['stray']),
}
const byFunction: SetUp = client => client.query("SELECT listen_to('stray')")

const channelsOf = async (client: pg.ClientBase): Promise<string[]> =>
  (await client.query('SELECT pg_listening_channels() AS channel')).rows.map(({ channel }) => channel)

describe.each(Object.entries(kinds))('in %s', (_, open) => {
  it.each(Object.entries(listens))('what %s listens to ends with the lease', async (_, listen) => {
    const pool = open()
    await pool.use(listen)
    expect(await pool.use(channelsOf)).toEqual([])
    expect(pool.opened()).toBe(1)
    await pool.close()
  })

  it('what a function listens to ends once it has been heard of', async () => {
    const pool = open()
    const heard: unknown[] = []
    await pool.use(async client => {
      client.on('notification', ({ payload }) => heard.push(payload))
      await byFunction(client)
      await client.query("NOTIFY stray, 'own'")
    })
    expect(await pool.use(channelsOf)).toEqual([])
    await pool.use(byFunction)
    await pool.use(client => client.query("NOTIFY stray, 'of another caller'"))
    expect(await pool.use(channelsOf)).toEqual([])
    expect(heard).toEqual(['own'])
    expect(pool.opened()).toBe(1)
    await pool.close()
  })

  it.each(Object.entries({ ...listens, 'a function': byFunction }))(
    'what %s of onConnect listens to stays',
    async (_, listen) => {
      const pool = open(listen)
      expect(await pool.use(channelsOf)).toEqual(['stray'])
      await pool.use(client => client.query('NOTIFY stray'))
      await pool.use(client => client.query('LISTEN other'))
      await pool.use(client => client.query("SELECT listen_to('third'), pg_notify('third', '')"))
      expect(await pool.use(channelsOf)).toEqual(['stray'])
      expect(pool.opened()).toBe(1)
      await pool.close()
    },
  )
})

it('costs no round trip after what does not listen', async () => {
  const driver = postgres(backends.config)
  let resets = 0
  const pool = createPool(
    {
      ...driver,
      reset: async (client, context) => {
        resets++
        await driver.reset?.(client, context)
      },
    },
    { max: 1 },
  )
  for (const sql of [
    'SELECT 1',
    'BEGIN; SELECT 1; COMMIT',
    'CREATE TEMP TABLE t ()',
    'DROP TABLE t',
    'NOTIFY a',
  ])
    await pool.use(client => client.query(sql))
  expect(resets).toBe(0)
  await pool.use(client => client.query('DO $$ BEGIN END $$'))
  await pool.use(client => client.query('SELECT 1'))
  expect(resets).toBe(1)
  await pool.close()
})
