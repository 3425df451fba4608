// pool.stats() answers what is asked at night: why connections went, how long things take, and what is oldest.
import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const never = { acquireTimeout: Number.POSITIVE_INFINITY }

it('counts closes by their reason, and all of them are in closed', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2, maxUses: 2 })
  await clock.advance(100)
  await pool.use(() => {})
  await pool.use(() => {}) // used up
  await clock.advance(200)
  database.kill((await pool.acquire()).connection)
  await clock.advance(200)
  pool.evict()
  await clock.advance(200)
  const { closed, closedBy } = pool.stats()
  expect(closedBy).toEqual({ 'max uses': 1, lost: 1, evicted: 2 })
  expect(closed).toBe(4)
  database.change({ connectFailureRate: 1 })
  pool.evict()
  await clock.advance(200)
  expect(pool.stats().closedBy).toEqual({ 'max uses': 1, lost: 1, evicted: 4 }) // a connect that failed was never open
})

it('tells since when the oldest lease is held and the oldest caller waits', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2, ...never })
  await clock.advance(100)
  const first = await pool.acquire()
  await clock.advance(10)
  const second = watch(pool.acquire())
  await clock.advance(100)
  watch(pool.acquire())
  await clock.advance(5)
  watch(pool.acquire({ priority: 9 }))
  expect(pool.stats()).toMatchObject({ oldestLease: 100, oldestWaiter: 210 })
  first.release()
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ oldestLease: 210, oldestWaiter: 210 })
  second.value?.release()
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ oldestLease: 215, oldestWaiter: undefined })
})

it('counts the caller for whom a connection is being validated among those who wait', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 }, { validateLatency: 10 })
  await clock.advance(100)
  watch(pool.acquire())
  expect(pool.stats()).toMatchObject({ waiting: 0, oldestWaiter: 100 })
})

it('tells how long connects took, without being asked to measure', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2 })
  await clock.advance(100)
  const { connectTime, waitTime, leaseTime } = pool.stats()
  expect(connectTime.sinceStart).toMatchObject({ count: 2, mean: 100, max: 100 })
  expect([waitTime, leaseTime]).toEqual([undefined, undefined])
  await clock.advance(120_000)
  expect(pool.stats().connectTime).toMatchObject({ sinceStart: { count: 2 }, lastMinute: { count: 0 } })
})

it('tells how long callers waited and leases were held, if it is to measure', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, measure: true, ...never })
  await clock.advance(100)
  const first = await pool.acquire()
  const second = watch(pool.acquire())
  await clock.advance(40)
  first.release()
  await clock.advance(8)
  second.value?.destroy()
  await clock.advance(10)
  const { waitTime, leaseTime } = pool.stats()
  expect(waitTime?.lastMinute).toMatchObject({ count: 2, mean: 20, p50: 0, max: 40 })
  expect(leaseTime?.lastMinute).toMatchObject({ count: 2, mean: 24, max: 40 })
  expect(leaseTime?.sinceStart).toEqual(leaseTime?.lastMinute)
})

it('refuses a measure that is neither true nor false', () => {
  expect(() => createPool(simulated(), { measure: 'yes' as never })).toThrow(OptionsError)
})

it('tells since when the first caller has waited for a lane', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2, lanes: { reports: { max: 1 } } })
  await clock.advance(100)
  await pool.acquire({ lane: 'reports' })
  watch(pool.acquire({ lane: 'reports' }))
  await clock.advance(10)
  expect(pool.stats()).toMatchObject({ waiting: 0, oldestWaiter: 100 })
})
