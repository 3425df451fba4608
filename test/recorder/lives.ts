// Recordings of simulated lives: the same ones each time.
import { createPool } from '../../src/index.js'
import type { Recording } from '../../src/recorder/format.js'
import { recorder } from '../../src/recorder/index.js'
import { run } from '../../src/testing/run.js'
import { drawStory } from '../../src/testing/story.js'

/** @param last how many transitions are kept; without it, all */
export async function lifeOf(seed: number, last?: number): Promise<Recording> {
  let dump: (() => Recording) | undefined
  await run(drawStory(seed, 40, { pool: undefined, database: undefined, weights: undefined }), {
    seed,
    clients: [],
    tolerate: () => true,
    make: ((...given: Parameters<typeof createPool>) => {
      const pool = createPool(...given)
      const flight = recorder(pool, { incidents: false, last })
      dump = () => flight.dump()
      return pool
    }) as typeof createPool,
  })
  return (dump as () => Recording)()
}
