// statepool/otel: a pool's metrics and spans for OpenTelemetry.
import { trace as otel } from '@opentelemetry/api'
import { trace } from '../../actors/watching/tracing.js'
import { type AnyPool, attach, type Measurable, systemOf, together, underlyingPools } from '../observe.js'
import { PoolMetrics } from './metrics.js'
import { type InstrumentOptions, parseInstrumentOptions } from './options.js'
import { SpanTracer } from './spans.js'

export type { Measurable } from '../observe.js'
export type { InstrumentOptions, SpanNames } from './options.js'

/**
 * Reports a pool's metrics and spans to OpenTelemetry from now on, until it is stopped or the pool is closed: the metrics
 * `db.client.connection.*` of the semantic conventions (1.45), and spans for each wait for a connection, each connect and each
 * transaction. The guide docs/guides/opentelemetry.md lists them.
 *
 * ```ts
 * const stop = instrument(pool)
 * ```
 *
 * @param pool a pool, a drop-in (`Pool` of `statepool/pg`, the pools of `statepool/mysql2`), or a pool of hosts, each of which is reported with its
 *   `server.address` and `server.port`
 * @returns a function that stops it; a second call does nothing
 * @throws OptionsError for bad options, or when `pool` is none of these.
 */
export function instrument(pool: Measurable, options: InstrumentOptions = {}): () => void {
  return together(underlyingPools(pool).map(own => instrumentOne(own, options)))
}

function instrumentOne(own: AnyPool, options: InstrumentOptions): () => void {
  const { actor, parts } = systemOf(own)
  const { meterProvider, tracerProvider, attributes, ...parsed } = parseInstrumentOptions(
    options,
    own.name,
    parts.host?.name,
  )
  const stops: (() => void)[] = []
  if (meterProvider !== false) {
    const { oldNames, recordsPerSecond } = parsed
    const metrics = new PoolMetrics({
      pool: own,
      provider: meterProvider,
      attributes,
      oldNames,
      recordsPerSecond,
    })
    stops.push(attach(own, metrics), () => metrics.stop())
  }
  if (tracerProvider !== false) {
    const tracer = (tracerProvider ?? otel.getTracerProvider()).getTracer('statepool')
    stops.push(trace(parts, new SpanTracer(tracer, parsed.spans, attributes, parsed.requireParentSpan)))
  }
  const stop = (): void => {
    for (const end of stops.splice(0)) end()
  }
  actor.subscribe({ complete: stop, error: stop })
  return stop
}
