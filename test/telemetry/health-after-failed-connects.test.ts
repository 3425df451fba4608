// pool.health() tells of failing connects while they fail: not when the pool has gone on without one more, and also when they only seem to succeed.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('is ready again after a back-off in which no caller came, and tells of the next failure anew', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  const lease = await pool.acquire()
  database.change({ connectFailureRate: 1 })
  watch(pool.acquire({ timeout: 120 }))
  await clock.advance(110)
  expect(pool.health()).toMatchObject({ status: 'degraded', kind: 'connects failing', since: 200 })
  await clock.advance(1_000)
  expect(pool.stats().state).toBe('running')
  expect(pool.health()).toMatchObject({ status: 'ready', kind: undefined })
  await clock.advance(60_000)
  const again = clock.now()
  watch(pool.acquire())
  await clock.advance(110)
  expect(pool.health()).toMatchObject({ kind: 'connects failing', since: again + 100 })
  expect(pool.health().reason).toMatch(/but the last connect failed: /)
  lease.release()
})

it('is ready again after a pause', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  await pool.acquire()
  database.change({ connectFailureRate: 1 })
  watch(pool.acquire({ timeout: 120 }))
  await clock.advance(110)
  pool.pause()
  expect(pool.health().kind).toBe('connects failing')
  await clock.advance(20)
  pool.resume()
  await clock.advance(1_000)
  expect(pool.stats()).toMatchObject({ waiting: 0, state: 'running' })
  expect(pool.health().status).toBe('ready')
})

it('is down while every connection ends as soon as it has opened', async () => {
  const { pool, clock } = poolInSimulatedTime(
    { min: 1, max: 1, acquireTimeout: Number.POSITIVE_INFINITY },
    {},
    (driver, clock) => ({
      connect: async context => {
        const connection = await driver.connect(context)
        clock.setTimeout(() => context.onLost(new Error('the server ends every session')), 1)
        return connection
      },
    }),
  )
  await clock.advance(1_000)
  expect(pool.stats().state).toBe('backingOff')
  expect(pool.health()).toMatchObject({ status: 'down', kind: 'database down' })
  expect(pool.health().reason).toContain('the server ends every session')
})
