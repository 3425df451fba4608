// A connection that was idle for a while proves that it works before it is lent.

import { expect, it } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** How many validations an acquire costs after the only connection was idle for so long. */
async function validationsAfter(idleFor: number, options: PoolOptions): Promise<number> {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, keepalive: false, ...options })
  await clock.advance(100 + idleFor)
  const acquiring = watch(pool.acquire())
  await clock.advance(10)
  expect(acquiring.state).toBe('fulfilled')
  return database.totals.validations
}

it('is for those that were idle for longer than half a second, unless told otherwise', async () => {
  expect(await validationsAfter(500, {})).toBe(0)
  expect(await validationsAfter(501, {})).toBe(1)
})

it('can be for those that were idle for longer or shorter', async () => {
  expect(await validationsAfter(5_000, { validateAfter: 5_000 })).toBe(0)
  expect(await validationsAfter(5_001, { validateAfter: 5_000 })).toBe(1)
})

it('of 0 is for every checkout', async () => {
  expect(await validationsAfter(0, { validateAfter: 0 })).toBe(1)
})

it('of false never happens', async () => {
  expect(await validationsAfter(299_000, { validateAfter: false })).toBe(0)
})

it('starts to count again when the connection comes back', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  for (let use = 0; use < 5; use++) {
    const lease = await pool.acquire()
    await clock.advance(2_000)
    lease.release()
    await clock.advance(400)
  }
  expect(database.totals.validations).toBe(0)
})

it('happens for those who waited in line too, with validateAfter 0', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 })
  const callers = Promise.all([1, 2, 3].map(() => pool.use(() => {})))
  await clock.advance(1_000)
  await callers
  expect(database.totals.validations).toBe(3)
})
