// ready() means that `min` connections are up now, not that they once were.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('waits for the connections that a higher min asks for', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 8 })
  await clock.advance(100)
  pool.resize({ min: 4 })
  const ready = watch(pool.ready())
  await clock.advance(50)
  expect(ready.state).toBe('pending')
  await clock.advance(50)
  expect(ready.state).toBe('fulfilled')
  expect(pool.stats().idle).toBe(4)
})

it('resolves when a lower min is met already', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 4, max: 8 })
  await clock.advance(100)
  const ready = watch(pool.ready())
  pool.resize({ min: 2 })
  await clock.advance(0)
  expect(ready.state).toBe('fulfilled')
})
