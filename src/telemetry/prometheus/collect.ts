// `collect`: registers a pool's metrics. All pools of one registry share the metrics, each with its name as the label `pool`.
import { refusal } from '../../core/refusal.js'
import { type AnyPool, attach, type Measurable, systemOf, together, underlyingPools } from '../observe.js'
import { type Family, families, type Reading } from './families.js'
import { histograms, PoolDurations } from './histograms.js'
import {
  type Collecting,
  type CollectOptions,
  type PrometheusRegistry,
  parseCollectOptions,
} from './options.js'

/** A gauge or a counter, as both libraries have them. */
interface Series {
  reset(): void
  inc(labels: Readonly<Record<string, string>>, value: number): void
}

/** One pool whose metrics are collected. */
interface Member {
  readonly durations: PoolDurations
  readonly detach: () => void
  /** How many times it is being collected. */
  uses: number
}

interface HistogramValue {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** The metrics of one registry and one prefix. */
class Collection {
  readonly #options: Collecting
  readonly #members = new Map<AnyPool, Member>()
  readonly #metrics: { readonly name: string; readonly metric: unknown }[] = []
  #readings: ReadonlyMap<AnyPool, Reading> | undefined

  constructor(options: Collecting) {
    this.#options = options
    try {
      for (const family of families) this.#register(family.name, family.type, this.#gaugeOf(family))
      for (const { name, help, key } of histograms) this.#registerHistogram(name, help, key)
    } catch (error) {
      this.#unregister() // one name was taken: none stays without the others
      throw error
    }
  }

  /** Whether the registry still has its metrics: applications clear registries, in tests above all. */
  get isRegistered(): boolean {
    const { registry } = this.#options
    return this.#metrics.every(({ name, metric }) => registry.getSingleMetric(name) === metric)
  }

  /** @throws OptionsError when it was begun with other buckets. */
  expect({ buckets }: Collecting): void {
    if (buckets.join() !== this.#options.buckets.join())
      throw refusal(
        'buckets',
        buckets,
        `the same for all pools of a registry (${this.#options.buckets.join(', ')})`,
      )
  }

  add(pool: AnyPool): () => void {
    this.#forgetClosed()
    const member = this.#members.get(pool) ?? this.#join(pool)
    member.uses++
    let collected = true
    return () => {
      if (!collected) return
      collected = false
      if (--member.uses === 0) this.#remove(pool)
    }
  }

  #join(pool: AnyPool): Member {
    const durations = new PoolDurations(this.#options.buckets)
    const member = { durations, detach: attach(pool, durations), uses: 0 }
    this.#members.set(pool, member)
    return member
  }

  #remove(pool: AnyPool): void {
    this.#members.get(pool)?.detach()
    this.#members.delete(pool)
    if (this.#members.size === 0) this.#unregister()
  }

  #unregister(): void {
    const { registry } = this.#options
    for (const { name, metric } of this.#metrics) {
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name)
    }
  }

  /** A pool that is closed leaves by itself: another one may have its name by now. */
  #forgetClosed(): void {
    for (const [pool, { detach }] of this.#members) {
      if (pool.stats().state !== 'closed') continue
      detach()
      this.#members.delete(pool)
    }
  }

  /** The pools at this moment: one reading for all metrics of a scrape, which asks all of them in one go. */
  #read(): ReadonlyMap<AnyPool, Reading> {
    if (this.#readings !== undefined) return this.#readings
    this.#forgetClosed()
    const readings = new Map<AnyPool, Reading>()
    for (const pool of this.#members.keys()) {
      const now = systemOf(pool).parts.config.clock.now()
      readings.set(pool, { stats: pool.stats(), health: pool.health(), now })
    }
    this.#readings = readings
    queueMicrotask(() => {
      this.#readings = undefined
    })
    return readings
  }

  #gaugeOf({ help, label, read }: Family): object {
    const collection = this
    return {
      help,
      labelNames: label === undefined ? ['pool'] : ['pool', label],
      collect(this: Series): void {
        this.reset() // a counter cannot be set; and series of pools that have left go
        for (const [pool, reading] of collection.#read()) {
          for (const [value, number] of Object.entries(read(reading))) {
            this.inc(label === undefined ? { pool: pool.name } : { pool: pool.name, [label]: value }, number)
          }
        }
      },
    }
  }

  #register(name: string, type: 'Gauge' | 'Counter' | 'Histogram', configuration: object): object {
    const { client, registry, prefix } = this.#options
    const fullName = `${prefix}${name}`
    const metric = new client[type]({ ...configuration, name: fullName, registers: [registry] } as never)
    this.#metrics.push({ name: fullName, metric })
    return metric
  }

  /** A histogram of the client's, but for its values, which are counted here. */
  #registerHistogram(
    name: string,
    help: string,
    key: keyof PoolDurations & ('waits' | 'uses' | 'connects'),
  ): void {
    const { buckets, prefix } = this.#options
    const fullName = `${prefix}${name}`
    const metric = this.#register(name, 'Histogram', { help, labelNames: ['pool'], buckets })
    const get = async () => {
      this.#forgetClosed()
      const values: HistogramValue[] = []
      for (const [{ name: pool }, { durations }] of this.#members) {
        const { cumulative, count, sum } = durations[key].read()
        const bounds = [...buckets, '+Inf']
        for (const [index, le] of bounds.entries())
          values.push({
            metricName: `${fullName}_bucket`,
            labels: { le, pool },
            value: cumulative[index] as number,
          })
        values.push({ metricName: `${fullName}_sum`, labels: { pool }, value: sum })
        values.push({ metricName: `${fullName}_count`, labels: { pool }, value: count })
      }
      return { name: fullName, help, type: 'histogram', values, aggregator: 'sum' }
    }
    Object.assign(metric, { get, getForPromString: get })
  }
}

const collections = new WeakMap<PrometheusRegistry, Map<string, Collection>>()

/**
 * Collects a pool's metrics in a Prometheus registry: connections by state, callers that wait, answers to acquires, connects and closes,
 * and histograms of waits, leases and connects, each with the pool's name as the label `pool`. Gauges and counters are read when
 * the registry is scraped; an acquire and a release pay for two counts.
 *
 * Several pools share the metrics of one registry. The same pool may be collected more than once: its metrics are there once, until each
 * of the returned functions has been called. A pool that is closed leaves by itself.
 * @param pool a pool, a drop-in for `pg.Pool` or mysql2's pool, or a pool of hosts, whose hosts have their own series
 * @param options the client library, which is yours, and where and how its metrics are registered
 * @returns a function that stops it; a second call does nothing
 * @throws OptionsError when `pool` is not a pool, or for bad options; whatever the client library throws when the registry already has a metric
 *   with such a name.
 */
export function collect(pool: Measurable, options: CollectOptions): () => void {
  const collecting = parseCollectOptions(options)
  const pools = underlyingPools(pool)
  const { registry, prefix } = collecting
  const byPrefix = collections.get(registry) ?? new Map<string, Collection>()
  collections.set(registry, byPrefix)
  const known = byPrefix.get(prefix)
  if (known?.isRegistered) {
    known.expect(collecting)
    return together(pools.map(each => known.add(each)))
  }
  const collection = new Collection(collecting)
  byPrefix.set(prefix, collection)
  return together(pools.map(each => collection.add(each)))
}
