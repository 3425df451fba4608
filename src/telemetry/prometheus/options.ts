// What `collect` takes: the application's own client library, known by its shape, so that this package needs none.
import { discreetRefusal, refusal, refuseUnknown } from '../../core/check.js'

/** What is needed of `prom-client` or `@prometheus-io/client`: the module itself. */
export interface PrometheusClient {
  readonly Gauge: new (configuration: never) => object
  readonly Counter: new (configuration: never) => object
  readonly Histogram: new (configuration: never) => object
  /** The registry that is used unless another one is given. */
  readonly register?: PrometheusRegistry
}

/** What is needed of a registry of that module. */
export interface PrometheusRegistry {
  getSingleMetric(name: string): unknown
  removeSingleMetric(name: string): void
}

/** The options of `collect`. */
export interface CollectOptions {
  /** The client library: `import * as client from 'prom-client'`, or from `@prometheus-io/client`. */
  client: PrometheusClient
  /** Where the metrics are registered. Default: the library's own, `client.register`. */
  registry?: PrometheusRegistry | undefined
  /** What the names of the metrics begin with. Default `statepool_`. */
  prefix?: string | undefined
  /**
   * The upper bounds of the histograms' buckets, in seconds, ascending. Default: 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
   * 0.25, 0.5, 1, 2.5, 5, 10, 30.
   */
  buckets?: readonly number[] | undefined
}

/** The options, complete and checked. */
export interface Collecting {
  readonly client: PrometheusClient
  readonly registry: PrometheusRegistry
  readonly prefix: string
  readonly buckets: readonly number[]
}

const defaultBuckets = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

/** @throws OptionsError, which names the option, its value and the valid values. */
export function parseCollectOptions(options: CollectOptions): Collecting {
  refuseUnknown('collect', options, ['client', 'registry', 'prefix', 'buckets'])
  const { client, prefix = 'statepool_', buckets = defaultBuckets } = options
  for (const name of ['Gauge', 'Counter', 'Histogram'] as const) {
    if (typeof client?.[name] !== 'function')
      throw discreetRefusal('client', client, 'the module prom-client or @prometheus-io/client itself')
  }
  const registry = options.registry ?? client.register
  if (typeof registry?.getSingleMetric !== 'function' || typeof registry.removeSingleMetric !== 'function')
    throw discreetRefusal('registry', registry, 'a Registry of the same client library')
  if (typeof prefix !== 'string' || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(prefix))
    throw refusal('prefix', prefix, 'the beginning of a metric name: letters, digits, _ and :')
  const ascending = (bound: unknown, index: number): boolean =>
    Number.isFinite(bound) && (bound as number) > (index === 0 ? 0 : (buckets[index - 1] as number))
  if (!Array.isArray(buckets) || buckets.length === 0 || !buckets.every(ascending))
    throw refusal('buckets', buckets, 'an array of numbers of seconds greater than 0, ascending')
  return { client, registry, prefix, buckets: [...buckets] }
}
