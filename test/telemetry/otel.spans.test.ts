// The spans of statepool/otel: their names, parents, times and outcomes.

import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type Span,
} from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import { SimulatedError } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { instrument } from '../../src/telemetry/otel/index.js'
import { lengthOf, spansInMemory } from '../support/otel.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function tracedPool(
  options: Parameters<typeof instrument>[1] = {},
  size: Parameters<typeof poolInSimulatedTime>[0] = { min: 1, max: 1 },
) {
  const memory = spansInMemory()
  const parts = poolInSimulatedTime(size)
  const { tracerProvider } = memory
  const stop = instrument(parts.pool, { meterProvider: false, tracerProvider, ...options })
  await parts.clock.advance(100)
  /** Runs within a span of its own, and answers the span. */
  const within = <T>(name: string, work: () => T): [T, ReadableSpan] => {
    const span = memory.tracer.startSpan(name)
    return [context.with(trace.setSpan(context.active(), span), work), span as unknown as ReadableSpan]
  }
  return { ...parts, ...memory, stop, within }
}

const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId

describe('a wait for a connection', () => {
  it('is a child of the caller’s span, and says which connection came, and from which position', async () => {
    const { pool, spans, within } = await tracedPool()
    const [acquiring, caller] = within('caller', () => pool.acquire())
    const lease = await acquiring
    const [waiting, second] = within('second', () => pool.acquire())
    const [releasing] = within('third', async () => lease.release())
    await Promise.all([waiting, releasing])
    expect(spans('statepool.acquire')).toMatchObject([
      {
        kind: SpanKind.INTERNAL,
        parentSpanContext: { spanId: idOf(caller) },
        attributes: {
          'db.client.connection.pool.name': pool.name,
          'statepool.connection': 'connection-1',
          'statepool.queue.position': 0,
        },
      },
      { parentSpanContext: { spanId: idOf(second) }, attributes: { 'statepool.queue.position': 1 } },
    ])
  })

  it('says on whose behalf the caller asks, and by which lane, also if it waits for the lane', async () => {
    const { pool, spans } = await tracedPool({}, { max: 2, lanes: { reports: { max: 1 } } })
    const first = await pool.acquire({ tenant: 'acme', lane: 'reports' })
    const second = pool.acquire({ lane: 'reports' })
    first.release()
    ;(await second).release()
    const lease = await pool.acquire()
    lease.release()
    const said = spans('statepool.acquire').map(({ attributes }) => [
      attributes['statepool.tenant'],
      attributes['statepool.lane'],
    ])
    expect(said).toEqual([
      ['acme', 'reports'],
      [undefined, 'reports'],
      [undefined, undefined],
    ])
  })

  it('ends when the pool answers, not when the caller goes on', async () => {
    const memory = spansInMemory()
    const { tracerProvider } = memory
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    instrument(pool, { meterProvider: false, tracerProvider })
    await clock.advance(100)
    const lease = await pool.acquire()
    const asked = performance.now()
    const waiting = pool.acquire()
    lease.release()
    const answered = performance.now()
    while (performance.now() < answered + 50); // the releasing caller goes on with something of its own
    await waiting
    const [, span] = memory.spans('statepool.acquire')
    expect(lengthOf(span as ReadableSpan)).toBeLessThan(answered - asked + 25)
  })

  it('of a statement that is sent on a connection which others share ends well, and says so', async () => {
    const memory = spansInMemory()
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, share: { depth: 2 } })
    instrument(pool, { meterProvider: false, tracerProvider: memory.tracerProvider })
    await clock.advance(100)
    const answers = Promise.all(['select 1', 'select 2', 'select 3'].map(text => pool.query(text)))
    await clock.advance(100)
    await answers
    const [own, waited] = memory.spans('statepool.acquire')
    expect(own?.attributes).toMatchObject({ 'statepool.connection': 'connection-1' })
    expect(waited).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'statepool.shared': true, 'statepool.queue.position': 1 },
    })
    expect(waited?.attributes).not.toHaveProperty('error.type')
  })

  it('that fails has the error’s code and message', async () => {
    const { pool, clock, spans } = await tracedPool()
    await pool.acquire()
    const refused = watch(pool.acquire({ timeout: 20 }))
    await clock.advance(20)
    expect(spans('statepool.acquire')[1]).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: messageOf(refused.error) },
      attributes: { 'error.type': 'ACQUIRE_TIMEOUT' },
    })
  })

  it('has the right parent in 10,000 of 10,000 under contention', async () => {
    const memory = spansInMemory()
    const { tracerProvider, tracer } = memory
    const handles = { name: 'stub', connect: async () => ({}), validate: async () => {} }
    const pools = ['a', 'b'].map(name => {
      const pool = createPool({ ...handles, close: async () => {}, destroy() {} }, { name, max: 3 })
      instrument(pool, { meterProvider: false, tracerProvider })
      return pool
    })
    const expected = new Map<string, string>()
    await Promise.all(
      Array.from({ length: 10_000 }, async (_, index) => {
        const pool = pools[index % 2] as (typeof pools)[0]
        const span = tracer.startSpan('caller') as unknown as Span & ReadableSpan
        await context.with(trace.setSpan(context.active(), span), async () => {
          const lease = await pool.acquire()
          expect(trace.getActiveSpan()).toBe(span)
          if (index % 3 === 0) await null
          lease.release()
        })
        expected.set(idOf(span) as string, pool.name)
      }),
    )
    const spans = memory.spans('statepool.acquire')
    const found = new Map(
      spans.map(({ parentSpanContext, attributes }) => [
        parentSpanContext?.spanId,
        attributes['db.client.connection.pool.name'],
      ]),
    )
    expect(spans).toHaveLength(10_000)
    expect(found).toEqual(expected)
    await Promise.all(pools.map(pool => pool.close()))
  })
})

describe('a connect', () => {
  it('is a root span, whoever caused it, for the connection is not the caller’s', async () => {
    const { pool, clock, spans, within } = await tracedPool({}, { min: 0, max: 1 })
    const [acquiring] = within('caller', () => pool.acquire())
    await clock.advance(100)
    await acquiring
    const [span] = spans('statepool.connect')
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'db.client.connection.pool.name': pool.name, 'statepool.connection': 'connection-1' },
    })
    expect(span?.parentSpanContext).toBeUndefined()
  })

  it('that fails has the error, and one that is given up the reason', async () => {
    const memory = spansInMemory()
    const { tracerProvider } = memory
    const error = new SimulatedError('28P01', 'no', { fatal: true })
    const failing = poolInSimulatedTime({ min: 0, whenDown: 'fail' }, {}, () => ({
      connect: () => Promise.reject(error),
    }))
    instrument(failing.pool, { meterProvider: false, tracerProvider })
    const refused = watch(failing.pool.acquire())
    await failing.clock.advance(0)
    expect(refused.state).toBe('rejected')
    const slow = poolInSimulatedTime({ min: 0 })
    instrument(slow.pool, { meterProvider: false, tracerProvider })
    watch(slow.pool.acquire())
    slow.pool.close()
    await slow.clock.advance(0)
    expect(memory.spans('statepool.connect')).toMatchObject([
      { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'CONNECT_FAILED' } },
      {
        status: { code: SpanStatusCode.UNSET },
        attributes: { 'statepool.close.reason': 'pool closing' },
      },
    ])
  })
})

describe('a transaction', () => {
  it('is a child of the caller’s span, and the parent of its wait and of the callback’s spans', async () => {
    const { pool, clock, spans, tracer, within } = await tracedPool()
    const [running, caller] = within('caller', () =>
      pool.transaction(async () => tracer.startSpan('query').end(), {
        isolation: 'serializable',
        readOnly: true,
      }),
    )
    for (let turn = 0; turn < 4; turn++) await clock.advance(10)
    await running
    const [transaction] = spans('statepool.transaction')
    expect(transaction).toMatchObject({
      parentSpanContext: { spanId: idOf(caller) },
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'statepool.transaction.isolation': 'serializable',
        'statepool.transaction.read_only': true,
      },
    })
    for (const name of ['statepool.acquire', 'query'])
      expect(spans(name)).toMatchObject([{ parentSpanContext: { spanId: idOf(transaction) } }])
  })

  it('that fails has the kind of the error, and not its text, which may have data in it', async () => {
    const { pool, clock, spans } = await tracedPool()
    const failing = watch(
      pool.transaction(() => {
        throw Object.assign(new Error('duplicate key (email)=(ada@example.org)'), { code: '23505' })
      }),
    )
    for (let turn = 0; turn < 4; turn++) await clock.advance(10)
    expect(failing.state).toBe('rejected')
    const [span] = spans('statepool.transaction')
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(span?.attributes['error.type']).toBe('23505')
    expect(span?.events).toEqual([])
  })
})

describe('an option', () => {
  it('renames a kind of span, or turns it off, and what is within it keeps the caller’s span as its parent', async () => {
    const { pool, clock, spans, within } = await tracedPool({
      spans: { acquire: 'pg-pool.connect', transaction: false, connect: false },
    })
    const [running, caller] = within('caller', () => pool.transaction(async () => {}))
    for (let turn = 0; turn < 4; turn++) await clock.advance(10)
    await running
    expect(spans().map(({ name }) => name)).toEqual(['pg-pool.connect'])
    expect(spans()).toMatchObject([{ parentSpanContext: { spanId: idOf(caller) } }])
  })

  it('leaves out what has no parent', async () => {
    const { pool, clock, spans, within } = await tracedPool({ requireParentSpan: true }, { min: 0, max: 1 })
    const background = pool.acquire()
    await clock.advance(100)
    ;(await background).release()
    expect(spans()).toEqual([])
    const [acquiring] = within('caller', () => pool.acquire())
    await acquiring
    expect(spans().map(({ name }) => name)).toEqual(['statepool.acquire'])
  })
})

it('after stop(), and on other pools, nothing is traced', async () => {
  const { pool, spans, stop } = await tracedPool()
  const other = poolInSimulatedTime({ min: 1 })
  await other.clock.advance(100)
  await other.pool.acquire()
  expect(spans()).toEqual([])
  stop()
  stop()
  await pool.acquire()
  expect(spans()).toEqual([])
})

it('a pool that is instrumented twice for one provider has each span once, until both have stopped', async () => {
  const { pool, spans, stop, tracerProvider } = await tracedPool()
  const stopOther = instrument(pool, { meterProvider: false, tracerProvider })
  for (const end of [() => {}, stop, stopOther]) {
    end()
    ;(await pool.acquire()).release()
  }
  expect(spans('statepool.acquire')).toHaveLength(2)
})

it('a pool that is instrumented for two providers tells both, and each until it is stopped', async () => {
  const { pool, spans, stop } = await tracedPool()
  const other = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(other)] })
  const stopOther = instrument(pool, { meterProvider: false, tracerProvider })
  const lease = await pool.acquire()
  const waiting = pool.acquire()
  stop()
  lease.release()
  ;(await waiting).release()
  expect([spans().length, other.getFinishedSpans().length]).toEqual([2, 2])
  ;(await pool.acquire()).release()
  stopOther()
  await pool.acquire()
  expect([spans().length, other.getFinishedSpans().length]).toEqual([2, 3])
})

it('a provider that throws costs callers nothing', async () => {
  const broken = () => {
    throw new Error('broken')
  }
  const tracerProvider = { getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) }
  const { pool, clock } = await tracedPool({ tracerProvider })
  const running = watch(pool.transaction(async () => 'done'))
  for (let turn = 0; turn < 4; turn++) await clock.advance(10)
  expect(running.value).toBe('done')
})
