// What is changed in pool.options while the pool runs has the effect that it has with pg.Pool.

import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { failure, sameOnBoth } from '../../support/both-pools.js'
import { dropIn } from '../../support/drop-in.js'
import { createSimulatedClock } from '../../support/simulated-clock.js'
import { until } from '../../support/until.js'

describe('changed at run time,', () => {
  it('max lets more clients be opened, or fewer', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      pool.removeAllListeners()
      pool.options.max = 3
      await Promise.all(Array.from({ length: 6 }, () => pool.query('SELECT pg_sleep(0.3)')))
      note(pool.totalCount, { ...pool.options }.max)
    })
  })

  it('idleTimeoutMillis holds for clients that are idle by then, and for later ones', async () => {
    const clock = createSimulatedClock()
    await using pool = dropIn({ idleTimeoutMillis: 0, statepool: { clock } })
    await pool.query('SELECT 1')
    await clock.advance(100_000)
    expect(pool.idleCount).toBe(1)
    pool.options.idleTimeoutMillis = 1_000
    await clock.advance(1_200)
    expect(pool.idleCount).toBe(0)
    await pool.query('SELECT 1')
    await clock.advance(900)
    expect(pool.idleCount).toBe(1)
    await clock.advance(300)
    expect(pool.idleCount).toBe(0)
    pool.options.idleTimeoutMillis = 0
    await pool.query('SELECT 1')
    await clock.advance(100_000)
    expect(pool.idleCount).toBe(1)
  })

  it('min spares as many idle clients, and opens none', async () => {
    const clock = createSimulatedClock()
    await using pool = dropIn({ max: 3, idleTimeoutMillis: 1_000, statepool: { clock } })
    pool.options.min = 2
    const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()])
    for (const client of clients) client.release()
    await clock.advance(10_000)
    expect(pool.idleCount).toBe(2)
    pool.options.min = 0
    await clock.advance(10_000)
    expect(pool.totalCount).toBe(0)
  })

  it.each([true, false])(
    'allowExitOnIdle: %s holds for clients that are idle by then, and for later ones',
    async now => {
      await using pool = dropIn({ allowExitOnIdle: !now, max: 2 })
      await pool.query('SELECT 1')
      const isHeld = (client: object) =>
        (
          client as { connection: { stream: { _handle: { hasRef(): boolean } } } }
        ).connection.stream._handle.hasRef()
      const [idle, leased] = [await pool.connect(), await pool.connect()] as [pg.PoolClient, pg.PoolClient]
      idle.release()
      expect(isHeld(idle)).toBe(now)
      pool.options.allowExitOnIdle = now
      expect([isHeld(idle), isHeld(leased)]).toEqual([!now, true])
      leased.release()
      expect(isHeld(leased)).toBe(!now)
      const again = await pool.connect()
      expect(isHeld(again)).toBe(true)
      again.release()
    },
  )

  it('connectionTimeoutMillis bounds the waits that begin afterwards', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      pool.options.connectionTimeoutMillis = 50
      note(await failure(pool.connect()))
      client.release()
    })
  })

  it('maxUses and maxLifetimeSeconds hold for clients opened afterwards', async () => {
    await using pool = dropIn()
    pool.options.maxUses = 1
    await pool.query('SELECT 1')
    await until(() => pool.totalCount === 0, 'the client was used once')
    pool.options.maxUses = 0
    const clock = createSimulatedClock()
    await using ageing = dropIn({ idleTimeoutMillis: 0, statepool: { clock } })
    ageing.options.maxLifetimeSeconds = 60
    await ageing.query('SELECT 1')
    await clock.advance(61_000)
    expect(ageing.totalCount).toBe(0)
  })

  it('onConnect, verify and what is for the clients hold for clients opened afterwards', async () => {
    await sameOnBoth(async ({ open, note, server }) => {
      const pool = open({ ...server, password: 'wrong', application_name: 'before', max: 1 })
      pool.options.password = server.password as string
      pool.options.application_name = 'after'
      pool.options.onConnect = async client => void note('onConnect', client)
      pool.options.verify = (client, done) => {
        note('verify', client)
        done()
      }
      note((await pool.query('SHOW application_name')).rows)
    })
  })

  it('what cannot be meant is refused, and changes nothing; an ended pool can be written to', async () => {
    const pool = dropIn({ max: 2 })
    expect(() => {
      pool.options.idleTimeoutMillis = -1
    }).toThrow(/idleTimeoutMillis must be/)
    expect(pool.options.idleTimeoutMillis).toBe(10_000)
    await pool.end()
    pool.options.max = 5
    pool.options.idleTimeoutMillis = 5
    expect(pool.options).toMatchObject({ max: 5, idleTimeoutMillis: 5 })
  })
})
