// pool.events$ tells everything that happens, in order, after it has happened.

import { expect, it } from 'vitest'
import type { PoolNotice } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

function record(pool: ReturnType<typeof poolInSimulatedTime>['pool']) {
  const events: PoolNotice[] = []
  let completed = false
  pool.events$.subscribe({
    next: event => events.push(event),
    complete: () => {
      completed = true
    },
  })
  return { events, types: () => events.map(({ type }) => type), isComplete: () => completed }
}

it('tells the whole story of a lease', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  const { events } = record(pool)
  const acquiring = pool.acquire()
  await clock.advance(100)
  const lease = await acquiring
  await clock.advance(40)
  lease.release()
  await clock.advance(0)
  const request = expect.any(Number)
  expect(events).toEqual([
    { at: 0, pool: pool.name, type: 'pool.ready' },
    { at: 0, pool: pool.name, type: 'acquire.requested', request, waiting: 0 },
    { at: 0, pool: pool.name, type: 'connection.connecting', connection: 'connection-1', serial: 1 },
    { at: 100, pool: pool.name, type: 'connection.ready', connection: 'connection-1', serial: 1, took: 100 },
    {
      at: 100,
      pool: pool.name,
      type: 'acquire.granted',
      request,
      lease: 1,
      connection: 'connection-1',
      waited: 100,
    },
    { at: 140, pool: pool.name, type: 'lease.released', lease: 1, connection: 'connection-1', heldFor: 40 },
  ])
})

it('tells how callers failed', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 2 })
  await clock.advance(100)
  await pool.acquire()
  const { events } = record(pool)
  const controller = new AbortController()
  const callers = [pool.acquire({ timeout: 50 }), pool.acquire({ signal: controller.signal }), pool.acquire()]
  const errors = Promise.all(callers.map(caller => caller.catch(error => error)))
  await clock.advance(50)
  controller.abort()
  await clock.advance(0)
  const [timedOut, aborted, refused] = await errors
  const request = expect.any(Number)
  expect(events.slice(3)).toEqual([
    { at: 100, pool: pool.name, type: 'acquire.refused', request, error: refused },
    { at: 150, pool: pool.name, type: 'acquire.timedOut', request, error: timedOut, waited: 50 },
    { at: 150, pool: pool.name, type: 'acquire.aborted', request, error: aborted, waited: 50 },
  ])
})

it('tells how connections came and went', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  const { events, types } = record(pool)
  await clock.advance(100)
  const lease = await pool.acquire()
  database.change({ connectFailureRate: 1 })
  database.kill(lease.connection)
  await clock.advance(100)
  expect(types()).toEqual([
    'connection.ready',
    'pool.ready',
    'acquire.requested',
    'acquire.granted',
    'lease.revoked',
    'connection.lost',
    'connection.closed',
    'connection.connecting',
    'connection.failed',
    'pool.down',
    'connection.closed',
  ])
  expect(events[4]).toMatchObject({ lease: 1, error: { code: 'LEASE_REVOKED', cause: { code: '57P01' } } })
  expect(events[6]).toMatchObject({ reason: 'lost', error: { code: '57P01' }, serial: 1 })
  expect(events[8]).toMatchObject({ error: { code: 'CONNECT_FAILED' }, serial: 2 })
})

it('tells of the pool itself, and completes when it is closed', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const { types, isComplete } = record(pool)
  await clock.advance(100)
  pool.resize({ max: 3 })
  const closing = pool.close()
  await clock.advance(0)
  expect(isComplete()).toBe(false)
  await clock.advance(10)
  await closing
  expect(types().filter(type => type.startsWith('pool.'))).toEqual([
    'pool.ready',
    'pool.resized',
    'pool.draining',
    'pool.closed',
  ])
  expect(types().at(-1)).toBe('pool.closed')
  expect(isComplete()).toBe(true)
})

it('delivers nothing before the call that caused it has returned', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const { events } = record(pool)
  const acquiring = watch(pool.acquire())
  expect(events).toEqual([])
  await clock.advance(0)
  expect(events).toHaveLength(2)
  acquiring.value?.release()
  expect(events).toHaveLength(2)
})

it('lets a subscriber acquire, release and close from within', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  const log: string[] = []
  pool.events$.subscribe(event => {
    log.push(event.type)
    if (event.type === 'pool.ready') pool.acquire().then(lease => lease.release())
    if (event.type === 'lease.released' && event.lease < 3) pool.use(() => {})
    if (event.type === 'lease.released' && event.lease === 3) pool.close()
  })
  await clock.advance(200)
  expect(log.filter(type => type === 'acquire.granted')).toHaveLength(3)
  expect(log.at(-1)).toBe('pool.closed')
  expect(database.open).toBe(0)
  expect(clock.pending).toBe(0)
})

it('can be stopped listening to', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const events: PoolNotice[] = []
  const subscription = pool.events$.subscribe(event => events.push(event))
  await clock.advance(100)
  const heard = events.length
  subscription.unsubscribe()
  await pool.use(() => {})
  await clock.advance(0)
  expect(heard).toBeGreaterThan(0)
  expect(events).toHaveLength(heard)
})
