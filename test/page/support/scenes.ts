// Scenes of a pool's life, made in simulated time: the same ones each time.

import { World } from '../../../site/playground/world.js'
import type { Recording } from '../../../src/recorder/format.js'
import { recorder } from '../../../src/recorder/index.js'
import { createSimulatedClock } from '../../../src/testing/simulated-clock.js'

/** A recording of almost three minutes, in which the database goes away for some seconds; it ends well. */
export async function recordOutage(): Promise<Recording> {
  const clock = createSimulatedClock({ start: 1_000 })
  const world = new World({
    clock,
    seed: 11,
    arrivals: 60,
    query: [15, 60],
    pool: { min: 2, max: 8, acquireTimeout: 3_000 },
  })
  const recording = recorder(world.pool, { incidents: false })
  await clock.advance(100_000)
  await world.set('slow', true)
  await clock.advance(6_000)
  await world.set('slow', false)
  await clock.advance(20_000)
  await world.set('outage', true)
  await clock.advance(9_000)
  await world.set('outage', false)
  await clock.advance(25_000)
  const dump = recording.dump()
  recording.stop()
  const closed = world.stop()
  await clock.advance(60_000)
  await closed
  const down = dump.notices.find(({ type }) => type === 'pool.down')
  return {
    ...dump,
    startedAt: Date.UTC(2026, 0, 5, 12, 0, 0),
    incident: { at: down?.at ?? 0, kind: 'outage', text: 'The database is down: connects fail.' },
  }
}
