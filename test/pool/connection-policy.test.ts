// What a connection decides by is six numbers: its snapshot shows neither the pool's clock nor any other of its options.
import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('every connection of a pool has the same six numbers for its limits, and nobody can change them', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, maxUses: 7, closeTimeout: 9 })
  await clock.advance(100)
  const policies = Object.values(pool.actor.getSnapshot().children).map(
    child => child?.getSnapshot().context.policy,
  )
  expect(policies).toHaveLength(2)
  expect(policies[0]).toEqual({
    connectTimeout: 10_000,
    validateAfter: 500,
    validateTimeout: 5_000,
    resetTimeout: 5_000,
    closeTimeout: 9,
    maxUses: 7,
    asks: false,
    undoes: false,
  })
  expect(policies[1]).toBe(policies[0])
  expect(Object.isFrozen(policies[0])).toBe(true)
})
