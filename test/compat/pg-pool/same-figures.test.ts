// How many clients there are, and what the log says of them, is as with pg.Pool.

import type pg from 'pg'
import { describe, it } from 'vitest'
import { sameOnBoth } from '../../support/both-pools.js'
import { until } from '../../support/until.js'

describe('as with pg.Pool,', () => {
  it('a burst of callers opens a client for each, up to max', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 9 })
      pool.removeAllListeners()
      await Promise.all(
        Array.from({ length: 30 }, async () => {
          const client = await pool.connect()
          await client.query('SELECT 1')
          client.release()
        }),
      )
      await until(() => pool.idleCount === pool.totalCount, 'the last client is open')
      note(pool.totalCount)
    })
  })

  it('a client that was lost counts until its borrower releases it', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      client.on('error', () => {})
      const lost = new Promise(resolve => client.once('end', resolve))
      ;(client as unknown as { connection: pg.Connection }).connection.stream.destroy()
      await lost
      count(pool)
      client.release()
      note(pool.totalCount)
      note((await pool.query('SELECT 1 AS one')).rows, pool.totalCount)
    })
  })

  it('a client that emits an error while it is lent counts, and one that is idle does not', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open()
      const client = await pool.connect()
      client.once('error', error => note('its borrower hears', error))
      client.emit('error', new Error('expected'))
      count(pool)
      client.release(true)
      count(pool)
      const idle = await pool.connect()
      idle.release()
      idle.emit('error', new Error('expected'))
      count(pool)
    })
  })

  it('an idle client that emits an error says goodbye to the server: its stream ends', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const client = await pool.connect()
      const { stream } = (client as unknown as { connection: pg.Connection }).connection
      let ended = false
      stream.on('end', () => {
        ended = true
      })
      client.release()
      client.emit('error', new Error('on purpose'))
      await until(() => ended, 'the server has closed its side')
      note('ended')
    })
  })

  it('min clients are spared by idle timeouts, and none is opened for that', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 3, min: 2, idleTimeoutMillis: 10, maxUses: 3 })
      pool.removeAllListeners()
      const removed = new Promise(resolve => pool.once('remove', resolve))
      note(pool.totalCount)
      const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()])
      for (const client of clients) client.release()
      await removed
      note(pool.idleCount)
      for (let use = 0; use < 2; use++) await pool.query('SELECT 1')
      await until(() => pool.totalCount === 1, 'the one that was used three times is closed')
      note(pool.idleCount)
    })
  })

  it('the log tells why a client is closed', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const words: unknown[] = []
      const pool = open({ maxUses: 1, log: word => words.push(word) })
      const client = await pool.connect()
      client.release()
      note(words.includes('remove expended client'))
    })
  })
})
