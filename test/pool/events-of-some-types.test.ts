// pool.eventsOf(…types) tells of what was asked for, and the pool makes no other events for its subscribers.
import { expect, expectTypeOf, it } from 'vitest'
import { Notices } from '../../src/actors/watching/notices.js'
import { OptionsError, type PoolNotice } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('delivers the events of its types, in order, and completes when the pool is closed', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  const events: PoolNotice[] = []
  let completed = false
  pool.eventsOf('lease.released', 'connection.lost', 'pool.ready').subscribe({
    next: event => events.push(event),
    complete: () => {
      completed = true
    },
  })
  await clock.advance(100)
  await pool.use(() => {})
  const lease = await pool.acquire()
  database.kill(lease.connection)
  await clock.advance(200)
  expect(events.map(({ type }) => type)).toEqual(['pool.ready', 'lease.released', 'connection.lost'])
  expect(completed).toBe(false)
  await Promise.all([pool.close(), clock.advance(100)])
  expect(completed).toBe(true)
})

it('gives its subscribers the same objects as events$', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const [some, all]: PoolNotice[][] = [[], []]
  pool.eventsOf('acquire.granted').subscribe(event => some?.push(event))
  pool.events$.subscribe(event => all?.push(event))
  await pool.use(() => {})
  await clock.advance(0)
  expect(all?.map(({ type }) => type)).toEqual(['acquire.requested', 'acquire.granted', 'lease.released'])
  expect(some).toHaveLength(1)
  expect(some?.[0]).toBe(all?.[1])
})

it('makes no event that no subscriber wants: not even the time is asked for', () => {
  let readings = 0
  const notices = new Notices(
    () => 'orders',
    () => readings++,
    () => {},
    () => {},
  )
  const subscription = notices.of(['acquire.aborted']).subscribe()
  notices.publish({ type: 'connection.connecting', connection: 'connection-1', serial: 1 })
  expect(readings).toBe(0)
  expect(notices.wants('acquire.granted')).toBe(false)
  expect(notices.wants('acquire.aborted')).toBe(true)
  subscription.unsubscribe()
  expect(notices.wants('acquire.aborted')).toBe(false)
  notices.events$.subscribe().unsubscribe()
  expect(notices.wants('acquire.granted')).toBe(false)
})

it('stops making them when the last subscriber has left', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const heard: string[][] = [[], []]
  const [one, other] = heard.map(list =>
    pool.eventsOf('acquire.granted').subscribe(({ type }) => list.push(type)),
  )
  await pool.use(() => {})
  await clock.advance(0)
  one?.unsubscribe()
  await pool.use(() => {})
  await clock.advance(0)
  other?.unsubscribe()
  await pool.use(() => {})
  await clock.advance(0)
  expect(heard.map(list => list.length)).toEqual([1, 2])
})

it('has the type of what it delivers', () => {
  const { pool } = poolInSimulatedTime()
  pool.eventsOf('connection.closed').subscribe(event => {
    expectTypeOf(event.reason).toBeString()
  })
})

it.each([
  [['pool.dwon'], /type must be a type of event, such as 'pool.down'; got "pool.dwon"/],
  [['toString'], /a type of event: acquire.requested, /],
  [[], /type must be one of the types of events/],
])('refuses the types %j', (types, message) => {
  const { pool } = poolInSimulatedTime()
  const refused = () => pool.eventsOf(...(types as unknown as ['pool.down']))
  expect(refused).toThrow(OptionsError)
  expect(refused).toThrow(message)
})
