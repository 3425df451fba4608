// A pool that finds its size by itself (the option `adaptive`), in simulated time.
import * as client from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createPool, type PoolOptions } from '../../src/index.js'
import { collect } from '../../src/telemetry/prometheus/index.js'
import { bestOf, callers, type Knee, knees, movesAt, type Step, sizeAt } from '../support/knees.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { ScriptedDriver } from '../support/scripted-driver.js'

const range = { min: 1, max: 32 }
const second = 1_000

/** A pool whose callers always wait, and the sizes that it gave itself. */
function busyPool(knee: Knee, options: PoolOptions = {}, seed = 1) {
  const parts = poolInSimulatedTime({ ...range, adaptive: true, ...options })
  const { pool, clock } = parts
  const start = clock.now()
  const steps: Step[] = [{ at: 0, size: 32 }]
  pool.eventsOf('pool.resized').subscribe(({ at, max }) => steps.push({ at: at - start, size: max }))
  callers(pool, clock, knee, 40, seed)
  return { ...parts, steps }
}
const nine = knees['rises to nine, and is flat then'] as Knee

it.each(Object.entries(knees))('finds the knee of a database that %s', async (name, knee) => {
  const { pool, clock, steps, database } = busyPool(knee)
  await clock.advance(movesAt)
  const moves = name.startsWith('moves')
  if (moves) await clock.advance(movesAt)
  for (const from of moves ? [0, movesAt] : [0])
    for (let at = from + 30 * second; at < from + movesAt; at += 100)
      expect(knee(sizeAt(steps, at), at)).toBeGreaterThanOrEqual(0.9 * bestOf(knee, range, from))
  expect(database.peak).toBeLessThanOrEqual(32)
  expect(pool.stats().total).toBe(pool.stats().max)
})

it('says so: in its figures, its events and its metrics', async () => {
  const { pool, clock } = busyPool(nine)
  expect(pool.stats()).toMatchObject({ max: 32, adaptive: { state: 'searching', limit: 32 } })
  await clock.advance(60 * second)
  const { max, adaptive } = pool.stats()
  expect(adaptive).toEqual({ state: max === 9 ? 'holding' : 'trying', limit: 32 })
  expect([9, 10]).toContain(max)
  const registry = new client.Registry()
  collect(pool, { client, registry })
  expect(await registry.metrics()).toContain(`statepool_connections_max{pool="${pool.name}"} ${max}\n`)
})

it('is off by default, and measures nothing then', async () => {
  const { pool, clock, steps } = busyPool(nine, { adaptive: false })
  await clock.advance(30 * second)
  expect(steps).toHaveLength(1)
  expect(pool.stats()).toMatchObject({ max: 32, adaptive: undefined })
})

it('closes leased connections when they come back, and revokes none', async () => {
  const { pool, clock } = busyPool(nine)
  const revoked: unknown[] = []
  pool.eventsOf('lease.revoked', 'acquire.refused', 'acquire.timedOut').subscribe(each => revoked.push(each))
  await clock.advance(20 * second)
  expect(pool.stats().closedBy.resized).toBeGreaterThan(20)
  expect(revoked).toEqual([])
})

it('keeps every connection while no caller waits', async () => {
  const { pool, clock } = poolInSimulatedTime({ ...range, adaptive: true })
  const leases = await Promise.all([
    ...Array.from({ length: 32 }, () => pool.acquire()),
    clock.advance(10 * second),
  ])
  await clock.advance(600 * second)
  expect(leases).toHaveLength(33)
  expect(pool.stats()).toMatchObject({ max: 32, busy: 32 })
})

it('measures nothing while it is paused', async () => {
  const { pool, clock } = busyPool(nine)
  await clock.advance(30 * second)
  pool.pause()
  await clock.advance(60 * second)
  const { max } = pool.stats()
  expect(pool.stats().adaptive?.state).not.toBe('searching')
  pool.resume()
  await clock.advance(10 * second)
  expect(Math.abs(pool.stats().max - max)).toBeLessThanOrEqual(1)
})

it('has all its connections again when callers hold every one while they wait for another', async () => {
  const { pool, clock } = busyPool(nine)
  await clock.advance(30 * second)
  const nested = Promise.all(Array.from({ length: 12 }, () => pool.use(() => pool.use(() => 'done'))))
  await clock.advance(30 * second)
  expect(await nested).toEqual(Array.from({ length: 12 }, () => 'done'))
})

describe('resize()', () => {
  it('changes how large the pool may make itself', async () => {
    const { pool, clock } = busyPool(nine)
    await clock.advance(30 * second)
    pool.resize({ max: 6 })
    expect(pool.stats()).toMatchObject({ max: 6, adaptive: { state: 'searching', limit: 6 } })
    await clock.advance(30 * second)
    expect(pool.stats()).toMatchObject({ max: 6, adaptive: { limit: 6 } })
  })

  it('of min alone leaves max as it was set', async () => {
    const { pool, clock } = busyPool(nine)
    await clock.advance(30 * second)
    pool.resize({ min: 12 })
    expect(pool.stats()).toMatchObject({ min: 12, max: 32 })
    await clock.advance(30 * second)
    expect([12, 13]).toContain(pool.stats().max)
  })
})

describe('is refused', () => {
  const refused = (options: PoolOptions, message: string) =>
    expect(() => createPool(new ScriptedDriver(), options)).toThrow(message)

  it('where it has no choice', () => {
    refused(
      { adaptive: true, min: 4, max: 4 },
      'adaptive needs a min below max, as the pool chooses its size between them.',
    )
  })

  it('with share', () => {
    refused({ adaptive: true, share: true }, 'adaptive and share exclude each other')
  })

  it('with numbers that make no sense', () => {
    refused(
      { adaptive: { interval: 0 } },
      'adaptive.interval must be a number of milliseconds greater than 0',
    )
    refused(
      { adaptive: { tolerance: 0.6 } },
      'adaptive.tolerance must be a number greater than 0, up to 0.5; got 0.6',
    )
    refused(
      { adaptive: 'yes' as never },
      'true, false or an object such as { interval: 1000, tolerance: 0.05 }',
    )
  })
})

it('leaves no timer behind', async () => {
  const { pool, clock } = poolInSimulatedTime({ adaptive: true })
  await clock.advance(5 * second)
  await Promise.all([pool.close(), clock.advance(second)])
  expect(clock.pending).toBe(0)
})
