// statepool/prometheus: what a scrape of the real prom-client shows of a pool.
import * as client from 'prom-client'
import { Counter, Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { Pool as DropIn } from '../../src/db/pg/index.js'
import { OptionsError, poolGroup } from '../../src/index.js'
import { collect } from '../../src/telemetry/prometheus/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const opened: { actor: { stop?(): void } }[] = []

/** Tests use the same names: each lets go of its own. */
function open(...given: Parameters<typeof poolInSimulatedTime>) {
  const world = poolInSimulatedTime(...given)
  opened.push(world.pool)
  return world
}

afterEach(() => {
  for (const { actor } of opened.splice(0)) actor.stop?.()
})

/** The series of a scrape: `name{labels}` → value. */
async function scrape(registry: Registry<never>): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

/** prom-client's types do not have the parameter of its constructor. */
const openMetrics = (): Registry<never> =>
  new (Registry as unknown as new (type: string) => Registry<never>)(Registry.OPENMETRICS_CONTENT_TYPE)

describe('a scrape', () => {
  it('shows what is, what happened, and how long it took', async () => {
    const { pool, clock, database } = open({
      name: 'prom-orders',
      min: 1,
      max: 2,
      maxConnecting: 1,
    })
    const registry = new Registry<never>()
    collect(pool, { client, registry })
    await clock.advance(100)
    const first = await pool.acquire()
    await clock.advance(3)
    first.release()
    const lost = await pool.acquire()
    watch(pool.acquire({ timeout: 50 }))
    await clock.advance(50)
    database.kill(lost.connection)
    await clock.advance(0)
    database.change({ connectFailureRate: 1 })
    pool.evict()
    await clock.advance(1_000)
    database.change({ connectFailureRate: 0 })
    await clock.advance(2_000)
    expect(pool.stats()).toMatchObject({ idle: 1, total: 1 })
    watch(pool.acquire())
    await clock.advance(20) // it is validated
    watch(pool.acquire())
    watch(pool.acquire())
    await clock.advance(90)
    const series = await scrape(registry)
    expect(series).toMatchObject({
      'statepool_connections{pool="prom-orders",state="connecting"}': 1,
      'statepool_connections{pool="prom-orders",state="idle"}': 0,
      'statepool_connections{pool="prom-orders",state="busy"}': 1,
      'statepool_connections{pool="prom-orders",state="validating"}': 0,
      'statepool_connections{pool="prom-orders",state="closing"}': 0,
      'statepool_connections_max{pool="prom-orders"}': 2,
      'statepool_connections_min{pool="prom-orders"}': 1,
      'statepool_waiting_callers{pool="prom-orders"}': 2,
      'statepool_oldest_waiter_age_seconds{pool="prom-orders"}': 0.09,
      'statepool_health{pool="prom-orders",status="ready"}': 1,
      'statepool_health{pool="prom-orders",status="degraded"}': 0,
      'statepool_health{pool="prom-orders",status="down"}': 0,
      'statepool_acquires_total{pool="prom-orders",outcome="granted"}': 3,
      'statepool_acquires_total{pool="prom-orders",outcome="timed_out"}': 1,
      'statepool_acquires_total{pool="prom-orders",outcome="aborted"}': 0,
      'statepool_acquires_total{pool="prom-orders",outcome="refused"}': 0,
      'statepool_leaks_total{pool="prom-orders"}': 0,
      'statepool_acquire_wait_seconds_bucket{le="0.0001",pool="prom-orders"}': 2,
      'statepool_acquire_wait_seconds_bucket{le="+Inf",pool="prom-orders"}': 3,
      'statepool_acquire_wait_seconds_count{pool="prom-orders"}': 3,
      'statepool_lease_duration_seconds_bucket{le="0.0025",pool="prom-orders"}': 0,
      'statepool_lease_duration_seconds_bucket{le="0.005",pool="prom-orders"}': 1,
      'statepool_lease_duration_seconds_bucket{le="0.05",pool="prom-orders"}': 2,
      'statepool_lease_duration_seconds_sum{pool="prom-orders"}': 0.053,
      'statepool_lease_duration_seconds_count{pool="prom-orders"}': 2,
    })
    const { opened, failedConnects, closedBy } = pool.stats()
    expect(failedConnects).toBeGreaterThan(0)
    expect(series['statepool_connects_total{pool="prom-orders",outcome="failed"}']).toBe(failedConnects)
    expect(series['statepool_connects_total{pool="prom-orders",outcome="succeeded"}']).toBe(opened)
    expect(series['statepool_connect_duration_seconds_count{pool="prom-orders"}']).toBe(opened)
    expect(series['statepool_closes_total{pool="prom-orders",reason="lost"}']).toBe(closedBy.lost)
  })

  it('shows the state of the pool, and what the budget lets it have that it shares with others', async () => {
    const group = poolGroup({ max: 1 })
    const shared = open({ name: 'prom-held-back', group })
    const other = open({ name: 'prom-holder', group })
    const alone = open({ name: 'prom-alone', min: 1, max: 1, shed: { target: 50, interval: 500 } })
    const registry = new Registry<never>()
    for (const { pool } of [shared, other, alone]) collect(pool, { client, registry })
    watch(other.pool.acquire())
    await other.clock.advance(200)
    watch(shared.pool.acquire())
    await shared.clock.advance(10)
    watch(alone.pool.acquire())
    watch(alone.pool.acquire())
    for (let ms = 0; alone.pool.stats().state !== 'shedding' && ms < 2_000; ms += 10)
      await alone.clock.advance(10)
    const series = await scrape(registry)
    const of = (metric: string) => (pool: string) => series[`statepool_${metric}{pool="${pool}"}`]
    const pools = ['prom-held-back', 'prom-holder', 'prom-alone']
    expect(pools.map(of('held_back'))).toEqual([1, 0, 0])
    expect(pools.map(of('budget_connections_max'))).toEqual([1, 1, undefined])
    const states = (pool: string) =>
      Object.entries(series).flatMap(([name, value]) => {
        const [, state] = name.match(`^statepool_state\\{pool="${pool}",state="(.*)"`) ?? []
        return state !== undefined && value === 1 ? [state] : []
      })
    expect(states('prom-alone')).toEqual(['shedding'])
    expect(states('prom-holder')).toEqual(['running'])
    expect(Object.keys(series)).toContain('statepool_state{pool="prom-alone",state="backing_off"}')
  })

  it('writes names, units and types as the conventions ask', async () => {
    const { pool } = open({ name: 'prom-orders' })
    const registry = new Registry<never>()
    collect(pool, { client, registry })
    const text = await registry.metrics()
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type])
    expect(types).toHaveLength(26)
    for (const [name, type] of types) {
      expect(name).toMatch(/^statepool_[a-z_]+$/)
      expect(String(name).endsWith('_total')).toBe(type === 'counter')
      if (type === 'histogram') expect(name).toMatch(/_seconds$/)
    }
    expect(text).not.toMatch(/NaN|undefined/)
  })

  it('can be one of OpenMetrics, and of a registry with default labels', async () => {
    const { pool, clock } = open({ name: 'prom-orders', min: 1 })
    const registry = openMetrics()
    registry.setDefaultLabels({ app: 'shop' })
    collect(pool, { client, registry })
    await clock.advance(100)
    await pool.use(() => {})
    const text = await registry.metrics()
    expect(text).toMatch(/^statepool_acquires_total\{.*outcome="granted".*app="shop".*\} 1$/m)
    expect(text).toMatch(/^statepool_acquire_wait_seconds_bucket\{.*le="\+Inf".*\} 1$/m)
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  it('can be merged by the library: as JSON, the histogram has the shape that it has for the library’s own', async () => {
    const { pool } = open({ name: 'prom-orders' })
    const [ours, theirs] = [new Registry<never>(), new Registry<never>()]
    collect(pool, { client, registry: ours, buckets: [1] })
    const own = new client.Histogram({
      name: 'statepool_acquire_wait_seconds',
      help: 'x',
      labelNames: ['pool'],
      buckets: [1],
      registers: [theirs],
    })
    own.zero({ pool: 'prom-orders' })
    const histogramOf = async (registry: Registry<never>) =>
      (await registry.getMetricsAsJSON()).find(({ name }) => name === 'statepool_acquire_wait_seconds')
    const bare = (metric: unknown) =>
      JSON.parse(JSON.stringify({ ...(metric as object), help: '' }, (_, value) => value ?? undefined))
    expect(bare(await histogramOf(ours))).toEqual(bare(await histogramOf(theirs)))
  })

  it('asks a pool for its figures once, and not once for each metric', async () => {
    const { pool } = open()
    const registry = new Registry<never>()
    let asked = 0
    const counted = new Proxy(pool, {
      get(target, name) {
        if (name === 'stats') asked++
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    collect(counted, { client, registry })
    asked = 0
    await registry.metrics()
    expect(asked).toBeLessThanOrEqual(5) // one for the gauges and counters, and one glance for each histogram
    await registry.metrics()
    expect(asked).toBeGreaterThan(5 - 1)
  })
})

describe('several pools', () => {
  it('share the metrics of a registry, each under its name', async () => {
    const one = open({ name: 'prom-orders', max: 3 })
    const other = open({ name: 'prom-users', max: 5 })
    const registry = new Registry<never>()
    const stop = collect(one.pool, { client, registry })
    collect(other.pool, { client, registry })
    expect(await scrape(registry)).toMatchObject({
      'statepool_connections_max{pool="prom-orders"}': 3,
      'statepool_connections_max{pool="prom-users"}': 5,
    })
    stop()
    const after = Object.keys(await scrape(registry))
    expect(after.filter(series => series.includes('prom-orders'))).toEqual([])
    expect(after.length).toBeGreaterThan(50)
  })

  it('have buckets in common', () => {
    const registry = new Registry<never>()
    collect(open().pool, { client, registry, buckets: [1, 2] })
    const refused = () => collect(open().pool, { client, registry, buckets: [1, 3] })
    expect(refused).toThrow(/buckets must be the same for all pools of a registry \(1, 2\)/)
  })

  it('do not mix: what one does is not counted for the other', async () => {
    const one = open({ name: 'prom-orders', min: 1 })
    const other = open({ name: 'prom-users', min: 1 })
    const registry = new Registry<never>()
    for (const { pool } of [one, other]) collect(pool, { client, registry })
    await Promise.all([one.clock.advance(100), other.clock.advance(100)])
    for (let i = 0; i < 3; i++) await one.pool.use(() => {})
    await other.pool.use(() => {})
    expect(await scrape(registry)).toMatchObject({
      'statepool_acquire_wait_seconds_count{pool="prom-orders"}': 3,
      'statepool_acquire_wait_seconds_count{pool="prom-users"}': 1,
    })
  })
})

describe('a pool that is collected twice', () => {
  it('is there once, until both have stopped; then the registry is as it was', async () => {
    const { pool, clock } = open({ name: 'prom-orders', min: 1 })
    const registry = new Registry<never>()
    const stops = [collect(pool, { client, registry }), collect(pool, { client, registry })]
    await clock.advance(100)
    await pool.use(() => {})
    stops[0]?.()
    stops[0]?.()
    expect(await scrape(registry)).toMatchObject({
      'statepool_acquires_total{pool="prom-orders",outcome="granted"}': 1,
      'statepool_acquire_wait_seconds_count{pool="prom-orders"}': 1,
    })
    stops[1]?.()
    expect(registry.getMetricsAsArray()).toEqual([])
  })

  it('can be in two registries, or under two prefixes', async () => {
    const { pool } = open({ name: 'prom-orders', max: 7 })
    const [one, other] = [new Registry<never>(), new Registry<never>()]
    collect(pool, { client, registry: one })
    collect(pool, { client, registry: other })
    collect(pool, { client, registry: other, prefix: 'db_' })
    expect((await scrape(one))['statepool_connections_max{pool="prom-orders"}']).toBe(7)
    expect((await scrape(other))['db_connections_max{pool="prom-orders"}']).toBe(7)
  })
})

describe('the end', () => {
  it('of a pool takes its series away, so that the next one can have its name', async () => {
    const first = open({ name: 'prom-orders', max: 3 })
    const registry = new Registry<never>()
    collect(first.pool, { client, registry })
    await Promise.all([first.pool.close(), first.clock.advance(200)])
    expect(Object.keys(await scrape(registry))).toEqual([])
    collect(open({ name: 'prom-orders', max: 4 }).pool, { client, registry })
    expect((await scrape(registry))['statepool_connections_max{pool="prom-orders"}']).toBe(4)
  })

  it('of a registry, which applications clear in tests, does not keep a pool from being collected again', async () => {
    const { pool } = open({ name: 'prom-orders', max: 3 })
    const registry = new Registry<never>()
    collect(pool, { client, registry })
    registry.clear()
    collect(pool, { client, registry })
    expect((await scrape(registry))['statepool_connections_max{pool="prom-orders"}']).toBe(3)
  })
})

describe('collect', () => {
  it('uses the registry of the library unless it is given another one', () => {
    const { pool } = open()
    const stop = collect(pool, { client })
    expect(client.register.getSingleMetric('statepool_connections')).toBeDefined()
    stop()
    expect(client.register.getSingleMetric('statepool_connections')).toBeUndefined()
  })

  it('takes a drop-in', async () => {
    const registry = new Registry<never>()
    const dropIn = new DropIn({ max: 6 })
    collect(dropIn, { client, registry })
    expect(Object.values(await scrape(registry))).toContain(6)
    await dropIn.end()
  })

  it('leaves nothing behind when a name is taken', () => {
    const registry = new Registry<never>()
    new Counter({ name: 'statepool_leaks_total', help: 'x', registers: [registry] })
    const { pool } = open()
    expect(() => collect(pool, { client, registry })).toThrow(
      /statepool_leaks_total has already been registered/,
    )
    expect(registry.getMetricsAsArray()).toHaveLength(1)
  })

  it.each([
    ['client', {}],
    ['client', { client: { Gauge: 1 } }],
    ['registry', { client, registry: {} }],
    ['prefix', { client, prefix: 'my pool' }],
    ['buckets', { client, buckets: [] }],
    ['buckets', { client, buckets: [2, 1] }],
    ['buckets', { client, buckets: [0, 1] }],
    ['register', { client, register: client.register }],
  ])('refuses a bad %s', (option, options) => {
    const { pool } = open()
    const refused = () => collect(pool, options as never)
    expect(refused).toThrow(OptionsError)
    expect(refused).toThrow(expect.objectContaining({ option }))
  })
})
