// What instrument() takes, and the one place that checks it.
import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api'
import {
  all,
  boolean,
  type Check,
  is,
  number,
  object,
  optional,
  or,
  type Parsed,
  parse,
  textLike,
} from '../../core/shape.js'

/** The options of {@link instrument}. */
export interface InstrumentOptions {
  /** Where the metrics go; false = no metrics. Default: the global provider, also one that is registered later. */
  meterProvider?: MeterProvider | false | undefined
  /** Where the spans go; false = no spans. Default: the global provider, also one that is registered later. */
  tracerProvider?: TracerProvider | false | undefined
  /** The attribute `db.client.connection.pool.name` of each metric and span; of a pool of hosts, followed by `@` and the host. Default: `pool.name`. */
  poolName?: string | undefined
  /** More attributes for each metric and span, such as `server.address`. */
  attributes?: Attributes | undefined
  /**
   * The names of the spans; false = none of that kind. Default: `statepool.acquire`, `statepool.connect` and `statepool.transaction`.
   * With `{ acquire: 'pg-pool.connect' }`, dashboards for pg.Pool's instrumentation find the pool's spans.
   */
  spans?: { readonly [Kind in keyof SpanNames]?: string | false | undefined } | undefined
  /** true = no spans without a parent span: none for background work that is not traced, and none for connects. Default: false. */
  requireParentSpan?: boolean | undefined
  /** true = also `db.client.connection.max`, which `db.client.connection.limit` has replaced. Default: false. */
  oldNames?: boolean | undefined
  /**
   * The maximum number of waits, and of uses, that the histograms record in a second. Recording one costs OpenTelemetry's SDK about a microsecond,
   * several times as much as an acquire costs the pool. Beyond that, the histograms get a random share: their
   * percentiles stay right, but their counts no longer equal the number of leases; `statepool.leases` does.
   * Default: 1,000; at least 1; Infinity = all.
   */
  recordsPerSecond?: number | undefined
}

/** What each kind of span is called; false = there is none. */
export interface SpanNames {
  readonly acquire: string | false
  readonly connect: string | false
  readonly transaction: string | false
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

function provider<P>(method: string): Check<P | false | undefined> {
  return optional(
    is<P | false>(
      `an object with a ${method} method, or false`,
      value => value === false || typeof (value as Record<string, unknown> | null)?.[method] === 'function',
    ),
  )
}

const spanName = is<string | false>(
  'a text that is not empty, or false for none',
  value => value === false || (typeof value === 'string' && value !== ''),
)
const spans: Check<SpanNames> = object({
  acquire: or(spanName, 'statepool.acquire'),
  connect: or(spanName, 'statepool.connect'),
  transaction: or(spanName, 'statepool.transaction'),
})

const shape = {
  meterProvider: provider<MeterProvider>('getMeter'),
  tracerProvider: provider<TracerProvider>('getTracer'),
  poolName: optional(textLike('a text that is not empty', /./s)),
  attributes: or(is<Attributes>('an object', isObject), {}),
  spans: (name: string, value: unknown = {}) => all(is('an object', isObject), spans)(name, value),
  requireParentSpan: or(boolean, false),
  oldNames: or(boolean, false),
  recordsPerSecond: or(number({ least: 1, kind: 'a number' }), 1_000),
}

/** The options with their defaults; the pool's name is among the attributes. */
export type ParsedOptions = Omit<Parsed<typeof shape>, 'poolName'>

/**
 * Checks what `instrument()` was given and fills in the defaults.
 * @param host the host whose pool it is, if it belongs to a pool of hosts
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseInstrumentOptions(
  given: InstrumentOptions,
  name: string,
  host: string | undefined,
): ParsedOptions {
  const { poolName, attributes, ...parsed } = parse('instrument', shape, given)
  const own = poolName !== undefined && host !== undefined ? `${poolName}@${host}` : (poolName ?? name)
  return {
    ...parsed,
    attributes: { ...placeOf(host), ...attributes, 'db.client.connection.pool.name': own },
  }
}

/** `db1:5432`, `[::1]:5432`, or a name without a port. */
function placeOf(host: string | undefined): Attributes {
  if (host === undefined) return {}
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(host) ?? [undefined, host]
  return { 'server.address': address, ...(port !== undefined && { 'server.port': Number(port) }) }
}
