// evict() replaces every connection, and nobody loses a lease.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('closes idle connections at once, lent ones when they come back, and opens new ones', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 3, max: 3, maxConnecting: 3 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const before = [...database.connections]
  pool.evict()
  await clock.advance(200)
  expect(lease.held).toBe(true)
  expect(database.connections.filter(connection => before.includes(connection))).toEqual([lease.connection])
  expect(pool.stats()).toMatchObject({ idle: 2, busy: 1, total: 3 })
  lease.release()
  await clock.advance(200)
  expect(database.connections.filter(connection => before.includes(connection))).toEqual([])
  expect(pool.stats()).toMatchObject({ idle: 3, total: 3 })
})

it('gives up connects that are under way, which may use the old credentials', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(50)
  pool.evict()
  await clock.advance(99)
  expect(pool.stats()).toMatchObject({ connecting: 1, idle: 0 })
  await clock.advance(2)
  expect(pool.stats()).toMatchObject({ idle: 1, total: 1 })
})

it('serves who waits with a new connection', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const waiting = watch(pool.acquire())
  pool.evict()
  lease.release()
  await clock.advance(200)
  expect(waiting.value?.connection).not.toBe(undefined)
  expect(pool.stats()).toMatchObject({ opened: 2, closed: 1 })
})

it('says so, and why each connection went', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const told: unknown[] = []
  pool.events$.subscribe(event => void told.push(event))
  pool.evict()
  await clock.advance(50)
  expect(told).toMatchObject([
    { type: 'pool.evicted', generation: 2 },
    { type: 'connection.closed', reason: 'evicted' },
    { type: 'connection.connecting' },
  ])
})

it('has a connect tried soon while the pool backs off: what kept them from succeeding may be what was changed', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2 })
  database.stop()
  await clock.advance(60_000)
  database.start()
  expect(pool.stats()).toMatchObject({ state: 'backingOff', total: 0 })
  pool.evict()
  await clock.advance(1_000)
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 2 })
})

it('again and again does not make a loop of connects', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2 })
  database.stop()
  await clock.advance(60_000)
  const { connects } = database.totals
  for (let time = 0; time < 10_000; time += 50) {
    pool.evict()
    await clock.advance(50)
  }
  expect(database.totals.connects - connects).toBeLessThanOrEqual(20)
})
