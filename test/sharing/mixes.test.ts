// Any mix of shared statements, leases, transactions, quiet BEGINs, cancels, errors and losses: no answer goes to the wrong caller, and
// none is lost.

import { expect, it } from 'vitest'
import { type Counts, mix } from './mix.js'

/** More for a longer search: PROPERTY_RUNS=10000 PROPERTY_FROM=1 npx vitest run test/sharing/mixes */
const runs = Number(process.env.PROPERTY_RUNS ?? 60)
const from = Number(process.env.PROPERTY_FROM ?? 1)
const statements = 100

it('gives each caller the answer to its own statement, or one error', async () => {
  const sums: Counts = { answered: 0, failed: 0, givenUp: 0 }
  for (let seed = from; seed < from + runs; seed++) {
    const { answered, failed, givenUp } = await mix(seed, statements).catch(error => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
    })
    expect(answered + failed + givenUp, `seed ${seed}`).toBe(statements)
    sums.answered += answered
    sums.failed += failed
    sums.givenUp += givenUp
  }
  // All kinds are among them.
  expect(sums.answered).toBeGreaterThan(sums.failed)
  expect(sums.failed).toBeGreaterThan(runs)
  expect(sums.givenUp).toBeGreaterThan(runs)
}, 600_000)
