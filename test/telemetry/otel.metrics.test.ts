// The metrics of statepool/otel, collected by OpenTelemetry's own SDK: those of the semantic conventions 1.45, with their names and units.

import { metrics } from '@opentelemetry/api'
import { expect, it, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, type PoolError, poolGroup } from '../../src/index.js'
import { instrument } from '../../src/telemetry/otel/index.js'
import { buckets } from '../../src/telemetry/otel/instruments.js'
import { metricsInMemory } from '../support/otel.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

async function busyPool(options: Parameters<typeof instrument>[1] = {}) {
  const { meterProvider, collect } = metricsInMemory()
  const parts = poolInSimulatedTime({ name: 'orders', min: 2, max: 4, acquireTimeout: 500 })
  const stop = instrument(parts.pool, { meterProvider, tracerProvider: false, ...options })
  await parts.clock.advance(100)
  return { ...parts, collect, stop }
}

const named = (pool: { name: string }) => ({ 'db.client.connection.pool.name': pool.name })

it('all metrics of the conventions are there', async () => {
  const { pool: own, clock, collect } = await busyPool({ oldNames: true })
  const held = await own.acquire()
  await clock.advance(30)
  held.release()
  const found = [...(await collect()).values()].map(({ name, unit, description }) => [
    name,
    unit,
    description,
  ])
  expect(found).toEqual([
    [
      'db.client.connection.count',
      '{connection}',
      'The number of connections that are currently in state described by the state attribute.',
    ],
    ['db.client.connection.idle.max', '{connection}', 'The maximum number of idle open connections allowed.'],
    ['db.client.connection.idle.min', '{connection}', 'The minimum number of idle open connections allowed.'],
    ['db.client.connection.limit', '{connection}', 'The maximum number of open connections allowed.'],
    ['db.client.connection.max', '{connection}', 'The maximum number of open connections allowed.'],
    [
      'db.client.connection.pending_requests',
      '{request}',
      'The number of current pending requests for an open connection.',
    ],
    [
      'db.client.connection.timeouts',
      '{timeout}',
      'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
    ],
    ['statepool.leases', '{lease}', 'The number of leases that the pool has granted.'],
    [
      'statepool.statements',
      '{statement}',
      'The number of statements that were sent on a connection which others may share.',
    ],
    [
      'statepool.refusals',
      '{request}',
      'The number of requests for a connection that the pool refused instead of letting them wait.',
    ],
    [
      'statepool.held_back',
      '{pool}',
      '1 while the pool wants one more connection and the budget that it shares with other pools has none left, otherwise 0.',
    ],
    [
      'statepool.budget.away',
      '{pool}',
      "1 while the engine that keeps the budget of the pool's fleet does not answer, otherwise 0.",
    ],
    [
      'statepool.statements.active',
      '{statement}',
      'The number of statements that are under way on shared connections.',
    ],
    ['db.client.connection.create_time', 's', 'The time it took to create a new connection.'],
    ['db.client.connection.wait_time', 's', 'The time it took to obtain an open connection from the pool.'],
    [
      'db.client.connection.use_time',
      's',
      'The time between borrowing a connection and returning it to the pool.',
    ],
  ])
})

it('each figure is the pool’s at the moment of the collection, with the pool’s name', async () => {
  const { pool: own, clock, collect } = await busyPool()
  const leases = [await own.acquire()]
  for (let more = 0; more < 6; more++)
    own.acquire().then(
      lease => leases.push(lease),
      () => {},
    )
  await clock.advance(200)
  const figures = async () => {
    const all = [...(await collect()).values()].flatMap(({ name, points }) =>
      points
        .filter(({ value }) => typeof value === 'number')
        .map(({ attributes, value }) => {
          const { 'db.client.connection.state': connectionState, 'error.type': error, ...rest } = attributes
          const state = connectionState ?? error
          expect(rest).toEqual(named(own))
          return [state === undefined ? name : `${name} ${state}`, value]
        }),
    )
    return Object.fromEntries(all)
  }
  expect(await figures()).toEqual({
    'db.client.connection.count idle': 0,
    'db.client.connection.count used': 4,
    'db.client.connection.idle.max': 4,
    'db.client.connection.idle.min': 2,
    'db.client.connection.limit': 4,
    'db.client.connection.pending_requests': 3,
    'db.client.connection.timeouts': 0,
    'statepool.leases': 4,
    'statepool.statements': 0,
    'statepool.refusals OVERLOADED': 0,
    'statepool.refusals _OTHER': 0,
    'statepool.held_back': 0,
    'statepool.budget.away': 0,
    'statepool.statements.active': 0,
  })
  await clock.advance(300)
  leases.pop()?.release()
  own.resize({ max: 6 })
  expect(await figures()).toMatchObject({
    'db.client.connection.count idle': 1,
    'db.client.connection.count used': 3,
    'db.client.connection.limit': 6,
    'db.client.connection.pending_requests': 0,
    'db.client.connection.timeouts': 3,
  })
})

it('callers that an overloaded pool refuses are told from others, and statements that share are counted', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const shed = { target: 50, interval: 500 }
  const options = { min: 1, max: 1, shed, maxWaiting: 3, share: { depth: 4 } }
  const { pool: own, clock } = poolInSimulatedTime(options)
  instrument(own, { meterProvider, tracerProvider: false })
  await clock.advance(100)
  const statements = Promise.all(['select 1', 'select 2'].map(text => own.query(text)))
  const values = async (name: string) =>
    (await collect()).get(name)?.points.map(({ attributes, value }) => [attributes['error.type'], value])
  expect(await values('statepool.statements.active')).toEqual([[undefined, 2]])
  await clock.advance(100)
  await statements
  await own.acquire()
  const callers = [1, 2, 3, 4].map(() => watch(own.acquire()))
  await clock.advance(1_000)
  expect(callers.map(({ error }) => (error as PoolError | undefined)?.code)).toEqual([
    'OVERLOADED',
    'OVERLOADED',
    'OVERLOADED',
    'QUEUE_FULL',
  ])
  expect(await values('statepool.refusals')).toEqual([
    ['OVERLOADED', 3],
    ['_OTHER', 1],
  ])
})

it('a pool that its budget holds back says so, and how large the budget is', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const clock = createSimulatedClock()
  const group = poolGroup({ max: 1 })
  const [first, second] = ['first', 'second'].map(name => {
    const pool = createPool(simulated({ clock, unhealthyRate: 0 }), { name, clock, group })
    onTestFinished(() => pool.actor.stop())
    instrument(pool, { meterProvider, tracerProvider: false })
    return pool
  })
  const lease = first?.acquire()
  await clock.advance(200)
  await lease
  const waiting = watch(second?.acquire() as Promise<unknown>)
  await clock.advance(10)
  const values = async (name: string) => (await collect()).get(name)?.points.map(({ value }) => value)
  expect(await values('statepool.held_back')).toEqual([0, 1])
  expect(await values('statepool.budget.limit')).toEqual([1, 1])
  expect(waiting.state).toBe('pending')
})

it('each lane has its limit, what is taken, and who waits for it; when the pool is no longer measured, none', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const { pool: own, clock } = poolInSimulatedTime({
    min: 1,
    max: 4,
    lanes: { reports: { max: 2 }, mail: { max: 1 } },
  })
  const stop = instrument(own, { meterProvider, tracerProvider: false })
  await clock.advance(100)
  const reports = [1, 2, 3].map(() => watch(own.acquire({ lane: 'reports' })))
  await clock.advance(100)
  expect(reports.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'pending'])
  const values = async () => {
    const metrics = await collect()
    return Object.fromEntries(
      ['limit', 'taken', 'waiting'].map(figure => [
        figure,
        metrics
          .get(`statepool.lane.${figure}`)
          ?.points.map(({ attributes, value }) => [attributes['statepool.lane'], value]),
      ]),
    )
  }
  const noLane = [
    ['reports', 0],
    ['mail', 0],
  ]
  expect(await values()).toEqual({
    limit: [
      ['reports', 2],
      ['mail', 1],
    ],
    taken: [
      ['reports', 2],
      ['mail', 0],
    ],
    waiting: [
      ['reports', 1],
      ['mail', 0],
    ],
  })
  stop()
  expect(await values()).toEqual({ limit: noLane, taken: noLane, waiting: noLane })
})

it('waits, uses and connects are histograms of seconds', async () => {
  const { pool: own, clock, collect } = await busyPool()
  const first = await own.acquire()
  const second = await own.acquire()
  const third = own.acquire()
  await clock.advance(40)
  first.release()
  await third
  second.release()
  const collected = await collect()
  const histogram = (name: string) => {
    const [point, ...others] = collected.get(`db.client.connection.${name}`)?.histograms ?? []
    expect(others).toEqual([])
    expect(point?.attributes).toEqual(named(own))
    expect(point?.value.buckets.boundaries).toEqual(buckets)
    return point?.value
  }
  expect(histogram('create_time')).toMatchObject({ count: 2, sum: 0.2, min: 0.1, max: 0.1 })
  expect(histogram('wait_time')).toMatchObject({ count: 3, sum: 0.04, min: 0, max: 0.04 })
  expect(histogram('use_time')).toMatchObject({ count: 2, sum: 0.08, min: 0.04, max: 0.04 })
})

it('two pools of one provider do not mix', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const [a, b] = ['a', 'b'].map(name => {
    const parts = poolInSimulatedTime({ name: `two pools: ${name}`, min: 0, max: name === 'a' ? 3 : 7 })
    instrument(parts.pool, { meterProvider, tracerProvider: false })
    return parts
  })
  const leases = [a?.pool.acquire(), b?.pool.acquire(), b?.pool.acquire()]
  await a?.clock.advance(200)
  await b?.clock.advance(200)
  await Promise.all(leases)
  const collected = await collect()
  const byPool = (name: string) =>
    collected
      .get(name)
      ?.histograms.map(({ attributes, value }) => [
        String(attributes['db.client.connection.pool.name']).at(-1),
        typeof value === 'number' ? value : value.count,
      ])
  expect(byPool('db.client.connection.limit')).toEqual([
    ['a', 3],
    ['b', 7],
  ])
  expect(byPool('statepool.leases')).toEqual([
    ['a', 1],
    ['b', 2],
  ])
  expect(byPool('db.client.connection.wait_time')).toEqual([
    ['a', 1],
    ['b', 2],
  ])
  expect(byPool('db.client.connection.create_time')).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})

it('a pool that is instrumented twice is counted once, until both have stopped', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const { pool, clock } = poolInSimulatedTime({ name: 'orders', min: 1, max: 4 })
  const options = { meterProvider, tracerProvider: false } as const
  const stops = [options, options].map(each => instrument(pool, each))
  await clock.advance(100)
  const figures = async () => {
    const collected = await collect()
    const [wait] = collected.get('db.client.connection.wait_time')?.histograms ?? []
    return [wait?.value.count, collected.get('db.client.connection.limit')?.points[0]?.value]
  }
  ;(await pool.acquire()).release()
  expect(await figures()).toEqual([1, 4])
  stops[1]?.()
  stops[1]?.()
  ;(await pool.acquire()).release()
  expect(await figures()).toEqual([2, 4])
  stops[0]?.()
  ;(await pool.acquire()).release()
  expect(await figures()).toEqual([2, 0])
  instrument(pool, options)
  ;(await pool.acquire()).release()
  expect(await figures()).toEqual([3, 4])
})

it('a pool that is instrumented under two names is there under both', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  for (const poolName of ['old', 'new']) instrument(pool, { meterProvider, tracerProvider: false, poolName })
  await clock.advance(100)
  ;(await pool.acquire()).release()
  const waits = (await collect()).get('db.client.connection.wait_time')?.histograms
  expect(
    waits?.map(({ value, attributes }) => [attributes['db.client.connection.pool.name'], value.count]),
  ).toEqual([
    ['old', 1],
    ['new', 1],
  ])
})

it('attributes of the application are on all of them, and the pool’s name can be another', async () => {
  const { clock, collect } = await busyPool({ poolName: 'db', attributes: { 'server.address': 'pg-1' } })
  await clock.advance(0)
  const points = [...(await collect()).values()].flatMap(metric => metric.points)
  expect(points.length).toBeGreaterThan(8)
  for (const { attributes } of points)
    expect(attributes).toMatchObject({ 'db.client.connection.pool.name': 'db', 'server.address': 'pg-1' })
})

it('the old name of the limit comes only on request', async () => {
  const { collect } = await busyPool()
  const collected = await collect()
  expect(collected.has('db.client.connection.limit')).toBe(true)
  expect(collected.get('db.client.connection.max')?.points ?? []).toEqual([])
})

it.each([
  ['after stop()', async (parts: Awaited<ReturnType<typeof busyPool>>) => parts.stop()],
  [
    'after the pool is closed',
    async ({ pool: own, clock }: Awaited<ReturnType<typeof busyPool>>) => {
      own.close()
      await clock.advance(100)
      expect(own.stats().state).toBe('closed')
    },
  ],
])('%s, the gauges are 0, and nothing is counted any more', async (_, end) => {
  const parts = await busyPool()
  ;(await parts.pool.acquire()).release()
  expect((await parts.collect()).get('db.client.connection.limit')?.points).toMatchObject([{ value: 4 }])
  await end(parts)
  parts.stop()
  await parts.pool.acquire().catch(() => {})
  for (let time = 0; time < 2; time++) {
    const collected = await parts.collect()
    for (const name of ['count', 'idle.max', 'idle.min', 'limit', 'pending_requests'])
      for (const { value } of collected.get(`db.client.connection.${name}`)?.points ?? [])
        expect(value).toBe(0)
    expect(collected.get('statepool.leases')?.points).toMatchObject([{ value: 1 }])
    expect(collected.get('db.client.connection.wait_time')?.histograms).toMatchObject([
      { value: { count: 1 } },
    ])
  }
})

it('a global provider that is registered after instrument() gets what happens from then on', async () => {
  onTestFinished(() => metrics.disable())
  const { pool: own, clock } = poolInSimulatedTime({ name: 'orders', min: 1 })
  instrument(own, { tracerProvider: false })
  await clock.advance(100)
  ;(await own.acquire()).release()
  const { meterProvider, collect } = metricsInMemory()
  metrics.setGlobalMeterProvider(meterProvider)
  ;(await own.acquire()).release()
  const collected = await collect()
  expect(collected.get('statepool.leases')?.points).toMatchObject([{ value: 2, attributes: named(own) }])
  expect(collected.get('db.client.connection.wait_time')?.histograms).toMatchObject([{ value: { count: 1 } }])
})

it('of more leases than it may record in a second it records a share, all are counted, and after a collection the next one is recorded', async () => {
  const { pool: own, collect } = await busyPool({ recordsPerSecond: 1 })
  const count = async () => {
    const collected = await collect()
    const [wait] = collected.get('db.client.connection.wait_time')?.histograms ?? []
    return [collected.get('statepool.leases')?.points[0]?.value, wait?.value.count ?? 0] as const
  }
  for (let lease = 0; lease < 5_000; lease++) (await own.acquire()).release()
  const [leases, recorded] = await count()
  expect(leases).toBe(5_000)
  expect(recorded).toBeGreaterThan(0)
  expect(recorded).toBeLessThan(1_000)
  ;(await own.acquire()).release()
  expect(await count()).toEqual([5_001, recorded + 1])
})
