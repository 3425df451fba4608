// What is read out of the records is what the pool itself measures.
import { expect, it } from 'vitest'
import { systemBehind } from '../../src/actors/create-pool.js'
import type { PoolSystem } from '../../src/actors/pool-actor.js'
import { track } from '../../src/actors/watching/trackers.js'
import { createPool, type Pool } from '../../src/index.js'
import { connectingSince, type Durations, RecordedTimes } from '../../src/inspector/recorded-times.js'
import { fromTheBeginning, PoolLog } from '../../src/recorder/pool-log.js'
import { run } from '../../src/testing/run.js'
import { drawStory } from '../../src/testing/story.js'
import { agree } from '../support/agree.js'
import { cases } from '../support/seeds.js'

type Told = Record<'granted' | 'returned' | 'connected', number[]>

const listeners = () => {
  const told: Told = { granted: [], returned: [], connected: [] }
  const tell = {
    granted: (took: number) => void told.granted.push(took),
    returned: (took: number) => void told.returned.push(took),
    connected: (took: number) => void told.connected.push(took),
  }
  return { told, tell }
}

/** In their order: of two things at one moment, records and trackers may tell in either. */
const sorted = (told: Told): Told => ({
  granted: told.granted.toSorted((a, b) => a - b),
  returned: told.returned.toSorted((a, b) => a - b),
  connected: told.connected.toSorted((a, b) => a - b),
})

const lives = cases({ all: 100, some: 40 })

it('in many simulated lives', async () => {
  let durations = 0
  for (let seed = 1; seed <= lives; seed++) {
    const measured = listeners()
    const read = listeners()
    let log: PoolLog<unknown> | undefined
    let begun: ReadonlyMap<string, number> = new Map()
    await run(drawStory(seed, 40, { pool: undefined, database: undefined, weights: undefined }), {
      seed,
      clients: [],
      tolerate: () => true,
      make: ((...given: Parameters<typeof createPool>) => {
        const pool: Pool<unknown> = createPool(...given)
        const system = systemBehind(pool.actor) as PoolSystem<unknown>
        track(system.parts, {
          ...measured.tell,
          connectFailed() {},
          timedOut() {},
          closed() {},
        })
        begun = connectingSince(system)
        log = new PoolLog(system, 100_000)
        return pool
      }) as typeof createPool,
    })
    const times = new RecordedTimes(begun, read.tell as Durations)
    times.read((log as PoolLog<unknown>).since(fromTheBeginning).slice)
    agree(sorted(read.told), sorted(measured.told), `seed ${seed}`)
    durations += Object.values(read.told).reduce((sum, { length }) => sum + length, 0)
  }
  expect(durations).toBeGreaterThan(8 * lives)
})
