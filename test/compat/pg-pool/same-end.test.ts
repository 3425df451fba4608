// pool.end() ends as pg.Pool does.

import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { called, failure, sameOnBoth } from '../../support/both-pools.js'
import { dropIn } from '../../support/drop-in.js'

describe('pool.end() ends as pg.Pool does', () => {
  const states = ({ ending, ended }: pg.Pool) => ({ ending, ended })

  it('by promise', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open()
      await pool.query('SELECT 1')
      note(states(pool))
      const end = pool.end()
      note(pool.ending, await end, states(pool))
      count(pool)
    })
  })

  it('by callback', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      await pool.query('SELECT 1')
      note('called with', (await called(callback => note('returned', pool.end(callback)))).length)
      note(states(pool))
    })
  })

  it('when it was never used', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      note(await pool.end(), states(pool))
    })
  })

  it('not before every client is back', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const client = await pool.connect()
      const end = pool.end().then(() => note('ended'))
      note((await client.query('SELECT 1 AS one')).rows, states(pool))
      client.release()
      await end
      note(states(pool))
    })
  })

  it('not before the caller for whom a client is being opened has it', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 2 })
      const asked = pool.connect()
      const end = pool.end().then(() => note('ended'))
      const client = await asked
      note((await client.query('SELECT 1 AS one')).rows, states(pool))
      client.release()
      await end
      note(states(pool))
    })
  })

  it('rejecting those for whom no client is being opened, whom pg.Pool lets wait for ever', async () => {
    await using pool = dropIn({ max: 2 })
    const [first, second, third] = [pool.connect(), pool.connect(), failure(pool.connect())]
    const end = pool.end()
    const clients = await Promise.all([first, second])
    expect(await third).toMatchObject({ message: 'Cannot use a pool after calling end on the pool' })
    for (const client of clients) client.release()
    await end
  })

  it('once: a second call is a mistake', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const end = pool.end()
      note(await failure(pool.end()))
      await called(callback => pool.end((...args: unknown[]) => callback(note('second', ...args))))
      await end
      note(await failure(pool.end()))
    })
  })

  it('and lends and asks nothing afterwards', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      await pool.end()
      note(await failure(pool.connect()))
      note(await failure(pool.query('SELECT 1')))
      note('callback', (await called(callback => pool.query('SELECT 1', callback)))[0])
      await called(callback => {
        pool.connect((error, client) => {
          note('in the same turn', error, client)
          callback()
        })
      })
    })
  })
})
