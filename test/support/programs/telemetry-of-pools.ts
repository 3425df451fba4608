// What OpenTelemetry gets of a pool with the drivers' own instrumentations: `pg-pool` for the real one, `pg` and `mysql2` for drop-ins.
//
//     telemetry-of-pools pg-pool|pg|mysql2 CONFIG (as JSON) CALLERS

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import pg from 'pg'
import { createPool } from '../../../src/db/mysql2/index.js'
import { Pool } from '../../../src/db/pg/index.js'
import { instrument } from '../../../src/telemetry/otel/index.js'

const [kind = '', config = '', callers = ''] = process.argv.slice(2)

class Reader extends MetricReader {
  override async onForceFlush() {}
  override async onShutdown() {}
}
const reader = new Reader()
const exporter = new InMemorySpanExporter()
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
registerInstrumentations({ instrumentations: [new PgInstrumentation(), new MySQL2Instrumentation()] })
// They patch what is required from now on; what was loaded before is patched in its place.
const require = createRequire(pathToFileURL(`${process.cwd()}/program.js`))
for (const name of ['pg', 'pg-pool', 'mysql2']) require(name)
require(join(dirname(require.resolve('mysql2')), 'lib', 'connection.js')) // by its address: no entry leads to it

const tracer = trace.getTracer('app')
let strayed = 0

/** Calls within a span of its own; the callback that the work gets has to be called in it, too. */
function asCaller(work: (called: () => void) => void): Promise<void> {
  const span = tracer.startSpan('caller')
  return new Promise(resolve => {
    context.with(trace.setSpan(context.active(), span), () =>
      work(() => {
        if (trace.getActiveSpan() !== span) strayed++
        span.end()
        resolve()
      }),
    )
  })
}

/** The ways to a connection that an application has. */
const { ways, query, end } = open()

function open() {
  if (kind === 'mysql2') {
    const pool = createPool(JSON.parse(config))
    instrument(pool)
    const promises = pool.promise()
    return {
      ways: [
        (called: () => void) =>
          pool.getConnection((_, connection) => {
            connection.release()
            called()
          }),
        (called: () => void) =>
          promises.getConnection().then(connection => {
            connection.release()
            called()
          }),
      ],
      query: (called: () => void) => pool.query('select 1', called),
      end: () => promises.end(),
    }
  }
  const pool: pg.Pool = kind === 'pg' ? new Pool(JSON.parse(config)) : new pg.Pool(JSON.parse(config))
  if (pool instanceof Pool) instrument(pool, { oldNames: true })
  return {
    ways: [
      (called: () => void) =>
        pool.connect((_, _client, done) => {
          done()
          called()
        }),
      (called: () => void) =>
        pool.connect().then(client => {
          client.release()
          called()
        }),
    ],
    query: (called: () => void) => pool.query('select 1', called),
    end: () => pool.end(),
  }
}

await Promise.all(
  Array.from({ length: Number(callers) }, (_, index) => asCaller(ways[index % ways.length] ?? query)),
)
const ofWays = strayed
await asCaller(query)

const spans = exporter.getFinishedSpans()
const nameById = new Map(spans.map(span => [span.spanContext().spanId, span.name]))
const callersServed = new Set<string>()
const found = new Map<string, number>()
for (const { name, parentSpanContext } of spans) {
  const parent = nameById.get(parentSpanContext?.spanId ?? '')
  const key = parent === undefined ? name : `${parent} > ${name}`
  found.set(key, (found.get(key) ?? 0) + 1)
  if (name === 'statepool.acquire') callersServed.add(parentSpanContext?.spanId ?? '')
}
const { resourceMetrics } = await reader.collect()
const collected = resourceMetrics.scopeMetrics.flatMap(({ scope, metrics: ofScope }) =>
  ofScope.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => ({
      scope: scope.name,
      name: descriptor.name,
      unit: descriptor.unit,
      state: attributes['db.client.connection.state'],
      pool: attributes['db.client.connection.pool.name'],
      value: typeof value === 'number' ? value : (value as { count: number }).count,
    })),
  ),
)
await end()
console.log(
  JSON.stringify({
    spans: Object.fromEntries(found),
    strayed: ofWays,
    callersServed: callersServed.size,
    metrics: collected,
  }),
)
