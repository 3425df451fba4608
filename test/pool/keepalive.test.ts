// Idle connections are validated now and then, so that firewalls do not cut them and dead ones are found out.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const still = { idleTimeout: Number.POSITIVE_INFINITY, maxLifetime: Number.POSITIVE_INFINITY }

it('makes a round trip on each idle connection every keepalive', async () => {
  const { clock, database } = poolInSimulatedTime({ ...still, min: 2, keepalive: 1_000 })
  await clock.advance(10_100)
  expect(database.totals.validations).toBeGreaterThanOrEqual(18)
  expect(database.totals.validations).toBeLessThanOrEqual(20)
})

it('takes a use for a sign of life', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    ...still,
    min: 1,
    keepalive: 1_000,
    validateAfter: false,
  })
  for (let time = 0; time < 20; time++) {
    await clock.advance(500)
    ;(await pool.acquire()).release()
  }
  expect(database.totals.validations).toBe(0)
})

it('replaces an idle connection that fails it', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ ...still, min: 1, keepalive: 1_000 })
  await clock.advance(100)
  database.change({ unhealthyRate: 1 })
  await clock.advance(1_010)
  database.change({ unhealthyRate: 0 })
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2, closed: 1 })
})

it('destroys one that does not answer in time', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    ...still,
    min: 1,
    keepalive: 1_000,
    validateTimeout: 300,
  })
  await clock.advance(100)
  database.change({ validateHangRate: 1 })
  await clock.advance(1_299)
  expect(pool.stats()).toMatchObject({ validating: 1 })
  database.change({ validateHangRate: 0 })
  await clock.advance(101)
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2, closed: 1 })
})

it('does not keep a caller from a connection that is being validated for longer than the round trip', async () => {
  const { pool, clock } = poolInSimulatedTime({ ...still, min: 1, max: 1, keepalive: 1_000 })
  await clock.advance(1_105)
  expect(pool.stats()).toMatchObject({ validating: 1 })
  const acquiring = pool.acquire()
  await clock.advance(5)
  expect(await acquiring).toMatchObject({ held: true })
})

it('false never validates', async () => {
  const { clock, database } = poolInSimulatedTime({ ...still, min: 1, keepalive: false })
  await clock.advance(1e9)
  expect(database.totals.validations).toBe(0)
})
