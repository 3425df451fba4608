// What can be attached to a pool: what `npx tsx bench/telemetry.ts` measures the cost of.
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import type { PoolOptions } from '../src/index.js'
import type { AnyPool } from '../src/telemetry/observe.js'
import type { StubConnection } from './loan.js'

/** A pool of the benchmark. */
export type ObservedPool = AnyPool &
  Pick<import('../src/index.js').Pool<StubConnection>, 'eventsOf' | 'transitions'>

/** Takes off what was attached. */
export type Detach = () => void

/** One row. */
export interface ObserverOfPool {
  readonly title: string
  readonly options?: PoolOptions
  /** Whether it observes all pools of the process: then it is taken off for the rounds of the pool that is not observed. */
  readonly processWide?: boolean
  /** Loads what it needs, before anything is measured. */
  prepare?(): Promise<(pool: ObservedPool) => Detach>
}

/** By name; the first is what the others are compared with. */
export const observers: Readonly<Record<string, ObserverOfPool>> = {
  none: { title: 'nothing' },
  measure: { title: 'the option `measure`', options: { measure: true } },
  rare: {
    title: 'a subscriber to rare events (`eventsOf`)',
    prepare: async () => pool => {
      const subscription = pool.eventsOf('pool.down', 'connection.lost').subscribe()
      return () => subscription.unsubscribe()
    },
  },
  events: {
    title: 'an empty subscriber to `events$`',
    prepare: async () => pool => {
      const subscription = pool.events$.subscribe()
      return () => subscription.unsubscribe()
    },
  },
  transitions: {
    title: 'an empty observer of `pool.transitions`',
    prepare: async () => pool => pool.transitions(() => {}),
  },
  prometheus: {
    title: 'Prometheus metrics (`collect`, prom-client)',
    prepare: async () => {
      const entry: string = 'statepool/prometheus' // not a literal, as in the worker
      const { collect } = (await import(entry)) as typeof import('../src/telemetry/prometheus/index.js')
      const client = await import('prom-client')
      return pool => collect(pool, { client })
    },
  },
  otelMetrics: {
    title: 'OpenTelemetry metrics (`instrument`, the real SDK)',
    prepare: async () => {
      const { instrument } = await telemetry()
      const { MeterProvider, PeriodicExportingMetricReader, InMemoryMetricExporter, AggregationTemporality } =
        await import('@opentelemetry/sdk-metrics')
      const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
      const meterProvider = new MeterProvider({ readers: [reader] })
      return pool => instrument(pool, { meterProvider, tracerProvider: false })
    },
  },
  otelSpans: {
    title: 'OpenTelemetry spans, each recorded (`instrument`, the real SDK)',
    prepare: async () => {
      const { instrument } = await telemetry()
      const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base')
      const tracerProvider = new BasicTracerProvider()
      return pool => instrument(pool, { meterProvider: false, tracerProvider })
    },
  },
  points: {
    title: 'a subscriber to the channels of state changes (`statepool:pool.down`, …)',
    processWide: true,
    prepare: async () => () => {
      const names = ['statepool:pool.down', 'statepool:pool.recovered']
      const listener = () => {}
      for (const name of names) subscribe(name, listener)
      return () => {
        for (const name of names) unsubscribe(name, listener)
      }
    },
  },
  channel: {
    title: 'an empty subscriber to the tracing channel `statepool:acquire`',
    processWide: true,
    prepare: async () => () => {
      const listeners = { start() {}, end() {}, asyncStart() {}, asyncEnd() {}, error() {} }
      const channel = tracingChannel('statepool:acquire')
      channel.subscribe(listeners)
      return () => channel.unsubscribe(listeners)
    },
  },
}

async function telemetry(): Promise<typeof import('../src/telemetry/otel/index.js')> {
  const entry: string = 'statepool/otel' // not a literal, as in the worker
  return await import(entry)
}
