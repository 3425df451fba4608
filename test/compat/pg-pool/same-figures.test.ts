// How many clients there are, and what the log says of them, is as with pg.Pool.

import type pg from 'pg'
import { describe, it } from 'vitest'
import { sameOnBoth } from '../../support/both-pools.js'
import { startSilentServer } from '../../support/silent-server.js'
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

  it('a client whose caller has timed out while it was being opened does not count', async () => {
    const server = await startSilentServer()
    await sameOnBoth(async ({ make, note, count }) => {
      const pool = make({ host: server.host, port: server.port, connectionTimeoutMillis: 50, max: 3 })
      await new Promise<void>(resolve =>
        pool.connect(() => {
          count(pool)
          resolve()
        }),
      )
      for (const ask of [() => pool.connect(), () => pool.query('SELECT 1')]) {
        await ask().then(note, () => count(pool))
      }
    })
    await server.stop()
  })

  it('a client that comes back with an open transaction is idle at once', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      await client.query('BEGIN')
      client.release()
      count(pool)
      note((await pool.query('SELECT 1 AS one')).rows, pool.idleCount)
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

  it('a client counts as idle, and its caller as waiting, until the tick in which it was asked for is over', async () => {
    await sameOnBoth(async ({ open, note, count }) => {
      const pool = open({ max: 2 })
      const clients = [await pool.connect(), await pool.connect()]
      for (const client of clients) client.release()
      const asked = [pool.connect(), pool.connect(), pool.connect()]
      count(pool)
      const first = await asked[0]
      const second = await asked[1]
      count(pool)
      first?.release()
      ;(await asked[2])?.release()
      second?.release()
      note(pool.totalCount)
    })
  })

  it.each([{}, { likePgPool: true }] as const)(
    'a client that emits an error before its caller has it is an idle one: another is opened (%o)',
    async habits => {
      await sameOnBoth(async ({ open, note }) => {
        const pool = open({ max: 1, ...habits })
        const lost = await pool.connect()
        lost.release()
        const asked = pool.connect()
        lost.emit('error', new Error('on purpose'))
        const client = await asked
        note(client, client === lost)
        client.release()
      })
    },
  )

  it('an idle client that emits an error says goodbye to the server: its stream ends', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const client = await pool.connect()
      const { stream } = (client as unknown as { connection: pg.Connection }).connection
      let ended = false
      client.release()
      stream.on('end', () => {
        ended = true // hung on it after the release, with which a holder's listeners end
      })
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
