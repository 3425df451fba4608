// Whole fleets in simulated time: outages, partitions, pauses, skewed clocks, crashes, lost ledgers and deploys. `npm run simulate:fleet` lives many more.
import { describe, expect, it } from 'vitest'
import { shortStoryOf } from '../../support/simulated-fleet/stories.js'
import { simulateFleet } from '../../support/simulated-fleet/world.js'
import { cases } from '../support/seeds.js'

describe('a fleet, whatever happens to it', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'has no more connections than the budget and the stated bound after every event, and is fair in the end (seed %i)',
    async seed => {
      const told = await simulateFleet({
        ...{ seed, processes: 2 + seed, connections: 2 + (seed % 5), seconds: 40, faults: 0.5 },
      })
      expect(told.broken).toBeUndefined()
      expect(told.unfair).toBeLessThanOrEqual(1)
      expect(told.served).toBeGreaterThan(500)
    },
  )

  it.each([106, 286, 304])(
    'does not take an answer for valid that leaves out what the pool has opened meanwhile (seed %i)',
    async seed => {
      const told = await simulateFleet({
        ...{ seed, processes: 2 + (seed % 9), connections: 1 + (seed % 13), seconds: 60, faults: 0.4 },
      })
      expect(told.broken).toBeUndefined()
    },
  )

  it.each([9131, 9148, 9619])(
    'reports no less than it relies on, although an answer changes that while it is about to report (seed %i)',
    async seed => {
      const told = await simulateFleet({
        ...{ seed, processes: 2 + (seed % 9), connections: 1 + (seed % 13), seconds: 60, faults: 0.4 },
      })
      expect(told.broken).toBeUndefined()
    },
  )

  it('is so in many short lives', async () => {
    for (let seed = 1; seed <= cases({ all: 100, some: 30 }); seed++) {
      const { broken, unfair } = await simulateFleet(shortStoryOf(seed))
      expect({ seed, broken, isFair: unfair <= 1 }).toEqual({ seed, broken: undefined, isFair: true })
    }
  })

  it('lives the same life again from the same seed', async () => {
    const story = { seed: 11, processes: 5, connections: 4, seconds: 20, faults: 0.5 }
    expect(await simulateFleet(story)).toEqual(await simulateFleet(story))
  })

  it('may have more for as long as the ledger counts a process as gone that is not, and that is counted', async () => {
    const stories = await Promise.all(
      [21, 22, 23, 24].map(seed =>
        simulateFleet({ seed, processes: 6, connections: 6, seconds: 60, faults: 1, floor: 2 }),
      ),
    )
    expect(stories.map(({ broken }) => broken)).toEqual([undefined, undefined, undefined, undefined])
    expect(Math.max(...stories.map(({ over }) => over))).toBeGreaterThan(0)
  })
})

it('a hundred processes share five connections without a fault, and never have one more', async () => {
  const told = await simulateFleet({ seed: 1, processes: 100, connections: 5, seconds: 10, faults: 0 })
  expect(told).toMatchObject({ broken: undefined, over: 0, most: 5 })
})
