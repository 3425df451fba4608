// Drivers may reject with anything; the pool's own messages must survive it.
import { expect, it } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('has a text for what cannot be printed', () => {
  expect(messageOf(Object.create(null))).toBe('something that cannot be printed')
})

it('backs off after a driver rejected with something that cannot be printed', async () => {
  let connects = 0
  const { pool, clock } = poolInSimulatedTime({ min: 1 }, {}, () => ({
    connect() {
      connects++
      return Promise.reject(Object.create(null))
    },
  }))
  const ready = expect(pool.ready()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  await clock.advance(1_000)
  await ready
  expect(connects).toBeLessThan(10)
})
