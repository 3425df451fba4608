// The playground's world in Node: the same seed makes the same history.
import { expect, it } from 'vitest'
import { World } from '../../site/playground/world.js'
import { createSimulatedClock } from '../../src/testing/simulated-clock.js'

async function history(seed: number): Promise<string[]> {
  const clock = createSimulatedClock()
  const world = new World({
    clock,
    seed,
    arrivals: 40,
    query: [10, 40],
    pool: { max: 3, acquireTimeout: 500 },
  })
  const told: string[] = []
  const stop = world.pool.transitions(({ at, actor, event, to }) =>
    told.push(`${at} ${actor} ${event} ${to}`),
  )
  await clock.advance(2_000)
  await world.set('restart', true)
  await clock.advance(4_000)
  stop()
  const closed = world.stop()
  await clock.advance(60_000)
  await closed
  return told
}

it('the same seed makes the same history, another one another', async () => {
  const [one, same, other] = [await history(7), await history(7), await history(8)]
  expect(one.length).toBeGreaterThan(300)
  expect(one.some(line => line.includes('driver.lost'))).toBe(true)
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
})
