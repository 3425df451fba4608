// min connections are opened at the start, and replaced when they end.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('opens min connections by itself', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 4, max: 10 })
  await clock.advance(1_000)
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 4, total: 4 })
  expect(database.totals.connects).toBe(4)
})

it('is 2 unless told otherwise, or max where that is less', async () => {
  for (const [options, expected] of [
    [{}, 2],
    [{ max: 1 }, 1],
  ] as const) {
    const { pool, clock } = poolInSimulatedTime(options)
    await clock.advance(1_000)
    expect(pool.stats()).toMatchObject({ min: expected, idle: expected })
  }
})

it('replaces connections that the database closed, idle or leased', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 3, max: 5 })
  await clock.advance(200)
  await pool.acquire()
  for (const connection of database.connections) database.kill(connection)
  expect(pool.stats()).toMatchObject({ lost: 3, idle: 0 })
  await clock.advance(200)
  expect(pool.stats()).toMatchObject({ idle: 3, total: 3, opened: 6 })
})

it('replaces connections that borrowers destroyed, that were used up and that grew too old', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 4, maxUses: 2, maxLifetime: 60_000 })
  await clock.advance(100)
  ;(await pool.acquire()).destroy()
  await clock.advance(200)
  expect(pool.stats()).toMatchObject({ idle: 2, closed: 1 })
  for (let use = 0; use < 2; use++) (await pool.acquire({ timeout: 0 })).release()
  await clock.advance(200)
  expect(pool.stats()).toMatchObject({ idle: 2, closed: 2 })
  await clock.advance(70_000)
  expect(pool.stats()).toMatchObject({ idle: 2, closed: 4 })
})
