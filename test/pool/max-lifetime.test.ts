// Connections are closed at a certain age, but not all together, and never under a borrower.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const still = { idleTimeout: Number.POSITIVE_INFINITY, keepalive: false } as const

it('replaces an idle connection that has reached it', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ ...still, min: 1, maxLifetime: 60_000 })
  await clock.advance(59_999)
  expect(database.totals.connects).toBe(1)
  await clock.advance(111) // closed, and the next one opened
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2, closed: 1 })
})

it('leaves a lent connection to its borrower and closes it when it comes back', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ ...still, min: 1, maxLifetime: 60_000 })
  await clock.advance(100)
  const lease = await pool.acquire()
  await clock.advance(200_000)
  expect(lease.held).toBe(true)
  expect(lease.connection.state).toBe('open')
  lease.release()
  await clock.advance(10)
  expect(database.totals.closed).toBe(1)
})

it('is up to a quarter shorter, by chance, so that connections opened together do not end together', async () => {
  let draws = 0
  const { pool, clock } = poolInSimulatedTime({
    ...still,
    min: 5,
    max: 5,
    maxConnecting: 5,
    maxLifetime: 100_000,
    random: () => (draws++ % 10) / 10, // each connection draws twice: first for its lifetime
  })
  const ends: number[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed' && event.serial <= 5) ends.push(event.at)
  })
  await clock.advance(101_000)
  const expected = [80_000, 85_000, 90_000, 95_000, 100_000]
  expect(ends).toHaveLength(5)
  ends.forEach((end, index) => {
    expect(end).toBeGreaterThanOrEqual(expected[index] as number)
    expect(end).toBeLessThan((expected[index] as number) + 1_000)
  })
})

it('replaces those that reach it at the same moment one after the other', async () => {
  const { clock, database } = poolInSimulatedTime({
    ...still,
    min: 5,
    max: 10,
    maxConnecting: 5,
    maxLifetime: 60_000,
  })
  await clock.advance(100)
  for (let time = 0; time < 70_000; time += 10) {
    await clock.advance(10)
    expect(database.connections.filter(({ state }) => state === 'open').length).toBeGreaterThanOrEqual(3)
  }
  expect(database.totals.closed).toBe(5)
})

it('of Infinity never ends a connection', async () => {
  const { clock, database } = poolInSimulatedTime({
    ...still,
    min: 2,
    maxLifetime: Number.POSITIVE_INFINITY,
  })
  await clock.advance(1e9)
  expect(database.totals.connects).toBe(2)
})

it('is half an hour unless told otherwise', async () => {
  const { clock, database } = poolInSimulatedTime({ ...still, min: 1 })
  await clock.advance(1_799_999)
  expect(database.totals.connects).toBe(1)
  await clock.advance(200)
  expect(database.totals.connects).toBe(2)
})
