// A pool's metrics and spans in OpenTelemetry: here they are printed, in an application an exporter sends them.

import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createPool } from 'statepool'
import { instrument } from 'statepool/otel'
import { simulated } from 'statepool/simulated'

// What an application has already: its OpenTelemetry SDK.
class Reader extends MetricReader {
  override async onForceFlush() {}
  override async onShutdown() {}
}
const reader = new Reader()
const finished = new InMemorySpanExporter()
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(finished)] }),
)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

// #region attach
await using pool = createPool(simulated(), { name: 'orders', min: 0, max: 2 })
instrument(pool) // until the pool is closed
// #endregion

const tracer = trace.getTracer('app')
await tracer.startActiveSpan('GET /orders', async span => {
  await pool.transaction(connection => connection.query('select 1'), { readOnly: true })
  span.end()
})

const spans = finished.getFinishedSpans()
for (const { name, parentSpanContext } of spans) {
  const parent = spans.find(other => other.spanContext().spanId === parentSpanContext?.spanId)
  console.log(name, parent === undefined ? '(a root)' : `in ${parent.name}`)
}
const { resourceMetrics } = await reader.collect()
for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics)) {
  for (const { attributes, value } of dataPoints) {
    const state = attributes['db.client.connection.state'] ?? attributes['error.type'] ?? ''
    console.log(
      descriptor.name,
      state,
      typeof value === 'number' ? value : `${(value as { count: number }).count} recorded`,
    )
  }
}
