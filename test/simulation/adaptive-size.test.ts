// Lives of pools that change their own size: no invariant is broken.

import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { createSimulatedClock, simulate } from '../../src/testing/index.js'
import { cases } from '../support/seeds.js'

it('lives with adaptive keep every promise', async () => {
  for (let seed = 1; seed <= cases({ all: 60, some: 20 }); seed++)
    await simulate({ seed, pool: { adaptive: { interval: 10 }, min: seed % 3, max: 5 }, steps: 80 })
})

it('such a pool does change its size within an interval of 10 ms', async () => {
  const clock = createSimulatedClock()
  const pool = createPool(simulated({ clock, queryLatency: [1, 3] }), {
    clock,
    min: 1,
    max: 5,
    adaptive: { interval: 10 },
  })
  const sizes = new Set<number>()
  pool.eventsOf('pool.resized').subscribe(({ max }) => sizes.add(max))
  for (let caller = 0; caller < 8; caller++) {
    const ask = (): void => void pool.use(connection => connection.query('select 1')).then(ask, () => {})
    ask()
  }
  await clock.advance(5_000)
  expect(sizes.size).toBeGreaterThan(2)
  await Promise.all([pool.close({ timeout: 0 }), clock.advance(1_000)])
})
