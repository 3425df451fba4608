// pool.use without a function to call says so, and borrows nothing for it.

import { expect, it } from 'vitest'
import { OptionsError } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it.each([undefined, null, {}, 'SELECT 1', Promise.resolve()])('%s is refused', async callback => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const error = await pool.use(callback as never).catch(error => error)
  expect(error).toBeInstanceOf(OptionsError)
  expect(error).toMatchObject({ option: 'callback' })
  expect(pool.stats()).toMatchObject({ idle: 1, acquired: 0, waiting: 0 })
})
