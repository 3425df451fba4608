// A pool can be closed at any moment of its life; then nothing is left behind, wherever its connections were.

import { expect, it } from 'vitest'
import { type PoolInSimulatedTime, poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** Closes the pool and expects it to be gone, without a trace, after so many milliseconds. */
async function expectGone({ pool, clock, database }: PoolInSimulatedTime, within: number): Promise<void> {
  const closing = watch(pool.close())
  await clock.advance(within)
  expect(closing.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0, waiting: 0 })
  expect(database.open).toBe(0)
  expect(clock.pending).toBe(0)
  const { connects } = database.totals
  await clock.advance(100_000)
  expect(database.totals.connects).toBe(connects)
}

it('in the tick in which it was created', async () => {
  await expectGone(poolInSimulatedTime({ min: 3 }), 0)
})

it('while connections are being opened', async () => {
  const parts = poolInSimulatedTime({ min: 3 })
  await parts.clock.advance(50)
  await expectGone(parts, 0)
})

it('while a connect hangs for ever', async () => {
  const parts = poolInSimulatedTime({ connectTimeout: Number.POSITIVE_INFINITY }, { connectHangRate: 1 })
  await parts.clock.advance(5_000)
  await expectGone(parts, 0)
})

it('while it backs off, with callers waiting', async () => {
  const parts = poolInSimulatedTime({ min: 1 })
  parts.database.stop()
  const waiting = watch(parts.pool.acquire())
  await parts.clock.advance(20)
  expect(parts.pool.stats()).toMatchObject({ state: 'backingOff', connecting: 0 })
  await expectGone(parts, 0)
  expect(waiting.error).toMatchObject({ code: 'POOL_CLOSED' })
})

it('while it probes after a back-off', async () => {
  const parts = poolInSimulatedTime({ min: 1 }, { connectFailureRate: 1 })
  await parts.clock.advance(170)
  expect(parts.pool.stats()).toMatchObject({ state: 'backingOff', connecting: 1 })
  await expectGone(parts, 0)
})

it('while a connection is validated for a caller, who is told', async () => {
  const parts = poolInSimulatedTime({ min: 2, validateAfter: 0 })
  await parts.clock.advance(100)
  const acquiring = watch(parts.pool.acquire())
  await parts.clock.advance(5)
  expect(parts.pool.stats()).toMatchObject({ validating: 1 })
  await expectGone(parts, 10)
  expect(acquiring.error).toMatchObject({ code: 'POOL_CLOSED' })
})

it('while a keepalive runs', async () => {
  const parts = poolInSimulatedTime({ min: 1, keepalive: 1_000 })
  await parts.clock.advance(1_105)
  expect(parts.pool.stats()).toMatchObject({ validating: 1 })
  await expectGone(parts, 10)
})

it('while a returned connection is cleaned, for longer than resetTimeout', async () => {
  const parts = poolInSimulatedTime({ min: 1, resetTimeout: 300 }, { resetHangRate: 1 })
  await parts.clock.advance(100)
  const lease = await parts.pool.acquire()
  lease.connection.query('BEGIN')
  await parts.clock.advance(10)
  lease.release()
  expect(parts.pool.stats()).toMatchObject({ validating: 1 })
  await expectGone(parts, 300)
})

it('while a goodbye is not answered: after closeTimeout', async () => {
  const parts = poolInSimulatedTime({ min: 2, closeTimeout: 400 }, { closeHangRate: 1 })
  await parts.clock.advance(100)
  await expectGone(parts, 400)
})

it('while connections are lent, and are all lost then', async () => {
  const parts = poolInSimulatedTime({ min: 2 })
  await parts.clock.advance(100)
  await Promise.all([parts.pool.acquire(), parts.pool.acquire()])
  parts.clock.setTimeout(() => parts.database.stop(), 500)
  await expectGone(parts, 500)
})

it('while the database is gone', async () => {
  const parts = poolInSimulatedTime({ min: 3 })
  await parts.clock.advance(200)
  parts.database.stop()
  await expectGone(parts, 0)
})
