// A pool that refuses callers early while they arrive faster than it serves them.
import * as client from 'prom-client'
import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../src/core/options.js'
import { OverloadedError, type PoolOptions } from '../../src/index.js'
import { collect } from '../../src/telemetry/prometheus/index.js'
import { type Load, openLoop, quantile, waitsOf } from '../support/open-loop.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const target = 50
const interval = 500
const shed = { target, interval }
const quiet: PoolOptions = {
  min: 5,
  max: 5,
  validateAfter: false,
  keepalive: false,
  maxLifetime: Number.POSITIVE_INFINITY,
}

/** A pool of five connections that is open, and serves 200 callers a second who hold theirs for 25 ms. */
async function openPool(options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({ ...quiet, shed, ...options })
  await parts.clock.advance(1_000)
  return parts
}
const holds = 25
const capacity = 200

/** A load, in parts of what the pool can serve. */
const load = (share: number, until: number, from = 0): Load => ({
  perSecond: share * capacity,
  holds,
  from,
  until,
})

describe('with three times as many callers as it can serve', () => {
  const run = async (seconds: number, options?: PoolOptions) => {
    const { pool, clock } = await openPool(options)
    const asked = await openLoop(pool, clock, [load(3, seconds * 1_000)])
    return { pool, asked, ...waitsOf(asked) }
  }

  it('for a minute, serves as many as it can, soon, and tells the others within the target', async () => {
    const { pool, asked, served, refused } = await run(60)
    expect(served.length).toBeGreaterThan(0.95 * capacity * 60)
    expect(quantile(served, 0.99)).toBeLessThanOrEqual(2 * target)
    expect(quantile(refused, 0.99)).toBeLessThanOrEqual(target)
    expect(pool.stats()).toMatchObject({ shed: refused.length, refused: refused.length, timedOut: 0 })
    // Only those who were waiting when the overload was noticed waited for longer.
    const late = asked.filter(({ refused, waited = 0 }) => refused !== undefined && waited > target + 0.001)
    expect(late.every(({ at }) => at < 2 * (target + interval))).toBe(true)
    expect(new Set(asked.map(({ refused }) => refused))).toEqual(new Set([undefined, 'OVERLOADED']))
  })

  it('without the option lets all wait, and most in vain', async () => {
    const { served, refused } = await run(20, { shed: false, acquireTimeout: 5_000 })
    expect(quantile(served, 0.5)).toBeGreaterThan(4_000)
    expect(quantile(refused, 0.5)).toBeGreaterThanOrEqual(5_000)
  })
})

describe('a burst', () => {
  it('that passes within the interval is served to the last caller', async () => {
    const { pool, clock } = await openPool()
    const callers = Array.from({ length: 100 }, () => pool.use(() => clock.advance(0).catch(() => {})))
    const answers = callers.map(watch)
    await clock.advance(400)
    expect(answers.every(({ state }) => state === 'fulfilled')).toBe(true)
    expect(pool.stats()).toMatchObject({ shed: 0, state: 'running' })
  })

  it('that comes again and again, and leaves no queue each time, is served whatever came before', async () => {
    const { pool, clock } = await openPool()
    await openLoop(pool, clock, [load(3, 2_000)])
    const { shed: before } = pool.stats()
    expect(before).toBeGreaterThan(0)
    // 20 at once every 300 ms: a third of what the pool can serve, and the last of them waits for 100 ms.
    const bursts = Array.from({ length: 10 }, (_, nth) => ({ at: 200 + nth * 300 }))
    let served = 0
    for (const { at } of bursts)
      clock.setTimeout(() => {
        for (let caller = 0; caller < 20; caller++)
          pool.acquire().then(
            lease => {
              served++
              clock.setTimeout(() => lease.release(), holds)
            },
            () => {},
          )
      }, at)
    await clock.advance(4_000)
    expect(served).toBe(200)
    expect(pool.stats()).toMatchObject({ shed: before, state: 'running' })
  })
})

it('comes back to normal when the load does', async () => {
  const { pool, clock } = await openPool()
  const told: string[] = []
  pool.events$.subscribe(({ type }) => {
    if (type === 'pool.overloaded' || type === 'pool.eased') told.push(type)
  })
  const asked = await openLoop(pool, clock, [load(3, 5_000), load(0.8, 15_000, 5_000)])
  const later = asked.filter(({ at }) => at > 6_000)
  expect(later.filter(({ refused }) => refused !== undefined)).toEqual([])
  expect(told).toEqual(['pool.overloaded', 'pool.eased'])
  expect(pool.stats().state).toBe('running')
})

it('says so: in its state, its health, its events and the errors of those whom it refuses', async () => {
  const { pool, clock } = await openPool({ min: 1, max: 1 })
  const events: object[] = []
  pool.eventsOf('pool.overloaded', 'pool.eased').subscribe(event => events.push(event))
  const start = clock.now()
  const holder = await pool.acquire()
  const first = watch(pool.acquire())
  await clock.advance(interval)
  const second = watch(pool.acquire())
  await clock.advance(target)
  expect(first.error).toBeInstanceOf(OverloadedError)
  expect(first.error).toMatchObject({
    code: 'OVERLOADED',
    pool: pool.name,
    waited: interval + target,
    target,
    waiting: 2,
    total: 1,
    max: 1,
    overloadedFor: 0,
  })
  expect((first.error as Error).message).toMatch(
    /^The acquire was refused after 550 ms: the pool is overloaded\.\n {2}Why: callers arrive faster than the pool's 1 connection \(max\) serves them, and during an overload a caller waits for at most 50 ms \(shed\.target\)\. .*\n {2}What to do: answer 503/,
  )
  expect(second.error).toMatchObject({ code: 'OVERLOADED', waited: target })
  const third = watch(pool.acquire())
  await clock.advance(0)
  expect(third.state).toBe('pending')
  expect(pool.stats()).toMatchObject({ state: 'shedding', shed: 2, refused: 2, waiting: 1 })
  expect(pool.health()).toMatchObject({
    status: 'degraded',
    kind: 'overloaded',
    since: start + interval + target,
  })
  holder.release()
  await clock.advance(target)
  expect(third.state).toBe('fulfilled')
  expect(pool.stats().state).toBe('running')
  expect(events).toMatchObject([
    { type: 'pool.overloaded', delay: interval + target, waiting: 2 },
    { type: 'pool.eased', lasted: target, shed: 2 },
  ])
})

it('is refused a target or an interval of no time, and names that it does not have', () => {
  expect(parseOptions({ shed: true }).shed).toEqual({ target: 50, interval: 500 })
  expect(parseOptions({ shed: { target: 5 } }).shed).toEqual({ target: 5, interval: 500 })
  expect(parseOptions({}).shed).toBeUndefined()
  expect(() => parseOptions({ shed: { target: 0 } })).toThrow(
    'shed.target must be a number of milliseconds greater than 0, or Infinity; got 0.',
  )
  expect(() => parseOptions({ shed: { interval: 0 } })).toThrow('shed.interval must be')
  expect(() => parseOptions({ shed: 50 as never })).toThrow(
    'shed must be true, false or an object such as { target: 50, interval: 500 }; got 50.',
  )
  expect(() => parseOptions({ shed: { targt: 5 } as never })).toThrow('did you mean target?')
})

it.each([{ target: Number.POSITIVE_INFINITY }, { interval: Number.POSITIVE_INFINITY }])(
  'with %o the pool is never overloaded, and all callers wait',
  async shed => {
    const { pool, clock } = await openPool({ shed, acquireTimeout: 5_000 })
    const { refused, served } = waitsOf(await openLoop(pool, clock, [load(3, 10_000)]))
    expect(pool.stats()).toMatchObject({ shed: 0 })
    expect(quantile(served, 0.5)).toBeGreaterThan(1_000)
    expect(quantile(refused, 0.5)).toBeGreaterThanOrEqual(5_000)
  },
)

it('is counted apart from other refusals in Prometheus', async () => {
  const { pool, clock } = await openPool({ min: 1, max: 1, maxWaiting: 1 })
  const registry = new client.Registry<never>()
  const stop = collect(pool, { client, registry })
  await pool.acquire()
  const callers = [pool.acquire(), pool.acquire()].map(watch)
  await clock.advance(interval + target)
  expect(callers.map(({ error }) => (error as { code?: string }).code)).toEqual(['OVERLOADED', 'QUEUE_FULL'])
  const text = await registry.metrics()
  expect(text).toMatch(/^statepool_acquires_total\{.*outcome="shed"\} 1$/m)
  expect(text).toMatch(/^statepool_acquires_total\{.*outcome="refused"\} 1$/m)
  stop()
})

it('refuses nobody while connections are being opened that may help', async () => {
  const { pool, clock } = poolInSimulatedTime(
    { ...quiet, min: 0, max: 4, maxConnecting: 1, shed },
    { connectLatency: 400 },
  )
  const callers = Array.from({ length: 4 }, () => watch(pool.acquire()))
  await clock.advance(1_600)
  expect(callers.map(({ state }) => state)).toEqual(Array(4).fill('fulfilled'))
  expect(pool.stats()).toMatchObject({ shed: 0, total: 4 })
})

it('does not count the time that the pool was paused', async () => {
  const { pool, clock } = await openPool({ min: 1, max: 1 })
  pool.pause()
  const callers = Array.from({ length: 3 }, () => pool.use(() => {})).map(watch)
  await clock.advance(10_000)
  pool.resume()
  await clock.advance(0)
  expect(callers.map(({ state }) => state)).toEqual(Array(3).fill('fulfilled'))
  expect(pool.stats()).toMatchObject({ shed: 0, state: 'running' })
})

it('refuses those of a low priority first, as they are the ones who wait', async () => {
  const { pool, clock } = await openPool()
  const asked = await openLoop(pool, clock, [
    { ...load(0.5, 20_000), name: 'high', options: { priority: 1 } },
    { ...load(2, 20_000), name: 'low' },
  ])
  const refused = (which: string) =>
    asked.filter(({ name, refused }) => name === which && refused !== undefined)
  expect(refused('high').length).toBeLessThan(20) // of 2,000: one connection in eight goes to the oldest caller
  expect(refused('low').length).toBeGreaterThan(1_000)
})

it('looks at nothing while no caller waits: an idle pool sets no timer', async () => {
  const { pool, clock } = await openPool({ idleTimeout: Number.POSITIVE_INFINITY })
  const [lease] = await Promise.all([pool.acquire(), clock.advance(0)])
  lease.release()
  await clock.advance(1_000)
  const { pending } = clock
  await clock.advance(10_000)
  expect(clock.pending).toBe(pending)
  await Promise.all([pool.close(), clock.advance(100)])
  expect(clock.pending).toBe(0)
})
