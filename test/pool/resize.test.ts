// min and max can be changed while the pool runs.

import { expect, it } from 'vitest'
import { OptionsError, PoolClosedError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('to a greater max serves those who wait', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  await pool.acquire()
  const waiting = watch(pool.acquire())
  await clock.advance(1_000)
  pool.resize({ max: 2 })
  await clock.advance(100)
  expect(waiting.state).toBe('fulfilled')
})

it('to a greater min opens what is missing', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 10 })
  await clock.advance(100)
  pool.resize({ min: 5 })
  await clock.advance(500)
  expect(pool.stats()).toMatchObject({ min: 5, max: 10, idle: 5 })
})

it('to a smaller max closes idle connections at once, the longest idle first', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 4, max: 4, maxConnecting: 4 })
  await clock.advance(100)
  const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()))
  for (const lease of leases) {
    await clock.advance(1)
    lease.release()
  }
  pool.resize({ min: 0, max: 2 })
  await clock.advance(10)
  expect(pool.stats()).toMatchObject({ idle: 2, total: 2 })
  expect((await pool.acquire()).connectionId).toBe(leases[3]?.connectionId)
})

it('to a smaller max closes lent connections when they come back, and takes none away', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 4, maxConnecting: 4 })
  const acquiring = Promise.all([1, 2, 3, 4].map(() => pool.acquire()))
  await clock.advance(100)
  const leases = await acquiring
  pool.resize({ max: 2 })
  await clock.advance(5_000)
  expect(leases.every(lease => lease.held)).toBe(true)
  for (const lease of leases) lease.release()
  await clock.advance(10)
  expect(pool.stats()).toMatchObject({ idle: 2, total: 2 })
  expect(database.open).toBe(2)
})

it('twice to the same max retires no more than once', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 4, maxConnecting: 4 })
  const acquiring = Promise.all([1, 2, 3, 4].map(() => pool.acquire()))
  await clock.advance(100)
  const leases = await acquiring
  pool.resize({ max: 2 })
  pool.resize({ max: 2 })
  for (const lease of leases) lease.release()
  await clock.advance(10)
  expect(pool.stats()).toMatchObject({ idle: 2, total: 2 })
})

it('opens nothing new before there is room under a smaller max', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 3, maxConnecting: 3 })
  const acquiring = Promise.all([1, 2, 3].map(() => pool.acquire()))
  await clock.advance(100)
  const leases = await acquiring
  pool.resize({ max: 1 })
  const waiting = watch(pool.acquire())
  leases[0]?.release()
  leases[1]?.release()
  await clock.advance(1_000)
  leases[2]?.release()
  await clock.advance(1_000)
  expect(waiting.state).toBe('fulfilled')
  expect(database).toMatchObject({ open: 1, peak: 3 })
})

it('calls off connects that are too many', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2 })
  await clock.advance(50)
  pool.resize({ min: 1, max: 1 })
  await clock.advance(0)
  expect(database.open).toBe(1)
  await clock.advance(50)
  expect(pool.stats()).toMatchObject({ idle: 1, total: 1 })
})

it('that calls off the probe of a pool that backs off lets it probe again', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 2 })
  const acquiring = pool.acquire()
  await clock.advance(100)
  await acquiring
  database.change({ connectFailureRate: 1 })
  const waiting = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  await clock.advance(160) // the connect failed, and the probe is under way
  expect(pool.stats()).toMatchObject({ state: 'backingOff', connecting: 1 })
  pool.resize({ max: 1 })
  expect(pool.stats()).toMatchObject({ connecting: 0 })
  database.change({ connectFailureRate: 0 })
  pool.resize({ max: 2 })
  await clock.advance(60_000)
  expect(waiting.state).toBe('fulfilled')
})

it('reports itself and shows in stats at once', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 })
  const events: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'pool.resized') events.push(event)
  })
  pool.resize({ min: 0 })
  expect(pool.stats()).toMatchObject({ min: 0, max: 2 })
  await clock.advance(0)
  expect(events).toEqual([{ type: 'pool.resized', at: 0, pool: pool.name, min: 0, max: 2 }])
})

it('is refused as a whole when a size is bad, and on a closed pool', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 })
  for (const size of [{ min: 3 }, { max: 0 }, { min: 2, max: 1 }, { max: Number.NaN }, { maximum: 3 }]) {
    expect(() => pool.resize(size)).toThrow(OptionsError)
  }
  expect(pool.stats()).toMatchObject({ min: 1, max: 2 })
  watch(pool.close())
  expect(() => pool.resize({ max: 3 })).toThrow(PoolClosedError)
  await clock.runAll()
})
