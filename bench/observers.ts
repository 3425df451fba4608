// What can be attached to a pool: what `npx tsx bench/telemetry.ts` measures the cost of.
import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import type { PoolOptions } from '../src/index.js'
import type { AnyPool } from '../src/telemetry/observe.js'
import type { StubConnection } from './loan.js'

/** A pool of the benchmark. */
export type ObservedPool = AnyPool & Pick<import('../src/index.js').Pool<StubConnection>, 'eventsOf'>

/** One row. */
export interface ObserverOfPool {
  readonly title: string
  readonly options?: PoolOptions
  /** Another build of the package, by its address. */
  readonly build?: string
  attach?(pool: ObservedPool): Promise<unknown> | unknown
}

/** By name; the first is what the others are compared with. */
export const observers: Readonly<Record<string, ObserverOfPool>> = {
  none: { title: 'nothing' },
  untold: {
    title: 'nothing, in a build without the places where something can be attached',
    build: new URL('../untold/dist/index.js', import.meta.url).href,
  },
  measure: { title: 'the option `measure`', options: { measure: true } },
  rare: {
    title: 'a subscriber to rare events (`eventsOf`)',
    attach: pool => pool.eventsOf('pool.down', 'connection.lost').subscribe(),
  },
  events: { title: 'an empty subscriber to `events$`', attach: pool => pool.events$.subscribe() },
  prometheus: {
    title: 'Prometheus metrics (`collect`, prom-client)',
    attach: async pool => {
      const entry: string = 'statepool/prometheus' // not a literal, as in the worker
      const { collect } = (await import(entry)) as typeof import('../src/telemetry/prometheus/index.js')
      collect(pool, { client: await import('prom-client') })
    },
  },
  otelMetrics: {
    title: 'OpenTelemetry metrics (`instrument`, the real SDK)',
    attach: async pool => {
      const { instrument } = await telemetry()
      const { MeterProvider, PeriodicExportingMetricReader, InMemoryMetricExporter, AggregationTemporality } =
        await import('@opentelemetry/sdk-metrics')
      const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
      instrument(pool, { meterProvider: new MeterProvider({ readers: [reader] }), tracerProvider: false })
    },
  },
  otelSpans: {
    title: 'OpenTelemetry spans, each recorded (`instrument`, the real SDK)',
    attach: async pool => {
      const { instrument } = await telemetry()
      const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base')
      instrument(pool, { meterProvider: false, tracerProvider: new BasicTracerProvider() })
    },
  },
  points: {
    title: 'a subscriber to the channels of state changes (`statepool:pool.down`, …)',
    attach: () => {
      for (const type of ['pool.down', 'pool.recovered']) subscribe(`statepool:${type}`, () => {})
    },
  },
  channel: {
    title: 'an empty subscriber to the tracing channel `statepool:acquire`',
    attach: () =>
      tracingChannel('statepool:acquire').subscribe({
        start() {},
        end() {},
        asyncStart() {},
        asyncEnd() {},
        error() {},
      }),
  },
}

async function telemetry(): Promise<typeof import('../src/telemetry/otel/index.js')> {
  const entry: string = 'statepool/otel' // not a literal, as in the worker
  return await import(entry)
}
