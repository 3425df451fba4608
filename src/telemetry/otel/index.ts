// statepool/otel: a pool's metrics and spans for OpenTelemetry.
import { metrics, trace as otel, type ProxyTracerProvider } from '@opentelemetry/api'
import type { PoolActorRef } from '../../actors/pool-ref.js'
import { trace } from '../../actors/watching/tracing.js'
import { refusal } from '../../core/refusal.js'
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
 * A pool that is instrumented again for the same provider, with the same attributes, is reported once, until each call has been stopped.
 * @param pool a pool, a drop-in (`Pool` of `statepool/pg`, the pools of `statepool/mysql2`), or a pool of hosts, each of which is reported with its
 *   `server.address` and `server.port`
 * @returns a function that stops it; a second call does nothing
 * @throws OptionsError for bad options, for options that differ from those of an earlier call that reports the same, or when `pool` is none of these.
 */
export function instrument(pool: Measurable, options: InstrumentOptions = {}): () => void {
  const begins = underlyingPools(pool).flatMap(own => reportsOf(own, options)) // all are checked before one begins
  return together(begins.map(begin => begin()))
}

function reportsOf(own: AnyPool, options: InstrumentOptions): (() => () => void)[] {
  const { actor, parts } = systemOf(own)
  const { meterProvider, tracerProvider, attributes, oldNames, recordsPerSecond, spans, requireParentSpan } =
    parseInstrumentOptions(options, own.name, parts.host?.name)
  const name = JSON.stringify(Object.entries(attributes).sort())
  const begins: (() => () => void)[] = []
  if (meterProvider !== false) {
    const provider = () => meterProvider ?? metrics.getMeterProvider()
    const settings = { oldNames, recordsPerSecond }
    begins.push(
      once(actor, { kind: 'metrics', name, provider, settings }, () => {
        const told = new PoolMetrics({ pool: own, provider: meterProvider, attributes, ...settings })
        return together([attach(own, told), () => told.stop()])
      }),
    )
  }
  if (tracerProvider !== false) {
    const provider = () => tracerProvider ?? otel.getTracerProvider()
    const names = Object.entries(spans).map(([kind, span]) => [`spans.${kind}`, span])
    const settings = { requireParentSpan, ...Object.fromEntries(names) }
    begins.push(
      once(actor, { kind: 'spans', name, provider, settings }, () =>
        trace(parts, new SpanTracer(provider().getTracer('statepool'), spans, attributes, requireParentSpan)),
      ),
    )
  }
  return begins
}

/** What is told of a pool, and to whom. */
interface Report {
  readonly kind: 'metrics' | 'spans'
  /** Its attributes. */
  readonly name: string
  /** The global one may be registered later. */
  readonly provider: () => unknown
  readonly settings: Readonly<Record<string, unknown>>
}

interface Running extends Report {
  readonly end: () => void
  uses: number
}

const reports = new WeakMap<PoolActorRef, Set<Running>>()

/**
 * The report that there is already, if there is one: two would count everything twice.
 * @returns what begins it and answers what ends it
 * @throws OptionsError when there is one with other settings, which would be ignored.
 */
function once(actor: PoolActorRef, report: Report, begin: () => () => void): () => () => void {
  const all = reports.get(actor) ?? new Set()
  reports.set(actor, all)
  const known = [...all].find(
    ({ kind, name, provider }) =>
      kind === report.kind && name === report.name && itself(provider()) === itself(report.provider()),
  )
  for (const [option, value] of Object.entries(known?.settings ?? {})) {
    const wanted = report.settings[option]
    if (wanted !== value)
      throw refusal(
        option,
        wanted,
        `the same as in the call of instrument() that reports this pool already (${value}), or that one has to be stopped first`,
      )
  }
  return () => {
    const running = known ?? { ...report, end: begin(), uses: 0 }
    all.add(running)
    running.uses++
    let stopped = false
    let ended: { unsubscribe(): void } | undefined
    const stop = (): void => {
      if (stopped) return
      stopped = true
      ended?.unsubscribe()
      if (--running.uses > 0) return
      all.delete(running)
      running.end()
    }
    ended = actor.subscribe({ complete: stop, error: stop })
    return stop
  }
}

/** The global tracer provider stands for the one that is registered. */
const itself = (provider: unknown): unknown =>
  (provider as Partial<ProxyTracerProvider>).getDelegate?.() ?? provider
