// Nothing that goes wrong inside the pool is ever an unhandled rejection: only what a caller was given and ignored would be.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { type PoolInSimulatedTime, poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)

beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
})

async function expectNone({ pool, clock }: PoolInSimulatedTime): Promise<void> {
  await clock.advance(2_000)
  watch(pool.close({ timeout: 0 }))
  await clock.advance(10_000)
  await new Promise(resolve => setImmediate(resolve))
  expect(unhandled).toEqual([])
}

it('when connects fail, hang or are refused, and nobody asked for readiness', async () => {
  for (const settings of [{ connectFailureRate: 1 }, { connectHangRate: 1 }, { maxConnections: 0 }]) {
    await expectNone(poolInSimulatedTime({ min: 3, connectTimeout: 200 }, settings))
  }
})

it('when validations, resets and goodbyes fail or hang', async () => {
  const settings = {
    unhealthyRate: 0.5,
    validateHangRate: 0.3,
    resetFailureRate: 0.5,
    resetHangRate: 0.3,
    closeHangRate: 0.5,
  }
  const parts = poolInSimulatedTime(
    { min: 3, validateAfter: 0, keepalive: 50, maxUses: 2, acquireTimeout: 100 },
    settings,
  )
  for (let use = 0; use < 30; use++) {
    watch(parts.pool.use(connection => connection.query('BEGIN')))
    await parts.clock.advance(50)
  }
  await expectNone(parts)
})

it('when connections are lost in whatever state', async () => {
  const parts = poolInSimulatedTime({ min: 3, validateAfter: 0 }, { loseAfter: [0, 200] })
  for (let use = 0; use < 30; use++) {
    watch(parts.pool.use(connection => connection.query('SELECT 1')))
    await parts.clock.advance(20)
  }
  await expectNone(parts)
})

it('when a caller gives up whose promise nobody looks at any more, once it was looked at', async () => {
  const parts = poolInSimulatedTime({ min: 0, acquireTimeout: 100 }, { connectHangRate: 1 })
  const race = Promise.race([parts.pool.acquire(), Promise.resolve('something else')])
  expect(await race).toBe('something else')
  await expectNone(parts)
})

it('is seen by this test if there is one', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, acquireTimeout: 100 }, { connectHangRate: 1 })
  pool.acquire()
  await clock.advance(200)
  await new Promise(resolve => setImmediate(resolve))
  expect(unhandled).toMatchObject([{ code: 'ACQUIRE_TIMEOUT' }])
})
