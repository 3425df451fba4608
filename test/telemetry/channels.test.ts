// Node's diagnostics channels: what the pool publishes on them, in which order, and in whose async context.

import { AsyncLocalStorage } from 'node:async_hooks'
import { type ChannelListener, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, expect, it } from 'vitest'
import { SimulatedError } from '../../src/db/simulated/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const parts = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function listen(name: string, listener: ChannelListener) {
  subscribe(name, listener)
  stops.push(() => unsubscribe(name, listener))
}

/** Everything that is published on a tracing channel: the part's name, and the message as it was at that moment. */
function follow(name: string): [part: string, message: unknown][] {
  const heard: [string, unknown][] = []
  for (const part of parts)
    listen(`tracing:${name}:${part}`, message => heard.push([part, { ...(message as object) }]))
  return heard
}

it('a caller that is served at once is traced from its call to its lease', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const heard = follow('statepool:acquire')
  const lease = await pool.acquire()
  const asked = { pool: pool.name, request: expect.any(Number) }
  const served = { ...asked, result: { lease: lease.id, connection: 'connection-1', position: 0 } }
  expect(heard).toEqual([
    ['start', asked],
    ['end', asked],
    ['asyncStart', served],
    ['asyncEnd', served],
  ])
})

it('a caller that names a tenant and a lane is traced with both', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, lanes: { reports: { max: 1 } } })
  await clock.advance(100)
  const heard = follow('statepool:acquire')
  await pool.acquire({ tenant: 'acme', lane: 'reports' })
  for (const [, message] of heard) expect(message).toMatchObject({ tenant: 'acme', lane: 'reports' })
  expect(heard).toHaveLength(4)
})

it('a caller that waits hears of its lease before it goes on, in its own async context', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const caller = new AsyncLocalStorage<string>()
  const story: unknown[] = []
  listen('tracing:statepool:acquire:start', () => story.push(['start', caller.getStore()]))
  listen('tracing:statepool:acquire:asyncEnd', () => story.push(['asyncEnd', caller.getStore()]))
  const waiting = caller.run('the waiting one', async () => {
    await pool.acquire()
    story.push('goes on')
  })
  caller.run('the releasing one', () => holder.release())
  await waiting
  expect(story).toEqual([['start', 'the waiting one'], ['asyncEnd', 'the waiting one'], 'goes on'])
})

it('a caller that is refused is traced with its error', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  await pool.acquire()
  const heard = follow('statepool:acquire')
  const refused = watch(pool.acquire({ timeout: 50 }))
  await clock.advance(50)
  const told = { pool: pool.name, request: expect.any(Number), error: refused.error }
  expect(refused.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
  expect(heard.map(([part]) => part)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
  expect(heard.at(-1)).toEqual(['asyncEnd', told])
})

it('a statement that is sent on a connection which others share is traced without an error', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, share: { depth: 2 } })
  await clock.advance(100)
  const heard = follow('statepool:acquire')
  const answers = Promise.all(['select 1', 'select 2', 'select 3'].map(text => pool.query(text)))
  await clock.advance(100)
  await answers
  expect(heard.filter(([part]) => part === 'error')).toEqual([])
  expect(heard.at(-1)).toEqual([
    'asyncEnd',
    { pool: pool.name, request: expect.any(Number), result: { shared: true, position: 1 } },
  ])
})

it.each([
  ['whose signal was aborted before', { signal: AbortSignal.abort() }, 'ACQUIRE_ABORTED'],
  ['that will not wait', { timeout: 0 }, 'ACQUIRE_TIMEOUT'],
])('a caller %s is traced, too', async (_, options, code) => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  await pool.acquire()
  const heard = follow('statepool:acquire')
  const refused = watch(pool.acquire(options))
  await clock.advance(0)
  expect(refused.error).toMatchObject({ code })
  expect(heard.at(-1)).toMatchObject(['asyncEnd', { error: { code } }])
})

it('a caller that waits when the pool closes is traced to its end', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  const heard = follow('statepool:acquire')
  const refused = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  pool.actor.stop()
  await clock.advance(0)
  expect(refused.error).toMatchObject({ code: 'POOL_CLOSED' })
  expect(heard.at(-1)).toMatchObject(['asyncEnd', { error: { code: 'POOL_CLOSED' } }])
})

it('a store that is bound to a caller’s start is there while the pool is asked, and gone afterwards', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const store = new AsyncLocalStorage<unknown>()
  const { start } = tracingChannel('statepool:acquire')
  start.bindStore(store, message => (message as { pool: string }).pool)
  stops.push(() => start.unbindStore(store))
  const seen: unknown[] = []
  listen('tracing:statepool:acquire:end', () => seen.push(store.getStore()))
  await pool.acquire()
  expect(seen).toEqual([undefined])
  expect(store.getStore()).toBeUndefined()
})

it('a connect is traced until it is open, outside of the async context of the caller that caused it', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  const heard = follow('statepool:connect')
  const caller = new AsyncLocalStorage<string>()
  const contexts: unknown[] = []
  listen('tracing:statepool:connect:start', () => contexts.push(caller.getStore()))
  listen('tracing:statepool:connect:asyncEnd', () => contexts.push(caller.getStore()))
  const acquiring = caller.run('a caller', () => pool.acquire())
  await clock.advance(0)
  const begun = { pool: pool.name, connection: 'connection-1' }
  expect(heard).toEqual([
    ['start', begun],
    ['end', begun],
  ])
  await clock.advance(100)
  await acquiring
  expect(heard.slice(2)).toEqual([
    ['asyncStart', { ...begun, result: 'open' }],
    ['asyncEnd', { ...begun, result: 'open' }],
  ])
  expect(contexts).toEqual([undefined, undefined])
})

it('a connect that fails is traced with its error, and one that is given up with the reason', async () => {
  const error = new SimulatedError('28P01', 'no', { fatal: true })
  const heard = follow('statepool:connect')
  const failing = poolInSimulatedTime({ min: 1 }, {}, () => ({ connect: () => Promise.reject(error) }))
  await failing.clock.advance(0)
  const last = () => heard.at(-1)
  await failing.pool.close()
  expect(heard.find(([part]) => part === 'error')).toMatchObject([
    'error',
    { error: { code: 'CONNECT_FAILED' } },
  ])

  const slow = poolInSimulatedTime({ min: 1 })
  await slow.clock.advance(0)
  await slow.pool.close()
  await slow.clock.advance(0)
  expect(last()).toMatchObject(['asyncEnd', { pool: slow.pool.name, result: 'pool closing' }])
})

it('a transaction is traced over all of its attempts', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const heard = follow('statepool:transaction')
  let attempts = 0
  const transaction = watch(
    pool.transaction(
      async () => {
        if (++attempts === 1) throw new SimulatedError('40001', 'serialization failure', { fatal: false })
        return 'done'
      },
      { retry: 1, isolation: 'serializable' },
    ),
  )
  for (let turn = 0; turn < 10; turn++) await clock.advance(10)
  expect(transaction.value).toBe('done')
  expect(attempts).toBe(2)
  const message = { pool: pool.name, isolation: 'serializable' }
  expect(heard).toMatchObject([
    ['start', message],
    ['end', message],
    ['asyncStart', { ...message, result: 'done' }],
    ['asyncEnd', { ...message, result: 'done' }],
  ])
})

it('changes of a pool’s state have a channel each', async () => {
  const heard: unknown[] = []
  for (const name of ['paused', 'resumed', 'draining', 'closed'])
    listen(`statepool:pool.${name}`, (message, channel) => heard.push([channel, message]))
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  await clock.advance(0)
  pool.pause()
  await clock.advance(5)
  pool.resume()
  await pool.close()
  expect(heard).toEqual([
    ['statepool:pool.paused', { at: 0, pool: pool.name, type: 'pool.paused' }],
    ['statepool:pool.resumed', { at: 5, pool: pool.name, type: 'pool.resumed' }],
    ['statepool:pool.draining', { at: 5, pool: pool.name, type: 'pool.draining' }],
    ['statepool:pool.closed', { at: 5, pool: pool.name, type: 'pool.closed' }],
  ])
})

it('messages carry no connection and no lease', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const heard = follow('statepool:acquire')
  await clock.advance(100)
  const lease = await pool.acquire()
  const values = heard.flatMap(([, message]) => Object.values(message as object))
  expect(values.every(value => value !== lease && value !== lease.connection)).toBe(true)
})
