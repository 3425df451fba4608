// A pool of hosts, seen by what looks at pools: every host, with its role and its state.
import { channel } from 'node:diagnostics_channel'
import * as client from 'prom-client'
import { Registry } from 'prom-client'
import { afterEach, expect, it } from 'vitest'
import { diagnose } from '../../src/inspector/diagnose.js'
import { inspector } from '../../src/inspector/index.js'
import { recorder } from '../../src/recorder/index.js'
import { instrument } from '../../src/telemetry/otel/index.js'
import { collect } from '../../src/telemetry/prometheus/index.js'
import { isFrame, isHello, Page } from '../inspector/support.js'
import { hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { metricsInMemory } from '../support/otel.js'
import { watch } from '../support/pool-in-simulated-time.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const address = { 'server.address': 'a', 'server.port': 5432 }

/** A primary and a standby; the primary goes down, and one caller seeks another. */
async function open(name: string) {
  const parts = hostsInSimulatedTime(['a:5432', '[::1]:5433'], { name })
  const { pool, clock } = parts
  closing.push(async () => {
    const closed = pool.close({ timeout: 0 })
    await clock.advance(10_000)
    await closed
  })
  await clock.advance(500)
  const fail = async () => {
    parts.servers[0]?.stop()
    await clock.advance(500)
    return watch(pool.acquire())
  }
  return { ...parts, fail, names: pool.hosts().map(host => host.pool.name) }
}

it('stats() of each host’s pool has the host, its state, and who seeks one', async () => {
  const { pool, fail } = await open('of-stats')
  const hosts = () => pool.hosts().map(host => host.pool.stats().host)
  expect(hosts()).toEqual([
    { name: 'a:5432', state: 'primary', seeking: 0 },
    { name: '[::1]:5433', state: 'standby', seeking: 0 },
  ])
  await fail()
  expect(hosts()).toEqual([
    { name: 'a:5432', state: 'down', seeking: 1 },
    { name: '[::1]:5433', state: 'standby', seeking: 1 },
  ])
})

it('the inspector shows each host, and says that callers find none', async () => {
  const { pool, names, fail } = await open('of-page')
  const inspecting = await inspector(pool)
  const page = await Page.open(inspecting.url)
  closing.push(
    () => inspecting.close(),
    () => page.close(),
  )
  const hello = await page.until(isHello)
  expect(hello.pools.map(each => each.name)).toEqual(names)
  await page.until(isFrame)
  await fail()
  page.messages.length = 0
  const isOf = (id: number) => (message: Parameters<typeof isFrame>[0]) =>
    isFrame(message) && message.pool === id && message.frame.stats.host?.seeking === 1
  const [down, standby] = [await page.until(isOf(0)), await page.until(isOf(1))]
  expect(down).toMatchObject({ frame: { stats: { host: { name: 'a:5432', state: 'down' } } } })
  expect(standby).toMatchObject({
    frame: { stats: { host: { name: '[::1]:5433', state: 'standby' } } },
    diagnosis: {
      level: 'degraded',
      findings: [
        {
          kind: 'no host',
          title: 'No host fits',
          text: expect.stringMatching(
            /^1 caller of the pool of hosts waits, because no host is what it wants\./,
          ),
        },
      ],
    },
  })
})

it('OpenTelemetry has the address and the port of each, its state, and who seeks', async () => {
  const { pool, names, fail } = await open('of-otel')
  const { meterProvider, collect: read } = metricsInMemory()
  const stop = instrument(pool, {
    meterProvider,
    tracerProvider: false,
    attributes: { 'db.namespace': 'shop' },
  })
  await fail()
  const pointsOf = async (metric: string) =>
    (await read()).get(metric)?.points.map(({ attributes, value }) => [attributes, value])
  const of = [
    { ...address, 'db.namespace': 'shop', 'db.client.connection.pool.name': names[0] },
    {
      'server.address': '::1',
      'server.port': 5433,
      'db.namespace': 'shop',
      'db.client.connection.pool.name': names[1],
    },
  ]
  expect(await pointsOf('db.client.connection.limit')).toEqual(of.map(each => [each, 2]))
  expect(await pointsOf('statepool.host.seeking')).toEqual(of.map(each => [each, 1]))
  const states = async () =>
    (await pointsOf('statepool.host.state'))
      ?.filter(([, value]) => value === 1)
      .map(([attributes]) => attributes)
  expect(await states()).toEqual([
    { ...of[0], 'statepool.host.state': 'down' },
    { ...of[1], 'statepool.host.state': 'standby' },
  ])
  stop()
  expect(await states()).toEqual([])
})

it('a name that OpenTelemetry is told is followed by the host', async () => {
  const { pool } = await open('of-names')
  const { meterProvider, collect: read } = metricsInMemory()
  closing.push(instrument(pool, { meterProvider, tracerProvider: false, poolName: 'shop' }))
  const points = (await read()).get('db.client.connection.limit')?.points ?? []
  expect(points.map(({ attributes }) => attributes['db.client.connection.pool.name'])).toEqual([
    'shop@a:5432',
    'shop@[::1]:5433',
  ])
})

it('Prometheus has series for each, with its state, and who seeks', async () => {
  const { pool, names, fail } = await open('of-prom')
  const registry = new Registry<never>()
  const stop = collect(pool, { client, registry })
  await fail()
  const text = await registry.metrics()
  for (const line of [
    `statepool_host_state{pool="${names[0]}",state="down"} 1`,
    `statepool_host_state{pool="${names[0]}",state="primary"} 0`,
    `statepool_host_state{pool="${names[1]}",state="standby"} 1`,
    `statepool_host_seeking_callers{pool="${names[1]}"} 1`,
    `statepool_connections_max{pool="${names[1]}"} 2`,
  ])
    expect(text).toContain(line)
  stop()
  expect(await registry.metrics()).toBe('\n')
})

it('the recorder has a recording of each, and what it finds is found in it later', async () => {
  const { pool, names, fail } = await open('of-record')
  const recorders = recorder(pool, { incidents: false })
  await fail()
  const dumps = recorders.map(each => each.dump())
  for (const each of recorders) each.stop()
  expect(dumps.map(dump => dump.pool.name)).toEqual(names)
  expect(dumps.map(({ frames }) => frames.at(-1)?.stats.host?.state)).toEqual(['down', 'standby'])
  const { frames = [], notices = [] } = dumps[1] ?? {}
  const found = diagnose(frames.at(-1) as (typeof frames)[0], notices)
  expect(found.findings.map(({ kind }) => kind)).toEqual(['no host'])
})

it('a diagnostics channel tells of each change, without a subscriber to events$', async () => {
  const told: unknown[] = []
  const listen = (message: unknown) => told.push(message)
  const changes = channel('statepool:host.changed')
  changes.subscribe(listen)
  closing.push(() => changes.unsubscribe(listen))
  const { fail } = await open('of-channel')
  await fail()
  const mine = told.filter(message => (message as { pool: string }).pool === 'of-channel')
  expect(mine).toMatchObject([
    { type: 'host.changed', host: 'a:5432', from: 'unknown', to: 'primary' },
    { type: 'host.changed', host: '[::1]:5433', from: 'unknown', to: 'standby' },
    { type: 'host.changed', host: 'a:5432', from: 'primary', to: 'down' },
  ])
})
