// How soon a pool that waits has what a killed process held, with each engine that keeps a ledger. Redis's ledger is memory's, answer for answer (redis-script.test.ts).
import { describe, expect, it } from 'vitest'
import { memoryEngine, natsEngine } from '../../src/fleet/index.js'
import { createRandom } from '../../src/testing/random.js'
import { BucketInMemory } from '../support/bucket-in-memory.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'
import { fleetInSimulatedTime } from './fleet-in-simulated-time.js'

const engines = {
  memory: () => {
    const clock = createSimulatedClock()
    const memory = memoryEngine({ clock })
    return { clock, engineOf: () => memory }
  },
  NATS: () => {
    const bucket = new BucketInMemory(createRandom(1, 'killed'), 3)
    const { clock } = bucket
    return { clock, engineOf: () => natsEngine(bucket, { random: createRandom(2, 'killed'), clock }) }
  },
}

/** Kills a process, and tells how long after that another one, whose callers wait, has had what it held. */
async function freedAfter(name: keyof typeof engines, ttl: number, held: number, killedAt: number) {
  // The one that waits holds as many as the one that is killed, and needs more; where there is only one connection, it has none.
  const connections = held === 0 ? 1 : 2 * held
  const { clock, add, grow, closeAll } = fleetInSimulatedTime(connections, { ttl, ...engines[name]() })
  const [killed, waiting] = [add(), add()]
  const leases = Array.from({ length: Math.max(1, held) }, () => watch(killed.pool.acquire()))
  await grow()
  const own = Array.from({ length: held }, () => watch(waiting.pool.acquire()))
  await clock.advance(2 * ttl + killedAt)
  const late = watch(waiting.pool.acquire({ timeout: 60_000 }))
  await clock.advance(200)
  expect([...leases, ...own, late].map(({ state }) => state)).toEqual([
    ...[...leases, ...own].map(() => 'fulfilled'),
    'pending',
  ])
  killed.isCutOff = true
  const began = clock.now()
  while (late.state === 'pending') await clock.advance(5)
  const after = clock.now() - began
  for (const { value } of [...leases, ...own, late]) value?.release()
  await closeAll()
  return after
}

describe.each(['memory', 'NATS'] as const)('with %s as the keeper', name => {
  it.each([1_000, 2_000, 5_000])(
    'a pool that waits has what a killed process held within one time to live (%i ms)',
    async ttl => {
      for (const held of [0, 1, 3])
        for (let killedAt = 0; killedAt < ttl / 5; killedAt += ttl / 15) {
          const after = await freedAfter(name, ttl, held, killedAt)
          expect({ held, killedAt, after: Math.max(ttl, after) }).toEqual({ held, killedAt, after: ttl })
        }
    },
  )
})
