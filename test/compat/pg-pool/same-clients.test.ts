// Clients are lent, counted and given back as by pg.Pool.

import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { called, failure, sameOnBoth, tell } from '../../support/both-pools.js'

describe('pool.connect() lends as pg.Pool does', () => {
  it('by promise', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open()
      count(pool)
      const client = await pool.connect()
      count(pool)
      note((await client.query('SELECT 1 AS one')).rows)
      note('returned', client.release())
      count(pool)
    })
  })

  it('by callback', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open()
      const [error, client, done] = await called(callback => {
        note(pool.connect(callback as Parameters<pg.Pool['connect']>[0]))
      })
      note(error, client, done, done === (client as pg.PoolClient).release)
      count(pool)
      ;(done as () => void)()
      count(pool)
    })
  })

  it('the same object for the same session, last in first out', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const [first, second] = [await pool.connect(), await pool.connect()]
      first.release()
      second.release()
      note(await pool.connect(), await pool.connect())
      first.release()
      second.release()
    })
  })

  it('in the order of the calls when all clients are lent, and counts those who wait', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      const waiting = [1, 2, 3].map(async n => {
        const client = await pool.connect()
        note('caller', n)
        client.release()
      })
      count(pool)
      client.release()
      await Promise.all(waiting)
      count(pool)
    })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['false', false],
    ['true', true],
    ['an error', new Error('a mistake')],
    ['a text', 'a mistake'],
  ])('and takes a client back with %s', async (_, argument) => {
    await sameOnBoth(async ({ open, count }) => {
      const pool = open()
      const client = await pool.connect()
      client.release(argument as Error)
      count(pool)
      await pool.query('SELECT 1')
      count(pool)
    })
  })

  it('and does not take it back twice, whoever has it by then', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      const { release } = client
      release()
      note(await failure((async () => client.release())()))
      await pool.connect()
      note(await failure((async () => release())()))
      note((await client.query('SELECT 1 AS one')).rows)
      client.release()
    })
  })

  it('and retires clients after maxUses', async () => {
    await sameOnBoth(async ({ open, count }) => {
      const pool = open({ maxUses: 2 })
      for (let use = 0; use < 4; use++) {
        await pool.query('SELECT 1')
        count(pool)
      }
    })
  })

  it('and counts clients that have become too old while they are lent', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open({ maxLifetimeSeconds: 0.05 })
      const client = await pool.connect()
      await client.query('SELECT pg_sleep(0.2)')
      count(pool)
      client.release()
      note(pool.expiredCount, pool.idleCount)
    })
  })

  it('and closes idle clients after idleTimeoutMillis, down to min', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ idleTimeoutMillis: 50, min: 0 })
      const removed = new Promise(resolve => pool.once('remove', resolve))
      await pool.query('SELECT 1')
      await removed
      note(pool.totalCount)
    })
  })

  it('and a client that is lost before the caller has it goes to no caller', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      client.release()
      pool.removeAllListeners() // its loss is an idle client's there, and a leased one's here
      pool.on('error', () => {})
      const next = [pool.connect(), pool.query('SELECT 1 AS one')] as const
      client.emit('error', new Error('the socket is gone'))
      const other = await next[0]
      note(other === client, (await other.query('SELECT 2 AS two')).rows)
      other.release()
      note((await next[1]).rows)
    })
  })

  it('and a client whose release was replaced, as node-postgres’ guide does, is itself again next time', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      const { query, release } = client
      client.query = ((...args: [string]) => {
        note('asked', ...args)
        return (query as (...args: unknown[]) => unknown).apply(client, args)
      }) as typeof client.query
      client.release = () => {
        note('released')
        client.query = query
        client.release = release
        return release.apply(client)
      }
      await client.query('SELECT 1')
      client.release()
      const again = await pool.connect()
      await again.query('SELECT 2')
      again.release()
    })
  })
})

it('the story in which nothing is the same is noticed', async () => {
  const told = sameOnBoth(async ({ kind, note }) => note(kind))
  await expect(told).rejects.toThrow('drop-in')
  expect(await tell('drop-in', async ({ kind, note }) => note(kind))).toEqual([['drop-in']])
})
