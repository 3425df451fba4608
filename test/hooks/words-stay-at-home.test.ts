// What a hook throws may have SQL and its parameters in it: recordings, the inspector's page and spans have the kind of the error alone.
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, it } from 'vitest'
import { systemBehind } from '../../src/actors/create-pool.js'
import { Feed } from '../../src/inspector/feed.js'
import { recorder } from '../../src/recorder/index.js'
import { instrument } from '../../src/telemetry/otel/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const secret = 'hunter2'
const fails = (thrown: unknown) => () => Promise.reject(thrown)
const error = Object.assign(new Error(`could not set it.\n  UPDATE users SET token = '${secret}'`), {
  code: '42601',
})

it.each([
  ['onLend', { onLend: fails(error) }, '42601'],
  ['onLend with a text', { onLend: fails(`no tenant ${secret}`) }, 'string'],
  ['onConnect', { onConnect: fails(error) }, '42601'],
  ['onReturn', { onLend: () => {}, onReturn: fails(error) }, '42601'],
])('what %s throws is in no recording, on no page and in no span', async (_hook, hooks, kind) => {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2, acquireTimeout: 500, ...hooks })
  const flight = recorder(pool, { incidents: false })
  const feed = new Feed(0, systemBehind(pool.actor) as never, () => 0, 100)
  const stop = instrument(pool, { tracerProvider, meterProvider: false })
  const lease = watch(pool.acquire())
  await clock.advance(400)
  lease.value?.release()
  const pieces = [Buffer.from(feed.frame(0))]
  await clock.advance(400)
  pieces.push(Buffer.from(feed.frame(0)), Buffer.from(feed.since(undefined, 0)?.message ?? ''))
  const { notices } = flight.dump()
  const spans = exporter.getFinishedSpans().map(({ status }) => status)
  const kept = [JSON.stringify(notices), Buffer.concat(pieces).toString(), JSON.stringify(spans)].join('\n')
  expect(kept).not.toContain(secret)
  expect(kept).toMatch(new RegExp(`threw.*${kind}`))
  stop()
  feed.close()
})
