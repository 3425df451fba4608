// The drop-in emits pg.Pool's events, with its arguments, in its order.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Backends, watchBackends } from '../../support/backends.js'
import { failure, sameOnBoth } from '../../support/both-pools.js'
import { dropIn, server } from '../../support/drop-in.js'
import { until } from '../../support/until.js'

describe('the events of pg.Pool', () => {
  let backends: Backends
  beforeAll(async () => {
    backends = await watchBackends('same events')
  })
  afterAll(() => backends.stop())

  it('tell of a client’s whole life', async () => {
    const transcript = await sameOnBoth(async ({ open, note, removals }) => {
      const pool = open()
      await pool.query('SELECT 1')
      note('a second one')
      const clients = [await pool.connect(), await pool.connect()]
      for (const client of clients) client.release()
      note('the end')
      const removed = removals(pool, 2)
      await pool.end()
      await removed()
    })
    expect(transcript.map(([event]) => event)).toEqual([
      ...['connect', 'acquire', 'release', 'a second one', 'acquire', 'connect', 'acquire'],
      ...['release', 'release', 'the end', 'removed'],
    ])
  })

  it('tell of a client that is closed on its release, and why', async () => {
    await sameOnBoth(async ({ open, note, removals }) => {
      const pool = open()
      for (const reason of [new Error('a mistake'), true]) {
        const removed = removals(pool, 1)
        const client = await pool.connect()
        client.release(reason)
        note('after release', pool.totalCount)
        await removed()
      }
    })
  })

  it.each(['pg.Pool', 'the drop-in'])(
    'are heard by a listener of %s that is added right after the call',
    async which => {
      const pool = which === 'pg.Pool' ? new pg.Pool(server()) : dropIn()
      await pool.query('SELECT 1')
      const heard: unknown[] = []
      const asked = pool.connect()
      pool.once('acquire', client => heard.push(client))
      const client = await asked
      expect(heard).toEqual([client])
      client.release()
      const answered = pool.query('SELECT 1')
      pool.once('acquire', client => heard.push(client))
      await answered
      expect(heard).toEqual([client, client])
      await pool.end()
    },
  )

  it('are emitted before whoever asked for the client has it', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      await new Promise<void>(resolve => {
        pool.connect((_, client, done) => {
          note('here it is', client)
          done()
          note('and back')
          resolve()
        })
      })
    })
  })

  it('tell of an idle client that the server ended, by its error', async () => {
    await sameOnBoth(async ({ open, note, removals }) => {
      const pool = open({ application_name: 'same events' })
      const client = await pool.connect()
      client.release()
      const removed = removals(pool, 1)
      const failed = new Promise<unknown[]>(resolve => pool.once('error', (...args) => resolve(args)))
      await backends.terminate(client)
      const [error] = (await failed) as [Error & { client?: unknown }]
      note(error.client === client)
      await removed()
      note(pool.totalCount, pool.idleCount)
      note((await pool.query('SELECT 1 AS one')).rows)
    })
  })

  it('tell of a client that the server ended under its borrower’s query, and that came back at once, by pg’s error', async () => {
    await sameOnBoth(async ({ open, note, removals, kind }) => {
      const pool = open({ application_name: 'same events' })
      const removed = removals(pool, 1)
      const failed = new Promise<unknown>(resolve => pool.once('error', resolve))
      const client = await pool.connect()
      const query = client.query('SELECT pg_sleep(60)').catch((error: unknown) => {
        client.release()
        note(error) // now: the answer to what terminates it may come later than its end
      })
      await until(async () => (await backends.stateOf(client)) === 'active', 'the query runs')
      await backends.terminate(client)
      await query
      const error = (await failed) as Error
      // Why it was terminated is only here.
      if (kind === 'drop-in') expect(error.cause).toMatchObject({ code: '57P01' })
      await removed()
      note(pool.totalCount)
    })
  })

  it('tell nothing of a lent client’s error: its borrower has it', async () => {
    await sameOnBoth(async ({ open, note, kind }) => {
      const pool = open({ application_name: 'same events' })
      const client = await pool.connect()
      const own: unknown[] = []
      client.on('error', error => own.push(error))
      const query = failure(client.query('SELECT pg_sleep(60)'))
      await until(async () => (await backends.stateOf(client)) === 'active', 'the query runs')
      await backends.terminate(client)
      note(await query)
      await until(() => (client as unknown as { _ended: boolean })._ended, 'the client has ended')
      note('the client’s own', ...own)
      note(await failure(client.query('SELECT 1')))
      client.release()
      note(pool.totalCount)
      expect(kind === 'pg.Pool' || pool instanceof pg.Pool).toBe(true)
    })
  })
})
