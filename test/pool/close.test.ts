// Closing: nothing new, those who wait are told, leases are awaited, and nothing is left behind.

import { expect, it } from 'vitest'
import { OptionsError, PoolClosedError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('closes idle connections gracefully, resolves when they are gone and leaves no timer', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 3 })
  await clock.advance(200)
  const closing = watch(pool.close())
  expect(pool.stats()).toMatchObject({ state: 'draining', idle: 0, closing: 3 })
  await clock.advance(9)
  expect(closing.state).toBe('pending')
  await clock.advance(1)
  expect(closing.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0, closed: 3 })
  expect(database).toMatchObject({ open: 0, totals: { closed: 3, destroyed: 0 } })
  expect(clock.pending).toBe(0)
})

it('waits for leases, and closes each connection when it comes back', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closing = watch(pool.close())
  await clock.advance(19_000)
  expect(closing.state).toBe('pending')
  expect(lease.connection.state).toBe('open')
  lease.release()
  await clock.advance(10)
  expect(closing.state).toBe('fulfilled')
  expect(database.totals).toMatchObject({ closed: 2, destroyed: 0 })
  expect(clock.pending).toBe(0)
})

it('destroys leases that are still out after 20 seconds, and a release that comes later is harmless', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closing = watch(pool.close())
  await clock.advance(19_999)
  expect(database.open).toBe(1)
  await clock.advance(1)
  expect(closing.state).toBe('fulfilled')
  expect(database).toMatchObject({ open: 0, totals: { destroyed: 1 } })
  expect(() => lease.connection).toThrow(expect.objectContaining({ code: 'LEASE_REVOKED' }))
  lease.release()
  expect(clock.pending).toBe(0)
})

it.each([
  ['its own timeout', { timeout: 500 }, {}, 500],
  ['the pool’s drainTimeout', {}, { drainTimeout: 700 }, 700],
  ['no time at all when the timeout is 0', { timeout: 0 }, {}, 0],
])('waits for leases for %s', async (_, closeOptions, options, expected) => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, ...options })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closing = watch(pool.close(closeOptions))
  if (expected > 0) await clock.advance(expected - 1)
  expect(closing.state).toBe('pending')
  expect(lease.held).toBe(true)
  await clock.advance(1)
  expect(closing.state).toBe('fulfilled')
  expect(lease.held).toBe(false)
})

it('waits for leases for ever when the timeout is Infinity', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closing = watch(pool.close({ timeout: Number.POSITIVE_INFINITY }))
  await clock.advance(1e9)
  expect(closing.state).toBe('pending')
  lease.release()
  await clock.advance(10)
  expect(closing.state).toBe('fulfilled')
  expect(clock.pending).toBe(0)
})

it('rejects everybody who waits, at once', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const waiting = [watch(pool.acquire()), watch(pool.acquire({ priority: 9 }))]
  const closing = watch(pool.close())
  await new Promise(setImmediate)
  for (const { error } of waiting) expect(error).toBeInstanceOf(PoolClosedError)
  lease.release()
  await clock.advance(10)
  expect(closing.state).toBe('fulfilled')
})

it('refuses acquires from then on', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const closing = pool.close()
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' })
  await clock.advance(10)
  await closing
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' })
  await expect(pool.use(() => 1)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
})

it('is idempotent: every call resolves at the same end, and does not put it off', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closings = [watch(pool.close()), watch(pool.close({ timeout: 60_000 }))]
  await clock.advance(1_000)
  expect(closings.map(({ state }) => state)).toEqual(['pending', 'pending'])
  lease.release()
  await clock.advance(10)
  expect(closings.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled'])
  await pool.close()
})

it('is hastened by a later call with a shorter timeout, as by a second Ctrl-C', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closing = watch(pool.close())
  await clock.advance(1_000)
  expect(closing.state).toBe('pending')
  await Promise.all([clock.advance(1), pool.close({ timeout: 0 })])
  expect(closing.state).toBe('fulfilled')
  expect([lease.held, database.open]).toEqual([false, 0])
})

it.each([
  { later: 5_000, ends: 10_000 },
  { later: 500, ends: 9_500 },
])(
  'ends when the first of its times is up: after $later ms asked for at 9 s, and 10 s at the start',
  async ({ later, ends }) => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    await clock.advance(100)
    await pool.acquire()
    const closing = watch(pool.close({ timeout: 10_000 }))
    await clock.advance(9_000)
    watch(pool.close({ timeout: later }))
    await clock.advance(ends - 9_000 - 1)
    expect(closing.state).toBe('pending')
    await clock.advance(1)
    expect(closing.state).toBe('fulfilled')
  },
)

it('with a bad timeout is refused, and the pool goes on', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  await expect(pool.close({ timeout: -1 })).rejects.toBeInstanceOf(OptionsError)
  expect(pool.stats()).toMatchObject({ state: 'running' })
})
