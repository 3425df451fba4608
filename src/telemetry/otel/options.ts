// What instrument() takes, and the one place that checks it.
import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api'
import { checkBoolean, checkNumber, refusal, refuseUnknown } from '../../core/check.js'

/** The options of {@link instrument}. */
export interface InstrumentOptions {
  /** Where the metrics go; false = no metrics. Default: the global provider, also one that is registered later. */
  meterProvider?: MeterProvider | false | undefined
  /** Where the spans go; false = no spans. Default: the global provider, also one that is registered later. */
  tracerProvider?: TracerProvider | false | undefined
  /** The attribute `db.client.connection.pool.name` of each metric and span. Default: `pool.name`. */
  poolName?: string | undefined
  /** More attributes for each metric and span, such as `server.address`. */
  attributes?: Attributes | undefined
  /**
   * The names of the spans; false = none of that kind. Default: `statepool.acquire`, `statepool.connect` and `statepool.transaction`.
   * With `{ acquire: 'pg-pool.connect' }`, queries on the span of pg.Pool's instrumentation find the pool's.
   */
  spans?: { readonly [Kind in keyof SpanNames]?: string | false | undefined } | undefined
  /** true = no spans without a parent span: none for background work that is not traced, and none for connects. Default: false. */
  requireParentSpan?: boolean | undefined
  /** true = also `db.client.connection.max`, which `db.client.connection.limit` has replaced. Default: false. */
  oldNames?: boolean | undefined
  /**
   * How many waits, and as many uses, the histograms record in a second. Recording one costs OpenTelemetry's SDK about a microsecond,
   * several times as much as an acquire costs the pool. If there are more, the histograms get a random share of them: their
   * percentiles stay right, and their counts no longer say how many leases there were; `statepool.leases` does.
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

/** The options with their defaults. */
export interface ParsedOptions {
  readonly meterProvider: MeterProvider | false | undefined
  readonly tracerProvider: TracerProvider | false | undefined
  readonly attributes: Attributes
  readonly spans: SpanNames
  readonly requireParentSpan: boolean
  readonly oldNames: boolean
  readonly recordsPerSecond: number
}

const names = [
  'meterProvider',
  'tracerProvider',
  'poolName',
  'attributes',
  'spans',
  'requireParentSpan',
  'oldNames',
  'recordsPerSecond',
]

/**
 * Checks what `instrument()` was given and fills in the defaults.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseInstrumentOptions(given: InstrumentOptions, name: string): ParsedOptions {
  refuseUnknown('instrument', given, names)
  const { poolName = name, attributes = {}, spans = {} } = given
  if (typeof poolName !== 'string' || poolName === '')
    throw refusal('poolName', poolName, 'a text that is not empty')
  if (typeof attributes !== 'object' || attributes === null)
    throw refusal('attributes', attributes, 'an object')
  return {
    meterProvider: checkProvider('meterProvider', given.meterProvider, 'getMeter'),
    tracerProvider: checkProvider('tracerProvider', given.tracerProvider, 'getTracer'),
    attributes: { ...attributes, 'db.client.connection.pool.name': poolName },
    spans: parseSpans(spans),
    requireParentSpan: checkBoolean('requireParentSpan', given.requireParentSpan ?? false),
    oldNames: checkBoolean('oldNames', given.oldNames ?? false),
    recordsPerSecond: checkNumber('recordsPerSecond', given.recordsPerSecond ?? 1_000, {
      fallback: 1_000,
      least: 1,
      kind: 'a number',
    }),
  }
}

function checkProvider<P>(
  name: string,
  provider: P | false | undefined,
  method: string,
): P | false | undefined {
  if (provider === undefined || provider === false) return provider
  if (typeof (provider as Record<string, unknown> | null)?.[method] === 'function') return provider
  throw refusal(name, provider, `an object with a ${method} method, or false`)
}

function parseSpans(spans: NonNullable<InstrumentOptions['spans']>): SpanNames {
  if (typeof spans !== 'object' || spans === null) throw refusal('spans', spans, 'an object')
  const defaults: SpanNames = {
    acquire: 'statepool.acquire',
    connect: 'statepool.connect',
    transaction: 'statepool.transaction',
  }
  refuseUnknown('spans', spans, Object.keys(defaults))
  const nameOf = (kind: keyof SpanNames): string | false => {
    const name = spans[kind] ?? defaults[kind]
    if (name !== false && (typeof name !== 'string' || name === ''))
      throw refusal(`spans.${kind}`, name, 'a text that is not empty, or false for none')
    return name
  }
  return { acquire: nameOf('acquire'), connect: nameOf('connect'), transaction: nameOf('transaction') }
}
