// pool.inspect shows the actor system at work, on demand; pool.actor can be watched like any actor.

import { expect, it } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('shows events and snapshots of the pool and of its connections, until it is stopped', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const seen: InspectionEvent[] = []
  const stop = pool.inspect(event => seen.push(event))
  await pool.use(() => {})
  const types = seen.flatMap(event => (event.type === '@xstate.event' ? [event.event.type] : []))
  expect(types).toEqual(['acquire', 'checkout', 'release'])
  expect(seen.some(event => event.type === '@xstate.snapshot')).toBe(true)
  stop()
  const before = seen.length
  await pool.use(() => {})
  expect(seen).toHaveLength(before)
})

it('lends and takes back in the same way while somebody inspects', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2, validateAfter: 0 })
  const stop = pool.inspect(() => {})
  await clock.advance(100)
  const work = Promise.all(
    Array.from({ length: 10 }, () => pool.use(connection => connection.query('SELECT 1'))),
  )
  await clock.advance(1_000)
  await work
  expect(pool.stats()).toMatchObject({ busy: 0, waiting: 0, acquired: 10, released: 10 })
  const closing = pool.close()
  await clock.advance(10)
  await closing
  expect(database.open).toBe(0)
  stop()
})

it('lets the pool’s state be subscribed to', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const states: unknown[] = []
  pool.actor.subscribe(({ value }) => {
    if (states.at(-1) !== value) states.push(value)
  })
  await clock.advance(100)
  const closing = pool.close()
  await clock.advance(10)
  await closing
  expect(states).toEqual(['running', { draining: 'waiting' }, 'closed'])
})

it('takes an observer that is not interested, and refuses what is none', async () => {
  const { pool } = poolInSimulatedTime({ min: 1 })
  pool.inspect({})
  await pool.close()
  expect(() => pool.inspect(5 as never)).toThrow('a function or an object with a next method')
})

it('can be found and persisted by name: the pool, and its connections as the machine calls them', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  expect(pool.actor.id).toBe('pool')
  expect(pool.actor.system.get('pool')).toBe(pool.actor)
  expect(pool.actor.getPersistedSnapshot()).toMatchObject({
    children: { 'connection-1': { src: 'connection', snapshot: { value: 'idle' } } },
  })
})
