// A connection that fails its validation is destroyed, and its caller is served by another one.

import { expect, it } from 'vitest'
import { ValidationError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('serves the caller from another idle connection', async () => {
  let validations = 0
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, validateAfter: 0 }, {}, driver => ({
    async validate(connection, context) {
      await driver.validate(connection, context)
      if (++validations === 1) throw new Error('gone stale')
    },
  }))
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await clock.advance(20) // the first fails, the second passes: no connect was waited for
  expect(acquiring.state).toBe('fulfilled')
  expect(acquiring.value?.connection.id).toBe(1)
})

it('opens another connection when there is no other, within the caller’s time', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 })
  await clock.advance(100)
  database.change({ unhealthyRate: 1 })
  const acquiring = watch(pool.acquire())
  await clock.advance(10)
  database.change({ unhealthyRate: 0 })
  await clock.advance(100)
  await clock.advance(10)
  expect(acquiring.value?.connection.id).toBe(2)
  expect(database).toMatchObject({ peak: 1, open: 1 })
})

it('keeps the caller first in line', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 })
  await clock.advance(100)
  database.change({ unhealthyRate: 1 })
  const first = watch(pool.acquire())
  const second = watch(pool.acquire())
  await clock.advance(10)
  database.change({ unhealthyRate: 0 })
  await clock.advance(120)
  expect([first.state, second.state]).toEqual(['fulfilled', 'pending'])
})

it('by a timeout destroys the socket, frees the slot and serves the caller all the same', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    validateAfter: 0,
    validateTimeout: 700,
  })
  await clock.advance(100)
  database.change({ validateHangRate: 1 })
  const acquiring = watch(pool.acquire())
  await clock.advance(699)
  expect(pool.stats()).toMatchObject({ validating: 1 })
  database.change({ validateHangRate: 0 })
  await clock.advance(1)
  expect(pool.stats()).toMatchObject({ validating: 0, connecting: 1 })
  await clock.advance(110)
  expect(acquiring.state).toBe('fulfilled')
  expect(database).toMatchObject({ peak: 1, totals: { destroyed: 1 } })
})

it('says in events$ what was wrong, with the driver’s error as its cause', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    validateAfter: 0,
    validateTimeout: 700,
  })
  const ends: { reason: unknown; error: unknown }[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') ends.push(event)
  })
  await clock.advance(100)
  database.change({ unhealthyRate: 1 })
  const acquiring = watch(pool.acquire())
  await clock.advance(10)
  database.change({ unhealthyRate: 0, validateHangRate: 1 })
  await clock.advance(800)
  expect(ends).toMatchObject([
    {
      reason: 'validation failed',
      error: { code: 'VALIDATION_FAILED', connection: 'connection-1', cause: { code: '08006' } },
    },
    { reason: 'validation timeout', error: { code: 'VALIDATION_TIMEOUT', connection: 'connection-1' } },
  ])
  expect(ends[0]?.error).toBeInstanceOf(ValidationError)
  expect(acquiring.state).toBe('pending')
})

it('of every connection leaves the caller with a timeout, and no connection over max', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 3, max: 3, validateAfter: 0, acquireTimeout: 2_000 },
    { unhealthyRate: 1 },
  )
  await clock.advance(1_000)
  const acquiring = watch(pool.acquire())
  await clock.advance(2_000)
  expect(acquiring.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
  expect(database.peak).toBeLessThanOrEqual(3)
})

it('by a timeout is named in the error of a caller whose time is up, and makes the other connections suspect', async () => {
  const { pool, clock } = poolInSimulatedTime(
    { min: 1, max: 1, validateAfter: 0, validateTimeout: 100 },
    { validateHangRate: 1 },
  )
  await clock.advance(100)
  const before = pool.stats().generation
  const acquiring = watch(pool.acquire({ timeout: 500 }))
  await clock.advance(500)
  expect(acquiring.error).toMatchObject({ lastValidationError: { code: 'VALIDATION_TIMEOUT' } })
  expect(pool.stats().generation).toBeGreaterThan(before)
})

it('is not what other ends of connections are taken for', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2 })
  await clock.advance(100)
  const [first] = [await pool.acquire(), await pool.acquire()]
  pool.events$.subscribe()
  const acquiring = watch(pool.acquire({ timeout: 50 }))
  first.destroy(new Error('my own'))
  await clock.advance(50)
  expect(acquiring.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', lastValidationError: undefined })
})

it('of an earlier time is nothing that a later caller is told of', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 })
  await clock.advance(100)
  database.change({ unhealthyRate: 1 })
  const first = watch(pool.acquire({ timeout: 200 }))
  await clock.advance(10)
  database.change({ unhealthyRate: 0 })
  await clock.advance(150)
  expect(first.state).toBe('fulfilled')
  const second = watch(pool.acquire({ timeout: 50 }))
  await clock.advance(50)
  expect(second.error).toMatchObject({ obstacle: 'exhausted', lastValidationError: undefined })
})

it('while the pool is paused puts the caller back into the line, and lends nothing else', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2, validateAfter: 0 })
  await clock.advance(100)
  database.change({ unhealthyRate: 1 })
  const waiting = watch(pool.acquire())
  pool.pause()
  await clock.advance(10)
  database.change({ unhealthyRate: 0 })
  await clock.advance(100)
  expect(waiting.state).toBe('pending')
  expect(pool.stats()).toMatchObject({ state: 'paused', idle: 1, validating: 0, waiting: 1 })
  pool.resume()
  await clock.advance(20)
  expect(waiting.state).toBe('fulfilled')
})
