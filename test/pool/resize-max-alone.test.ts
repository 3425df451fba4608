// A max that is lowered alone takes min along, as createPool does with a max below the default min.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseSize } from '../../src/core/live-options.js'
import { OptionsError } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('on a pool whose min nobody set', async () => {
  const { pool, clock } = poolInSimulatedTime()
  await clock.advance(100)
  pool.resize({ max: 1 })
  await clock.advance(10)
  expect(pool.stats()).toMatchObject({ min: 1, max: 1, total: 1 })
})

it('and min stays there when max is raised again', () => {
  const { pool } = poolInSimulatedTime({ min: 4, max: 10 })
  pool.resize({ max: 3 })
  pool.resize({ max: 10 })
  expect(pool.stats()).toMatchObject({ min: 3, max: 10 })
})

it('but a min that is given with it, or alone, must fit', () => {
  const { pool } = poolInSimulatedTime({ min: 1, max: 3 })
  expect(() => pool.resize({ min: 2, max: 1 })).toThrow(OptionsError)
  expect(() => pool.resize({ min: 4 })).toThrow('min (4) must not be greater than max (3).')
  expect(pool.stats()).toMatchObject({ min: 1, max: 3 })
})

it('any max alone is taken, and lowers min by as little as it must', () => {
  const current = fc
    .record({ min: fc.nat(50), max: fc.integer({ min: 1, max: 50 }) })
    .filter(({ min, max }) => min <= max)
  fc.assert(
    fc.property(current, fc.integer({ min: 1, max: 60 }), (size, max) => {
      const current = { ...size, maxWaiting: 5 }
      expect(parseSize({ max }, current)).toEqual({ min: Math.min(size.min, max), max, maxWaiting: 5 })
    }),
  )
})
