// Each invariant, broken on purpose by a change of the code: the simulation finds it within so many seeds.

import { readFileSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { Pool } from '../../src/index.js'
import { SimulationFailure, simulate } from '../../src/testing/index.js'
import { invariants } from '../../src/testing/violation.js'
import { mutations } from './mutations.js'

const page = readFileSync('docs/testing.md', 'utf8')
/** What the page says of each mutation: the first seed that found it, when that was last looked at. */
const documented = new Map(
  [...page.matchAll(/^\| (.+) \| [a-z]+ \| (\d+) \|$/gm)].map(([, name = '', seed]) => [name, Number(seed)]),
)

/** More than what the slowest needs now; a change of the pool may shift it. */
const patience = 3_000

/** The documented seed, as it takes a small part of the time; if it no longer finds the mutation, or for the page, all of them. */
function* seedsFor(name: string): Generator<number> {
  const likely = documented.get(name)
  if (likely !== undefined && !process.env.SEEDS_NEEDED) yield likely
  for (let seed = 1; seed <= patience; seed++) yield seed
}

let repair = () => {}
afterEach(() => repair())

/** What the simulation says of a seed: the invariant that is broken, if one is; `twice` if that may be `time`. */
async function judge(seed: number, twice: boolean, shares: boolean): Promise<string | undefined> {
  const options = { seed, shrink: 0, ...(shares && { pool: { share: { depth: 3, patience: 50 } } }) }
  try {
    const first = await simulate({ ...options, trace: twice })
    if (!twice) return undefined
    const again = await simulate({ ...options, trace: true })
    return JSON.stringify(first.trace) === JSON.stringify(again.trace) ? undefined : 'time'
  } catch (error) {
    return error instanceof SimulationFailure ? (error.invariant ?? String(error.cause)) : String(error)
  }
}

it.each(mutations)(
  'a pool that $name is found out',
  async ({ name, breaks, apply, shares = false }) => {
    const twice = breaks.includes('time')
    expect(await judge(1, twice, shares)).toBeUndefined()
    repair = apply()
    let found: string | undefined
    for (const seed of seedsFor(name)) {
      found = await judge(seed, twice, shares)
      if (found === undefined) continue
      if (process.env.SEEDS_NEEDED) console.log(`| ${name} | ${found} | ${seed} |`)
      break
    }
    expect(breaks).toContain(found)
  },
  120_000,
)

it('the page tells of each of them', () => {
  expect([...documented.keys()]).toEqual(mutations.map(({ name }) => name))
})

it('there is a mutation for every invariant that a pool can break as it is', () => {
  const broken = new Set<string>(mutations.flatMap(({ breaks }) => breaks))
  const others = Object.keys(invariants).filter(name => !broken.has(name))
  // Clients are the users' own; a pool that cannot evict has no generations.
  expect(others).toEqual('evict' in Pool.prototype ? ['client'] : ['generation', 'client'])
})
