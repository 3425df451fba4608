// The commonest mistake of those who borrow: a lease that is not given back when something goes wrong.
import { expect, it } from 'vitest'
import { type Client, simulate } from '../../src/testing/index.js'
import { cases } from '../support/seeds.js'

const lives = cases({ all: 50, some: 20 })

/** In how many of the first so many lives it is found. */
async function found(seeds: number, run: Client, more = {}): Promise<number> {
  let failures = 0
  for (let seed = 1; seed <= seeds; seed++) {
    await simulate({ seed, run, shrink: 0, ...more }).catch(({ invariant }) => {
      expect(invariant).toBe('client')
      failures++
    })
  }
  return failures
}

it('is found in half of all lives when it is always forgotten, and in all where the database keeps well', async () => {
  const forgetful: Client = async ({ pool }) => {
    await pool.acquire()
  }
  expect(await found(lives, forgetful, { steps: 0 })).toBe(lives)
  expect(await found(lives, forgetful)).toBeGreaterThan(lives * 0.4)
})

it('is found when it is forgotten after a failed query only', async () => {
  const careless: Client = async ({ pool }) => {
    const lease = await pool.acquire()
    await lease.connection.query('select 1')
    lease.release()
  }
  expect(await found(4 * lives, careless, { database: { queryFailureRate: 0.5 } })).toBeGreaterThan(
    lives * 0.4,
  )
})

it('is not found in who gives back whatever happens', async () => {
  const careful: Client = async ({ pool }) => {
    await using lease = await pool.acquire()
    await lease.connection.query('select 1')
  }
  expect(await found(lives, careful, { database: { queryFailureRate: 0.5 } })).toBe(0)
})

it('a tolerate that fails tolerates nothing', async () => {
  const run: Client = () => {
    throw new Error('mine')
  }
  const tolerate = () => {
    throw new Error('undecided')
  }
  await expect(simulate({ seed: 1, run, tolerate, shrink: 0 })).rejects.toMatchObject({ invariant: 'client' })
})

it.each(['fail', 'fail-until-up'] as const)(
  'a pool that refuses callers while its database is down is no mistake (%s)',
  async whenDown => {
    for (let seed = 1; seed <= cases({ all: 60, some: 25 }); seed++)
      await simulate({ seed, pool: { whenDown }, shrink: 0 })
  },
)
