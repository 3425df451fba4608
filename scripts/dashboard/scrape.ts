// Eight minutes in the life of two pools, in simulated time, scraped by prom-client: ordinary load, slow queries, an outage, a leak.

import * as client from 'prom-client'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { collect } from '../../src/telemetry/prometheus/index.js'
import { createSimulatedClock } from '../../src/testing/index.js'
import type { Scrapes, Series } from './promql.js'

const second = 1_000
const step = 5
const scrapes = 96
/** Grafana takes four times the distance between scrapes. */
const window = 4

/** Numbers from 0 to below 1 that are the same each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

export async function scrapeStory(): Promise<Scrapes> {
  const clock = createSimulatedClock()
  const random = seeded(7)
  const settings = { clock, unhealthyRate: 0, connectLatency: [20, 60], queryLatency: [5, 45] } as const
  const orders = simulated({ ...settings, seed: 1 })
  const reports = simulated({ ...settings, seed: 2 })
  const options = { clock, random, acquireTimeout: 2 * second, leakWarning: 20 * second }
  const pools = [
    createPool(orders, { ...options, name: 'orders', min: 2, max: 10, lanes: { exports: { max: 3 } } }),
    createPool(reports, { ...options, name: 'reports', min: 1, max: 4, share: true }),
  ] as const
  const registry = new client.Registry<never>()
  const stops = pools.map(pool => collect(pool, { client, registry }))
  const series = new Map<string, Series>()

  const ask = (load: number): void => {
    if (random() >= load) return
    const lane = random() < 0.15 ? { lane: 'exports' } : {}
    pools[0].use(connection => connection.query('select 1'), lane).catch(() => {})
  }
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const now = scrape * step
    if (now === 120) orders.database.change({ queryLatency: [100, 250] })
    if (now === 200) orders.database.change({ queryLatency: [5, 45] })
    if (now === 270) orders.database.stop()
    if (now === 310) orders.database.start()
    if (now === 380)
      void pools[0].acquire().then(lease => clock.setTimeout(() => lease.release(), 45 * second))
    for (let time = 0; time < step * second; time += 20) {
      ask(0.9)
      if (random() < 0.5) pools[1].query('select 1').catch(() => {})
      await clock.advance(20)
    }
    await keep(series, registry, scrape)
  }
  for (const stop of stops) stop()
  const closing = Promise.all(pools.map(pool => pool.close()))
  await clock.advance(60 * second)
  await closing
  return { series: [...series.values()], step, window }
}

async function keep(
  series: Map<string, Series>,
  registry: client.Registry<never>,
  scrape: number,
): Promise<void> {
  for (const { name: family, values } of await registry.getMetricsAsJSON()) {
    for (const { labels: given, value, metricName: name = family } of values as Value[]) {
      const labels = Object.fromEntries(Object.entries(given).map(([label, of]) => [label, String(of)]))
      const key = `${name}${JSON.stringify(labels)}`
      const known = series.get(key) ?? { name, labels, values: [] }
      series.set(key, known)
      known.values[scrape] = value
    }
  }
}

interface Value {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}
