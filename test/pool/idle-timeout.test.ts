// Connections that nobody needs any more are closed: down to min, one at a time.

import { expect, it } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool with `count` idle connections, all idle since the same moment. */
async function idlePool(count: number, options: PoolOptions) {
  const parts = poolInSimulatedTime({
    min: 0,
    maxConnecting: count,
    keepalive: false,
    ...options,
  })
  const acquiring = Promise.all(Array.from({ length: count }, () => parts.pool.acquire()))
  await parts.clock.advance(100)
  for (const lease of await acquiring) lease.release()
  return parts
}

it('closes what is idle for longer, down to min', async () => {
  const { pool, clock, database } = await idlePool(6, { min: 2, idleTimeout: 1_000 })
  await clock.advance(999)
  expect(pool.stats().idle).toBe(6)
  await clock.advance(10_000)
  expect(pool.stats()).toMatchObject({ idle: 2, total: 2 })
  expect(database.totals.closed).toBe(4)
})

it('closes them one after the other and never all together', async () => {
  const { clock, database } = await idlePool(6, { idleTimeout: 1_000 })
  const counts = new Set<number>()
  for (let time = 0; time < 5_000; time++) {
    await clock.advance(1)
    const goodbyes = database.connections.filter(({ state }) => state === 'closing').length
    expect(goodbyes).toBeLessThanOrEqual(1)
    counts.add(database.open)
  }
  expect([...counts]).toEqual([6, 5, 4, 3, 2, 1, 0])
})

it('keeps those that are used', async () => {
  const { pool, clock } = await idlePool(3, { idleTimeout: 1_000, validateAfter: false })
  for (let time = 0; time < 50; time++) {
    ;(await pool.acquire()).release()
    await clock.advance(100)
  }
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 3, closed: 2 })
})

it('may come up to a tenth later, by chance', async () => {
  for (const [random, expected] of [
    [0, 1_000],
    [0.5, 1_050],
    [0.99, 1_099],
  ] as const) {
    const { pool, clock } = await idlePool(1, { idleTimeout: 1_000, random: () => random })
    const released = clock.now()
    while (pool.stats().idle > 0) await clock.advance(1)
    expect(clock.now() - released).toBeGreaterThanOrEqual(expected)
    expect(clock.now() - released).toBeLessThanOrEqual(expected + 11)
  }
})

it('of 0 closes what is above min as soon as nobody needs it', async () => {
  const { pool, clock, database } = await idlePool(3, { min: 1, idleTimeout: 0 })
  await clock.advance(50)
  expect(pool.stats()).toMatchObject({ idle: 1, total: 1 })
  expect(database.open).toBe(1)
})

it('of 0 does not make the pool wake up again and again', async () => {
  const { clock } = await idlePool(3, { min: 1, idleTimeout: 0 })
  await clock.advance(1_000)
  let timers = 0
  const { setTimeout } = clock
  clock.setTimeout = (callback, delay) => {
    timers++
    return setTimeout(callback, delay)
  }
  await clock.advance(10_000)
  expect(timers).toBeLessThan(100)
})

it('of Infinity never closes anything', async () => {
  const { pool, clock } = await idlePool(3, {
    idleTimeout: Number.POSITIVE_INFINITY,
    maxLifetime: Number.POSITIVE_INFINITY,
  })
  await clock.advance(1e9)
  expect(pool.stats().idle).toBe(3)
})

it('is five minutes unless told otherwise', async () => {
  const { pool, clock } = await idlePool(1, {})
  await clock.advance(299_999)
  expect(pool.stats().idle).toBe(1)
  await clock.advance(1)
  expect(pool.stats().idle).toBe(0)
})

it('closes at once what a lower min no longer keeps, where it is 0', async () => {
  const { pool, clock } = await idlePool(3, { min: 3, idleTimeout: 0 })
  await clock.advance(1_000)
  expect(pool.stats().idle).toBe(3)
  pool.resize({ min: 1 })
  await clock.advance(50)
  expect(pool.stats()).toMatchObject({ idle: 1, total: 1 })
})

it('keeps the last one while another is only being opened', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 2,
    idleTimeout: 1_000,
    connectTimeout: 60_000,
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  database.change({ connectHangRate: 1 })
  const waiting = watch(pool.acquire())
  lease.release()
  await clock.advance(0)
  waiting.value?.release()
  await clock.advance(5_000)
  expect(pool.stats()).toMatchObject({ idle: 1, connecting: 1 })
})

it('leaves no timer behind when the last one has gone', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1, idleTimeout: 1_000 })
  const using = watch(pool.use(() => 'used'))
  await clock.advance(100)
  expect(using.value).toBe('used')
  await clock.advance(2_000)
  expect([pool.stats().total, clock.pending]).toEqual([0, 0])
})

it('is not put off by the keepalives that fall on it', async () => {
  for (const idleTimeout of [240_000, 600_000]) {
    const { pool, clock } = poolInSimulatedTime({
      min: 0,
      max: 1,
      idleTimeout,
      keepalive: 120_000,
      random: () => 0.5,
    })
    const lease = pool.acquire()
    await clock.advance(100)
    ;(await lease).release()
    await clock.advance(idleTimeout)
    expect(pool.stats()).toMatchObject({ idle: 1 })
    await clock.advance(idleTimeout * 0.1 + 2_000)
    expect(pool.stats()).toMatchObject({ total: 0 })
  }
})
