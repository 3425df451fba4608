// Whatever happens, in whatever order: the invariants hold after every event, every caller is served, and a closed pool leaves nothing.

import { describe, it } from 'vitest'
import { simulate } from '../../src/testing/index.js'
import { cases } from '../support/seeds.js'

/** `npm run simulate` has ten thousand in CI. A longer search of these: PROPERTY_RUNS=10000 npx vitest run test/properties */
const runs = Number(process.env.PROPERTY_RUNS ?? cases({ all: 150, some: 40 }))

describe('the invariants hold, every caller is served in the end, and a closed pool leaves nothing,', () => {
  it('through any story', async () => {
    for (let seed = 1; seed <= runs; seed++) await simulate({ seed })
  }, 600_000)

  it('through any story in which the pool is closed again and again in the middle', async () => {
    for (let seed = 1; seed <= runs; seed++) await simulate({ seed, commands: { close: 5 } })
  }, 600_000)

  it('through long stories without a close', async () => {
    for (let seed = 1; seed <= runs; seed++) await simulate({ seed, steps: 80, commands: { close: 0 } })
  }, 600_000)
})
