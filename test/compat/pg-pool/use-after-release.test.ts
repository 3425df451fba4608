// A client that was released runs nothing more for its former borrower, and says why.

import pg from 'pg'
import Cursor from 'pg-cursor'
import { describe, expect, it } from 'vitest'
import { dropIn, pgPool } from '../../support/drop-in.js'

const teaches = { name: 'LeaseError', code: 'LEASE_RELEASED', message: expect.stringContaining('release()') }

describe('a query after the release', () => {
  it.each(['text', 'configuration'])('by promise is refused (%s)', async form => {
    await using pool = dropIn()
    const client = await pool.connect()
    client.release()
    await expect(client.query(form === 'text' ? 'SELECT 1' : { text: 'SELECT 1' })).rejects.toMatchObject(
      teaches,
    )
  })

  it('by callback is refused, in the callback', async () => {
    await using pool = dropIn()
    const client = await pool.connect()
    client.release()
    const ask = client.query.bind(client) as (...args: unknown[]) => unknown
    for (const args of [['SELECT 1'], ['SELECT $1', [1]]]) {
      let returned = false
      const error = await new Promise(resolve => {
        expect(ask(...args, (error: unknown) => resolve(returned && error))).toBeUndefined()
        returned = true
      })
      expect(error).toMatchObject(teaches)
    }
  })

  it('by something that submits itself is refused, where it tells its errors', async () => {
    await using pool = dropIn()
    const client = await pool.connect()
    client.release()
    await expect(client.query(new Cursor('SELECT 1')).read(1)).rejects.toMatchObject(teaches)
    const query = new pg.Query('SELECT 1')
    const error = new Promise(resolve => query.on('error', resolve))
    expect(client.query(query)).toBe(query)
    expect(await error).toMatchObject(teaches)
  })

  it('runs with pg.Pool, and with its habit', async () => {
    await using theirs = pgPool()
    await using ours = dropIn({ likePgPool: ['allowUseAfterRelease'] })
    for (const pool of [theirs, ours]) {
      const client = await pool.connect()
      client.release()
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    }
  })

  it('does not keep the pool from using the client: it validates, resets and lends it', async () => {
    await using pool = dropIn({ max: 1, resetQuery: 'SELECT 1', statepool: { validateAfter: 0 } })
    for (let use = 0; use < 3; use++) await pool.query('SELECT 1')
    expect(pool.statepool.stats()).toMatchObject({ opened: 1 })
  })

  it('that was lent again by the pool underneath is not refused', async () => {
    await using pool = dropIn({ max: 1 })
    const client = await pool.connect()
    client.release()
    await pool.statepool.use(async direct => {
      expect(direct).toBe(client)
      expect((await direct.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    })
    await expect(client.query('SELECT 1')).rejects.toMatchObject(teaches)
  })
})

describe('a client', () => {
  it('is never changed: what the pool needs to know is nothing that shows', async () => {
    await using pool = dropIn()
    const client = await pool.connect()
    const plain = Object.keys(new pg.Client())
    expect(Object.keys(client).filter(key => !plain.includes(key))).not.toContain('release')
    expect(client.constructor.name).toBe('Client')
    client.release()
  })

  it('that its borrower ended frees its place at once', async () => {
    await using pool = dropIn({ max: 1 })
    const client = await pool.connect()
    await client.end()
    await pool.query('SELECT 1')
    client.release()
    expect(pool.totalCount).toBe(1)
  })

  it('that its holder ended is no loss, with the habits of pg.Pool either', async () => {
    await using pool = dropIn({ max: 1, likePgPool: true })
    const ended = await pool.connect()
    await ended.end()
    ended.release()
    const next = await pool.connect()
    expect(next).not.toBe(ended)
    next.release()
  })

  it('is given back by await using', async () => {
    await using pool = dropIn({ max: 1 })
    {
      using client = (await pool.connect()) as pg.PoolClient & Disposable
      await client.query('SELECT 1')
    }
    expect(pool.idleCount).toBe(1)
  })
})
