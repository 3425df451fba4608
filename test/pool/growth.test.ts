// The pool grows when callers wait, up to max and never beyond.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('opens nothing until somebody asks when min is 0', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0 })
  await clock.advance(10_000)
  expect(database.totals.connects).toBe(0)
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  expect(acquiring.state).toBe('fulfilled')
  expect(database.totals.connects).toBe(1)
})

it('opens as many as callers hold at the same time, and no more than max', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 4, maxConnecting: 10 })
  const callers = Array.from({ length: 10 }, () => watch(pool.acquire()))
  await clock.advance(10_000)
  expect(callers.filter(({ state }) => state === 'fulfilled')).toHaveLength(4)
  expect(database).toMatchObject({ open: 4, peak: 4 })
})

it('serves a caller from a connection that came back sooner than the one opened for it, and keeps both', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const waiting = watch(pool.acquire())
  await clock.advance(50)
  holder.release()
  await clock.advance(0)
  expect(waiting.value?.connectionId).toBe(holder.connectionId)
  await clock.advance(50)
  expect(pool.stats()).toMatchObject({ total: 2, busy: 1, idle: 1, waiting: 0 })
})

it('opens one connection more, and not fifty, for a spike of short queries', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 50, maxConnecting: 50 })
  await clock.advance(100)
  const query = () =>
    pool.use(async connection => {
      await connection.query('SELECT 1')
    })
  const warmUp = query() // the pool knows now how long a connection is held
  await clock.advance(10)
  await warmUp
  const spike = Promise.all(Array.from({ length: 15 }, query))
  await clock.advance(1_000)
  await spike
  expect(database.totals.connects).toBe(3)
})

it('grows for callers behind leases that last long', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 5, maxConnecting: 5 })
  await clock.advance(100)
  const long = Array.from({ length: 5 }, () => watch(pool.acquire()))
  await clock.advance(500)
  expect(long.map(({ state }) => state)).toEqual(Array(5).fill('fulfilled'))
})

it('counts connections that say goodbye as long as the database does', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, max: 1, maxUses: 1 },
    { closeLatency: 1_000 },
  )
  await clock.advance(100)
  ;(await pool.acquire()).release()
  const next = watch(pool.acquire())
  await clock.advance(999)
  expect(pool.stats()).toMatchObject({ closing: 1, connecting: 0, total: 1 })
  await clock.advance(101)
  expect(next.state).toBe('fulfilled')
  expect(database.peak).toBe(1)
})

it('is looked at again: who waited for a lease that does not end gets a connection of their own', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 3, maxConnecting: 3 })
  await clock.advance(100)
  await pool.use(() => {}) // leases seem to be short
  await pool.acquire() // and this one is long
  database.change({ connectHangRate: 1 })
  const waiting = [watch(pool.acquire()), watch(pool.acquire())]
  expect(pool.stats()).toMatchObject({ connecting: 1, waiting: 2 })
  database.change({ connectHangRate: 0 })
  await clock.advance(500)
  expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'pending'])
})
