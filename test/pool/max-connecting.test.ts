// At most maxConnecting connections are being opened at the same time (no thundering herd).

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

/** The most connections that the database saw being opened at the same time, over two seconds of simulated time. */
async function peakOfConnecting(options: { min: number; maxConnecting?: number }, callers: number) {
  const { pool, clock, database } = poolInSimulatedTime({ max: 20, ...options })
  for (let caller = 0; caller < callers; caller++) pool.acquire().catch(() => {})
  let peak = 0
  for (let tick = 0; tick < 200; tick++) {
    const connecting = database.connections.filter(({ state }) => state === 'connecting').length
    expect(pool.stats().connecting).toBe(connecting)
    peak = Math.max(peak, connecting)
    await clock.advance(10)
  }
  return { peak, opened: database.totals.opened }
}

it('is 2 unless told otherwise, when the pool fills', async () => {
  expect(await peakOfConnecting({ min: 10 }, 0)).toEqual({ peak: 2, opened: 10 })
})

it('holds for callers who wait just the same', async () => {
  expect(await peakOfConnecting({ min: 0 }, 100)).toEqual({ peak: 2, opened: 20 })
})

it('can be set', async () => {
  expect(await peakOfConnecting({ min: 5, maxConnecting: 1 }, 10)).toEqual({ peak: 1, opened: 10 })
  expect(await peakOfConnecting({ min: 5, maxConnecting: 7 }, 100)).toEqual({ peak: 7, opened: 20 })
})

it('asks again before each connect whether somebody still needs it', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 20 })
  const controller = new AbortController()
  for (let caller = 0; caller < 10; caller++) pool.acquire({ signal: controller.signal }).catch(() => {})
  controller.abort()
  await clock.advance(10_000)
  expect(database.totals.connects).toBe(2)
})
