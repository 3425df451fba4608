// What `connect` listeners begin is done before anybody has the client, unless one asks for pg.Pool's way.

import { expect, it } from 'vitest'
import { dropIn, pgPool } from '../../support/drop-in.js'

const slowly = async (client: { query(sql: string): Promise<unknown> }): Promise<void> => {
  await client.query('SELECT 1')
  await new Promise(setImmediate)
  await client.query("SET application_name = 'prepared'")
}

it('a listener’s promise is awaited: the first query finds the session as the listener left it', async () => {
  await using pool = dropIn()
  pool.on('connect', slowly)
  const { rows } = await pool.query('SHOW application_name')
  expect(rows).toEqual([{ application_name: 'prepared' }])
})

it('it is not with pg.Pool, nor with its habit', async () => {
  await using theirs = pgPool()
  await using ours = dropIn({ likePgPool: ['ignoreConnectListeners'] })
  for (const pool of [theirs, ours]) {
    const prepared = new Promise<void>(resolve => {
      pool.on('connect', client => slowly(client).then(resolve))
    })
    const client = await pool.connect()
    const { rows } = await client.query('SHOW application_name')
    expect(rows).not.toEqual([{ application_name: 'prepared' }])
    await prepared
    client.release()
  }
})

it('what a listener sends without a promise is done first, with what its callbacks send', async () => {
  await using pool = dropIn()
  pool.once('connect', client => {
    client.query("SET application_name = 'first'", () => {
      client.query("SET application_name = 'second'")
    })
  })
  expect((await pool.query('SHOW application_name')).rows).toEqual([{ application_name: 'second' }])
})

it('what a listener listens to without a promise is listened to for all callers', async () => {
  await using pool = dropIn({ max: 1 })
  pool.on('connect', client => {
    client.query('SELECT 1', () => client.query('LISTEN jobs', () => {}))
  })
  for (let i = 0; i < 3; i++) {
    const { rows } = await pool.query('SELECT pg_listening_channels() AS c')
    expect(rows).toEqual([{ c: 'jobs' }])
    await pool.query('LISTEN stray')
    await pool.query(i === 0 ? 'UNLISTEN *' : 'DISCARD ALL')
  }
})

it('an exception in a listener for acquire or release costs the pool no client', async () => {
  await using pool = dropIn({ max: 1 })
  const thrown: unknown[] = []
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', error => thrown.push(error))
  const mistake = new Error('in a listener')
  for (const event of ['acquire', 'release'] as const) {
    pool.once(event as 'acquire', () => {
      throw mistake
    })
  }
  await pool.query('SELECT 1')
  await pool.query('SELECT 1')
  process.removeAllListeners('uncaughtException')
  for (const listener of before) process.on('uncaughtException', listener)
  expect(thrown).toEqual([mistake, mistake])
  expect(pool.idleCount).toBe(1)
})
