// The figures on top are those that the lanes show, between two frames too.
import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { headlineOf } from '../../src/inspector/page/model/headline.js'
import { transitionsIn } from '../../src/inspector/page/model/transitions.js'
import { recorder } from '../../src/recorder/index.js'
import { createSimulatedClock } from '../../src/testing/index.js'
import { createRandom } from '../../src/testing/random.js'
import { newView } from './support/transitions.js'

it('step by step, a recording has as many connections in each state as the pool had', async () => {
  const random = createRandom(7, 'headline')
  const clock = createSimulatedClock()
  const pool = createPool(simulated({ clock, seed: 7, connectLatency: [3, 40], queryLatency: [5, 150] }), {
    ...{ min: 1, max: 4, acquireTimeout: 10_000, validateAfter: false, clock, random },
  })
  const recording = recorder(pool, { last: 10_000, incidents: false })
  const figures: { at: number; idle: number; leased: number; connecting: number }[] = []
  for (let at = 0; at < 4_000; at += 10) {
    await clock.advance(5)
    if (random() < 0.5) void pool.use(connection => connection.query('select 1')).catch(() => {})
    await clock.advance(5)
    const { idle, busy, connecting } = pool.stats()
    figures.push({ at: clock.now(), idle, leased: busy, connecting })
  }
  const { records, names, frames } = recording.dump()
  const transitions = transitionsIn(records, names)
  expect(frames.length).toBeLessThan(figures.length / 20)

  const view = newView()
  const happenings = [
    ...transitions.map(transition => ({ at: transition.at, tell: () => view.tell(transition) })),
    ...frames.map(frame => ({
      at: frame.at,
      tell: () => view.show({ frame, diagnosis: { level: 'ok', findings: [] } }),
    })),
  ].sort((one, other) => one.at - other.at)
  let next = 0
  for (const { at, ...expected } of figures) {
    for (; (happenings[next]?.at ?? Number.POSITIVE_INFINITY) <= at; next++) happenings[next]?.tell()
    expect(headlineOf(view), `at ${at}`).toMatchObject(expected)
  }
  expect(new Set(figures.map(({ leased }) => leased)).size).toBeGreaterThan(2)
  recording.stop()
  const closed = pool.close()
  await clock.advance(60_000)
  await closed
})
