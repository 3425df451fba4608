// What `collect` takes: the application's own client library, known by its shape, so that this package needs none.
import { discreet, is, optional, or, type Parsed, parse, textLike } from '../../core/shape.js'

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

const defaultBuckets = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

const isAscending = (bound: unknown, index: number, bounds: readonly unknown[]): boolean =>
  Number.isFinite(bound) && (bound as number) > (index === 0 ? 0 : (bounds[index - 1] as number))

/** Whether it is an object, or a class, with these methods or classes. */
const hasAll =
  (...names: string[]) =>
  (value: unknown): boolean =>
    names.every(name => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function')

const registry = discreet(
  is<PrometheusRegistry>(
    'a Registry of the same client library',
    hasAll('getSingleMetric', 'removeSingleMetric'),
  ),
)

const shape = {
  client: discreet(
    is<PrometheusClient>(
      'the module prom-client or @prometheus-io/client itself',
      hasAll('Gauge', 'Counter', 'Histogram'),
    ),
  ),
  registry: optional(registry),
  prefix: or(
    textLike('the beginning of a metric name: letters, digits, _ and :', /^[a-zA-Z_:][a-zA-Z0-9_:]*$/),
    'statepool_',
  ),
  buckets: or(
    is<readonly number[]>(
      'an array of numbers of seconds greater than 0, ascending',
      value => Array.isArray(value) && value.length > 0 && value.every(isAscending),
    ),
    defaultBuckets,
  ),
}

/** The options, complete and checked. */
export type Collecting = Required<Parsed<typeof shape>> & { readonly registry: PrometheusRegistry }

/** @throws OptionsError, which names the option, its value and the valid values. */
export function parseCollectOptions(options: CollectOptions): Collecting {
  const parsed = parse('collect', shape, options)
  const { client, buckets } = parsed
  return {
    ...parsed,
    registry: parsed.registry ?? registry('registry', client.register),
    buckets: [...buckets],
  }
}
