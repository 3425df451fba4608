// Which connections go first when max becomes smaller: those whom nobody would miss.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('those being opened, then the idle, then those being validated, then the lent', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    min: 3,
    max: 4,
    maxConnecting: 4,
    keepalive: 1_000,
  })
  await clock.advance(100)
  const [one, other, lent] = [await pool.acquire(), await pool.acquire(), await pool.acquire()]
  expect(lent.connectionId, 'the oldest, so that age does not decide').toBe('connection-1')
  one.release()
  other.release()
  database.change({ validateLatency: 4_000, connectLatency: 4_000 })
  await clock.advance(1_000)
  pool.resize({ min: 4 })
  expect(pool.stats()).toMatchObject({ connecting: 1, idle: 1, validating: 1, busy: 1 })
  pool.resize({ min: 0, max: 3 })
  expect(pool.stats()).toMatchObject({ connecting: 0, idle: 1, validating: 1, busy: 1 })
  pool.resize({ max: 2 })
  expect(pool.stats()).toMatchObject({ idle: 0, validating: 1, busy: 1 })
  pool.resize({ max: 1 })
  await clock.advance(20)
  expect(pool.stats()).toMatchObject({ total: 1, validating: 0, busy: 1 })
  pool.resize({ min: 1 })
  lent.release()
  expect(pool.stats()).toMatchObject({ idle: 1, closing: 0 })
})

it('one that is being opened now is not called off instead of one that is lent, if only that many are too many', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 3 })
  await clock.advance(100)
  const lent = await pool.acquire()
  const waiting = [watch(pool.acquire()), watch(pool.acquire())]
  expect(pool.stats()).toMatchObject({ busy: 1, connecting: 1, waiting: 2 })
  pool.resize({ max: 1 })
  expect(pool.stats()).toMatchObject({ busy: 1, connecting: 0, waiting: 2 })
  lent.release()
  await clock.advance(0)
  expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'pending'])
})
