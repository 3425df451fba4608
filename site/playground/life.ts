// A life that `simulate` of statepool/testing draws from a seed, recorded in this page: to see what failed in a test.

import { systemBehind } from '../../src/actors/create-pool.js'
import type { PoolSystem } from '../../src/actors/pool-actor.js'
import { messageOf } from '../../src/core/wording.js'
import { createPool } from '../../src/index.js'
import { encode, type Incident, type Notice } from '../../src/recorder/format.js'
import { PoolLog } from '../../src/recorder/pool-log.js'
import { isWeather } from '../../src/testing/clients.js'
import { run } from '../../src/testing/run.js'
import { drawStory } from '../../src/testing/story.js'

/** As `simulate({ seed })` has it. */
const steps = 40
const kept = 100_000
/** How often it is noted how the pool stands, in milliseconds of simulated time. */
const frameEvery = 250

/** The recording of a life, as a file; with an incident, if an invariant was broken. */
export async function recordLife(seed: number): Promise<Uint8Array> {
  let system: PoolSystem<unknown> | undefined
  let log: PoolLog<unknown> | undefined
  let timer: unknown
  const follow = (): void => {
    log?.takeFrame()
    timer = system?.parts.config.clock.setTimeout(follow, frameEvery)
  }
  const told = ({ type }: Notice): void => {
    if (type === 'pool.closed') system?.parts.config.clock.clearTimeout(timer) // a life ends without a timer
  }
  const make = ((...given: Parameters<typeof createPool>) => {
    const pool = createPool(...given)
    system = systemBehind(pool.actor) as PoolSystem<unknown>
    log = new PoolLog(system, kept, { wallTime: () => 0, told })
    follow()
    return pool
  }) as typeof createPool
  const story = drawStory(seed, steps, { pool: undefined, database: undefined, weights: undefined })
  let incident: Incident | undefined
  try {
    await run(story, { seed, clients: [], tolerate: isWeather, make })
  } catch (error) {
    const at = (system as PoolSystem<unknown> | undefined)?.parts.config.clock.now() ?? 0
    incident = { at, kind: 'crash', text: messageOf(error) }
  }
  if (log === undefined) throw new Error('The life has no pool.')
  return encode({ ...(log as PoolLog<unknown>).recording(), ...(incident && { incident }) })
}
