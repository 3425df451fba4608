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
 * A pool that is instrumented twice for one provider, with the same attributes, is reported once, until both have stopped.
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
  const { meterProvider, tracerProvider, attributes, oldNames, recordsPerSecond, spans, requireParentSpan } =
    parseInstrumentOptions(options, own.name, parts.host?.name)
  const stops: (() => void)[] = []
  if (meterProvider !== false) {
    stops.push(
      once(parts, meterProvider, attributes, () => {
        const provider = meterProvider
        const metrics = new PoolMetrics({ pool: own, provider, attributes, oldNames, recordsPerSecond })
        return together([attach(own, metrics), () => metrics.stop()])
      }),
    )
  }
  if (tracerProvider !== false) {
    stops.push(
      once(parts, tracerProvider, [attributes, spans], () => {
        const tracer = (tracerProvider ?? otel.getTracerProvider()).getTracer('statepool')
        return trace(parts, new SpanTracer(tracer, spans, attributes, requireParentSpan))
      }),
    )
  }
  const stop = (): void => {
    for (const end of stops.splice(0)) end()
  }
  actor.subscribe({ complete: stop, error: stop })
  return stop
}

/** What reports a pool to a provider, under a name. */
interface Report {
  readonly provider: unknown
  readonly name: string
  readonly end: () => void
  uses: number
}

const reports = new WeakMap<object, Set<Report>>()

/** The report that there is already, if there is one: two would count everything twice. */
function once(parts: object, provider: unknown, named: unknown, begin: () => () => void): () => void {
  const all = reports.get(parts) ?? new Set()
  reports.set(parts, all)
  const name = JSON.stringify(named)
  const known = [...all].find(report => report.provider === provider && report.name === name)
  const report = known ?? { provider, name, end: begin(), uses: 0 }
  all.add(report)
  report.uses++
  return () => {
    if (--report.uses > 0) return
    all.delete(report)
    report.end()
  }
}
