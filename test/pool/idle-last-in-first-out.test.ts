// Of the idle connections the one used last is lent first, so that the others can get old and be retired.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('lends the connection that was given back last', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 3, max: 3, maxConnecting: 3 })
  await clock.advance(100)
  const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()]
  for (const index of [1, 0, 2]) leases[index]?.release()
  const order = [await pool.acquire(), await pool.acquire(), await pool.acquire()]
  expect(order.map(lease => lease.connectionId)).toEqual([2, 0, 1].map(index => leases[index]?.connectionId))
})

it('does not take a keepalive for a use', async () => {
  const { pool, clock } = poolInSimulatedTime({
    min: 2,
    max: 2,
    keepalive: 1_000,
    idleTimeout: Number.POSITIVE_INFINITY,
    validateAfter: false,
  })
  await clock.advance(100)
  const first = await pool.acquire()
  const second = await pool.acquire()
  first.release()
  await clock.advance(500)
  second.release()
  await clock.advance(800) // the first was validated, the second not yet
  expect(pool.stats()).toMatchObject({ idle: 2 })
  expect((await pool.acquire()).connectionId).toBe(second.connectionId)
})
