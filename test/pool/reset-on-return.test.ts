// What a borrower leaves behind is cleaned up before anybody else gets the connection.

import { expect, it } from 'vitest'
import { ValidationError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('ends an open transaction before the next borrower gets the connection', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.connection.query('BEGIN')
  await clock.advance(10)
  lease.release()
  const next = watch(pool.acquire())
  await clock.advance(9)
  expect(next.state).toBe('pending')
  await clock.advance(1)
  expect(next.value?.connection).toMatchObject({ id: 1, transaction: 'none' })
})

it('costs nothing for a connection that was left clean', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  await pool.use(() => {})
  expect(pool.stats()).toMatchObject({ idle: 1 })
  expect(database.totals.resets).toBe(0)
})

it('is not needed by a driver without reset', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, max: 1 },
    {},
    () => ({ reset: undefined }) as object,
  )
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.connection.query('BEGIN')
  await clock.advance(10)
  lease.release()
  expect(pool.stats()).toMatchObject({ idle: 1 })
  expect(database.totals.resets).toBe(0)
})

it('happens on each return for a driver without needsReset', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, max: 1 },
    {},
    () => ({ needsReset: undefined }) as object,
  )
  await clock.advance(100)
  for (let use = 0; use < 3; use++) {
    await pool.use(() => {})
    await clock.advance(10)
  }
  expect(database.totals.resets).toBe(3)
})

it('that fails destroys the connection, says so in events$ and costs the next caller nothing but the time', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 }, { resetFailureRate: 1 })
  const ends: { reason: unknown; error: unknown }[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') ends.push(event)
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.connection.query('BEGIN')
  await clock.advance(10)
  lease.release()
  const next = watch(pool.acquire())
  await clock.advance(110)
  expect(next.value?.connection.id).toBe(2)
  expect(ends).toMatchObject([
    { reason: 'reset failed', error: { code: 'RESET_FAILED', cause: { code: '08006' } } },
  ])
  expect(ends[0]?.error).toBeInstanceOf(ValidationError)
  expect(database.peak).toBe(1)
})

it('never lends a connection whose query is still running', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const query = watch(lease.connection.query('SELECT pg_sleep(60)'))
  lease.release()
  const next = watch(pool.acquire())
  await clock.advance(200)
  expect(next.value?.connection.id).toBe(2)
  expect(query.state).toBe('rejected')
})
