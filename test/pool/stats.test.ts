// pool.stats() is the pool at one moment: what is, and what has happened.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const none = { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 }

it('has all the figures from the start', () => {
  const { pool } = poolInSimulatedTime({ min: 2, max: 5 })
  expect(pool.stats()).toEqual({
    state: 'starting',
    min: 2,
    max: 5,
    total: 2,
    connecting: 2,
    idle: 0,
    busy: 0,
    shared: 0,
    shed: 0,
    underWay: 0,
    validating: 0,
    closing: 0,
    waiting: 0,
    adaptive: undefined,
    heldBack: false,
    budgetAway: false,
    budgetMax: undefined,
    oldestLease: undefined,
    oldestWaiter: undefined,
    closedBy: {},
    connectTime: { sinceStart: none, lastMinute: none },
    waitTime: undefined,
    leaseTime: undefined,
    generation: 1,
    opened: 0,
    failedConnects: 0,
    closed: 0,
    lost: 0,
    acquired: 0,
    released: 0,
    statements: 0,
    leaked: 0,
    timedOut: 0,
    aborted: 0,
    refused: 0,
  })
})

it('counts each connection in exactly one state', async () => {
  const { pool, clock } = poolInSimulatedTime(
    { min: 4, max: 6, maxConnecting: 6, maxUses: 2, idleTimeout: Number.POSITIVE_INFINITY },
    { closeLatency: 1_000 },
  )
  await clock.advance(100)
  ;(await pool.acquire()).release()
  ;(await pool.acquire()).release() // used up: closing
  const lease = await pool.acquire()
  lease.connection.query('BEGIN')
  await clock.advance(10)
  await pool.acquire()
  lease.release() // being cleaned
  pool.resize({ min: 5 })
  const { total, connecting, idle, busy, validating, closing } = pool.stats()
  expect({ total, connecting, idle, busy, validating, closing }).toEqual({
    total: 6,
    connecting: 2,
    idle: 1,
    busy: 1,
    validating: 1,
    closing: 1,
  })
})

it('counts everything that has happened', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 2 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const controller = new AbortController()
  for (const options of [{ timeout: 10 }, { signal: controller.signal }, {}]) watch(pool.acquire(options))
  await clock.advance(5)
  controller.abort()
  await clock.advance(5)
  database.change({ connectFailureRate: 1 })
  database.kill(lease.connection)
  await clock.advance(100)
  database.change({ connectFailureRate: 0 })
  await clock.advance(200)
  await pool.use(() => {})
  expect(pool.stats()).toMatchObject({
    opened: 2,
    failedConnects: 1,
    closed: 1,
    lost: 1,
    acquired: 2,
    released: 1,
    timedOut: 1,
    aborted: 1,
    refused: 1,
  })
})

it('is frozen, and a later one does not change an earlier one', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const before = pool.stats()
  expect(Object.isFrozen(before)).toBe(true)
  await clock.advance(100)
  expect(before).toMatchObject({ connecting: 1, idle: 0 })
  expect(pool.stats()).toMatchObject({ connecting: 0, idle: 1 })
})

it('names the pool’s state', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  const states = [pool.stats().state]
  database.stop()
  await clock.advance(0)
  states.push(pool.stats().state)
  database.start()
  await clock.advance(500)
  states.push(pool.stats().state)
  const closing = pool.close()
  states.push(pool.stats().state)
  await clock.advance(10)
  await closing
  states.push(pool.stats().state)
  expect(states).toEqual(['starting', 'backingOff', 'running', 'draining', 'closed'])
})
