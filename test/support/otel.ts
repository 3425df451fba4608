// OpenTelemetry's own SDK, with exporters that keep everything in memory.

import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { onTestFinished } from 'vitest'

class ReaderOnDemand extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** One metric, as exporters get it. */
export interface Collected {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly points: readonly DataPoint<number>[]
  readonly histograms: readonly DataPoint<Histogram>[]
}

/** A provider, and what it has collected, by name. */
export function metricsInMemory() {
  const reader = new ReaderOnDemand()
  const meterProvider = new MeterProvider({ readers: [reader] })
  const collect = async (): Promise<Map<string, Collected>> => {
    const { resourceMetrics, errors } = await reader.collect()
    if (errors.length > 0) throw errors[0]
    const all = resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics)
    return new Map(
      all.map(({ descriptor: { name, unit, description }, dataPoints }) => [
        name,
        {
          name,
          unit,
          description,
          points: dataPoints as DataPoint<number>[],
          histograms: dataPoints as DataPoint<Histogram>[],
        },
      ]),
    )
  }
  return { meterProvider, collect }
}

/** A provider, and the spans that have ended. Until the test is over, contexts follow asynchronous calls, as they do in applications. */
export function spansInMemory() {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const contexts = new AsyncLocalStorageContextManager()
  context.setGlobalContextManager(contexts.enable())
  onTestFinished(() => {
    context.disable()
  })
  const spans = (name?: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter(span => name === undefined || span.name === name)
  return { tracerProvider, spans, tracer: tracerProvider.getTracer('test') }
}

/** How long a span took, in milliseconds. */
export function lengthOf({ duration: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1_000 + nanoseconds / 1e6
}
