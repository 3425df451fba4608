// Seeds that a simulation once failed at, told in full.

import { it } from 'vitest'
import { simulate } from '../../src/testing/simulate.js'

// 1190951: a connect whose time was up at a time that binary fractions cannot hold was taken for one that was called off.
it.each([1_190_951])('seed %i breaks no invariant', async seed => {
  await simulate({ seed })
})

// 502810: a connection that was to end in any case said that all sessions are stale, and the watch took what the pool then did for a whim.
it.each([502_810, 531_070])('seed %i of a pool whose statements share breaks none either', async seed => {
  await simulate({ seed, pool: { share: { depth: 1 + (seed % 7), patience: 20 * (seed % 5) } } })
})
