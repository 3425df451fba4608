// Each invariant, broken on purpose by a change of the code: the simulation finds it within so many seeds.

import { afterEach, expect, it } from 'vitest'
import { Pool } from '../../src/index.js'
import { SimulationFailure, simulate } from '../../src/testing/index.js'
import { invariants } from '../../src/testing/violation.js'
import { mutations } from './mutations.js'

/** More than what the slowest needs now (docs/testing.md); a change of the pool may shift it. */
const patience = 3_000

let repair = () => {}
afterEach(() => repair())

/** What the simulation says of a seed: the invariant that is broken, if one is; `twice` if that may be `time`. */
async function judge(seed: number, twice: boolean): Promise<string | undefined> {
  try {
    const first = await simulate({ seed, shrink: 0, trace: twice })
    if (!twice) return undefined
    const again = await simulate({ seed, shrink: 0, trace: true })
    return JSON.stringify(first.trace) === JSON.stringify(again.trace) ? undefined : 'time'
  } catch (error) {
    return error instanceof SimulationFailure ? (error.invariant ?? String(error.cause)) : String(error)
  }
}

it.each(mutations)(
  'a pool that $name is found out',
  async ({ name, breaks, apply }) => {
    const twice = breaks.includes('time')
    expect(await judge(1, twice)).toBeUndefined()
    repair = apply()
    let seed = 1
    let found = await judge(seed, twice)
    while (found === undefined && seed < patience) found = await judge(++seed, twice)
    if (process.env.SEEDS_NEEDED) console.log(`| ${name} | ${found} | ${seed} |`)
    expect(breaks).toContain(found)
  },
  120_000,
)

it('there is a mutation for every invariant that a pool can break as it is', () => {
  const broken = new Set<string>(mutations.flatMap(({ breaks }) => breaks))
  const others = Object.keys(invariants).filter(name => !broken.has(name))
  // Clients are the users' own; a pool that cannot evict has no generations.
  expect(others).toEqual('evict' in Pool.prototype ? ['client'] : ['generation', 'client'])
})
