// Any mix of shared statements, leases, transactions, quiet BEGINs, cancels, errors and losses: no answer goes to the wrong caller, and
// none is lost.

import { expect, it } from 'vitest'
import { type Counts, mix } from '../../scripts/simulate/mix.js'
import { cases } from '../support/seeds.js'

/** For a longer search: npm run simulate -- --sharing --seeds 10000 */
const runs = Number(process.env.PROPERTY_RUNS ?? cases({ all: 60, some: 25 }))
const statements = 100

it('gives each caller the answer to its own statement, or one error', async () => {
  const sums: Counts = { answered: 0, failed: 0, givenUp: 0 }
  for (let seed = 1; seed <= runs; seed++) {
    const { answered, failed, givenUp } = await mix(seed, statements).catch(error => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
    })
    sums.answered += answered
    sums.failed += failed
    sums.givenUp += givenUp
  }
  // All kinds are among them.
  expect(sums.answered).toBeGreaterThan(sums.failed)
  expect(sums.failed).toBeGreaterThan(runs)
  expect(sums.givenUp).toBeGreaterThan(runs)
}, 600_000)
