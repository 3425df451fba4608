// instrument() called again for a pool: nothing is told twice, whatever the two calls have in common, and no option is ignored in silence.

import { metrics, trace } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type InstrumentOptions, instrument } from '../../src/telemetry/otel/index.js'
import { metricsInMemory, spansInMemory } from '../support/otel.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

async function pooled() {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  return pool
}

const waits = async (collect: ReturnType<typeof metricsInMemory>['collect']) =>
  (await collect()).get('db.client.connection.wait_time')?.histograms.map(({ value }) => value.count)

describe.each<[string, InstrumentOptions, InstrumentOptions, string]>([
  ['oldNames', {}, { oldNames: true }, 'oldNames must be the same as in the call'],
  [
    'recordsPerSecond',
    { recordsPerSecond: Number.POSITIVE_INFINITY },
    {},
    '(Infinity), or that one has to be stopped first; got 1000.',
  ],
  ['requireParentSpan', {}, { requireParentSpan: true }, 'requireParentSpan must be the same'],
  ['spans', { spans: { acquire: false } }, {}, 'spans.acquire must be the same'],
])('with another value of %s', (_, first, again, message) => {
  it('is refused until the first call has been stopped', async () => {
    const { meterProvider } = metricsInMemory()
    const { tracerProvider } = spansInMemory()
    const pool = await pooled()
    const providers = { meterProvider, tracerProvider }
    const stop = instrument(pool, { ...providers, ...first })
    expect(() => instrument(pool, { ...providers, ...again })).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) }),
    )
    stop()
    instrument(pool, { ...providers, ...again })
  })
})

it('a call that is refused has begun nothing', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const { tracerProvider, spans } = spansInMemory()
  const pool = await pooled()
  const stop = instrument(pool, { meterProvider: false, tracerProvider })
  expect(() => instrument(pool, { meterProvider, tracerProvider, requireParentSpan: true })).toThrow()
  ;(await pool.acquire()).release()
  expect(await waits(collect)).toBeUndefined()
  stop()
  ;(await pool.acquire()).release()
  expect(spans('statepool.acquire')).toHaveLength(1)
})

it('attributes in another order are the same attributes', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const pool = await pooled()
  for (const attributes of [
    { zone: 'a', rack: 1 },
    { rack: 1, zone: 'a' },
  ])
    instrument(pool, { meterProvider, tracerProvider: false, attributes })
  ;(await pool.acquire()).release()
  expect(await waits(collect)).toEqual([1])
})

it('the global providers, and the same ones by name, are told once', async () => {
  const { meterProvider, collect } = metricsInMemory()
  const { tracerProvider, spans } = spansInMemory()
  metrics.setGlobalMeterProvider(meterProvider)
  trace.setGlobalTracerProvider(tracerProvider)
  onTestFinished(() => {
    metrics.disable()
    trace.disable()
  })
  const pool = await pooled()
  instrument(pool)
  instrument(pool, { meterProvider, tracerProvider })
  ;(await pool.acquire()).release()
  expect(await waits(collect)).toEqual([1])
  expect(spans('statepool.acquire')).toHaveLength(1)
})

it('instrumented and stopped again and again, the pool is followed by none', async () => {
  const { meterProvider } = metricsInMemory()
  const { tracerProvider } = spansInMemory()
  const pool = await pooled()
  let following = 0
  const { subscribe } = pool.actor
  vi.spyOn(pool.actor, 'subscribe').mockImplementation(((observer: object) => {
    following++
    const { unsubscribe } = subscribe.call(pool.actor, observer as never)
    const leave = () => {
      following--
      unsubscribe()
    }
    return { unsubscribe: leave }
  }) as never)
  for (let time = 0; time < 10; time++) {
    const stops = [1, 2].map(() => instrument(pool, { meterProvider, tracerProvider }))
    expect(following).toBe(4)
    for (const stop of [...stops, ...stops]) stop()
    expect(following).toBe(0)
  }
})

it('a pool that is closed can be instrumented, which is over at once', async () => {
  const { pool, clock } = poolInSimulatedTime()
  const closed = pool.close()
  await clock.advance(1_000)
  await closed
  const { tracerProvider } = spansInMemory()
  expect(instrument(pool, { meterProvider: false, tracerProvider })).not.toThrow()
})
