// What a pool says has begun, it also says has ended, whichever way the state is left: an application that waits for the end does not wait forever.
import { expect, it } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool, and what it tells of its troubles. */
function told(options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({ min: 1, max: 1, ...options })
  const events: string[] = []
  parts.pool
    .eventsOf('pool.down', 'pool.recovered', 'pool.overloaded', 'pool.eased', 'pool.resumed', 'pool.closed')
    .subscribe(({ type }) => events.push(type.slice(5)))
  return { ...parts, events }
}

type Told = ReturnType<typeof told>

/** Sheds load. */
async function overloaded() {
  const given = told({ shed: { target: 50, interval: 500 } })
  await given.clock.advance(100)
  const lease = await given.pool.acquire()
  given.pool.acquire({ timeout: 60_000 }).catch(() => {})
  await given.clock.advance(550)
  expect(given.pool.stats().state).toBe('shedding')
  return { ...given, release: () => lease.release() }
}

/** Has a connection, and none of its connects succeeds. */
async function backingOff(options: PoolOptions = {}): Promise<Told> {
  const given = told({ max: 2, ...options })
  await given.clock.advance(100)
  await given.pool.acquire()
  given.database.change({ connectFailureRate: 1 })
  watch(given.pool.acquire({ timeout: 120 }))
  await given.clock.advance(110)
  expect(given.pool.stats().state).toBe('backingOff')
  return given
}

it.each<[string, (given: Awaited<ReturnType<typeof overloaded>>) => unknown, string[]]>([
  ['its holders release', ({ release }) => release(), []],
  ['the pool is paused', ({ pool }) => pool.pause(), []],
  ['the pool is closed', ({ pool }) => void pool.close({ timeout: 0 }), ['closed']],
  [
    'a connect fails',
    ({ pool, database }) => {
      database.change({ connectFailureRate: 1, connectLatency: 1 })
      pool.resize({ min: 2, max: 2 })
    },
    ['down'],
  ],
])('an overload that is told has an end when %s', async (_, end, more) => {
  const given = await overloaded()
  end(given)
  await given.clock.advance(200)
  expect(given.events).toEqual(['overloaded', 'eased', ...more])
})

it('connects that fail are told to be over when no caller needs one any more', async () => {
  const { pool, clock, events } = await backingOff()
  await clock.advance(1_000)
  expect(pool.stats().state).toBe('running')
  expect(events).toEqual(['down', 'recovered'])
})

it('connects that fail are told to be over after a pause', async () => {
  const { pool, clock, events } = await backingOff()
  pool.pause()
  await clock.advance(1_000)
  expect(events).toEqual(['down'])
  pool.resume()
  await clock.advance(1_000)
  expect(events).toEqual(['down', 'recovered', 'resumed'])
})

it('a connect that succeeds during a pause is told at once, and not again afterwards', async () => {
  const { pool, clock, database, events } = await backingOff()
  database.change({ connectFailureRate: 0 })
  watch(pool.acquire({ timeout: 60_000 }))
  await clock.advance(80)
  expect(pool.stats().connecting).toBe(1)
  pool.pause()
  await clock.advance(100)
  expect(events).toEqual(['down', 'recovered'])
  expect(pool.stats().state).toBe('paused')
  expect(pool.health().kind).toBe('paused')
  pool.resume()
  await clock.advance(100)
  expect(events).toEqual(['down', 'recovered', 'resumed'])
})

it('a connect that fails only during a pause is told neither as a beginning nor as an end', async () => {
  const { pool, clock, database, events } = told({ max: 2 })
  await clock.advance(100)
  await pool.acquire()
  database.change({ connectFailureRate: 1 })
  watch(pool.acquire({ timeout: 60 }))
  pool.pause()
  await clock.advance(200)
  pool.resume()
  await clock.advance(1_000)
  expect(pool.stats().failedConnects).toBe(1)
  expect(events).toEqual(['resumed'])
})
