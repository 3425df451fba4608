// A caller who destroys its lease was served like one who releases it: what the pool decides by its service looks at both.
import { expect, it } from 'vitest'
import type { Lease } from '../../src/index.js'
import { callers, type Knee, knees } from '../support/knees.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const ways: readonly ['release' | 'destroy', (lease: Lease<unknown>) => void][] = [
  ['release', lease => lease.release()],
  ['destroy', lease => lease.destroy()],
]

it('an adaptive pool whose holders destroy their leases looks for its size', async () => {
  const { pool, clock } = poolInSimulatedTime(
    { min: 1, max: 32, maxConnecting: 32, adaptive: true },
    { connectLatency: 1 },
  )
  callers(pool, clock, knees['rises to nine, and is flat then'] as Knee, 40, 1, lease => lease.destroy())
  await clock.advance(10_000)
  expect(pool.stats().max).toBeLessThan(32)
})

it.each(ways)('a recovery in which a holder could %s its lease ends a streak of failures', async (_, end) => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  const failures: number[] = []
  pool.eventsOf('pool.down').subscribe(event => failures.push(event.failures))
  await clock.advance(100)
  for (let outage = 0; outage < 3; outage++) {
    database.stop()
    await clock.advance(120)
    database.start()
    const [lease] = await Promise.all([pool.acquire(), clock.advance(3_000)])
    end(lease)
    await clock.advance(150)
  }
  expect(failures).toEqual([1, 1, 1])
})
