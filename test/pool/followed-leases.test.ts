// What a pool pays for each acquire and release on behalf of those who follow it: one comparison while there are none.

import { expect, it } from 'vitest'
import { trace } from '../../src/actors/watching/tracing.js'
import { track } from '../../src/actors/watching/trackers.js'
import { systemOf } from '../../src/telemetry/observe.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

function followed() {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const { parts } = systemOf(pool)
  return { pool, clock, parts, followers: () => parts.followers }
}

it('a subscriber to rare events follows no lease; one to those of leases does, until it leaves', () => {
  const { pool, followers } = followed()
  const rare = pool.eventsOf('pool.down', 'connection.lost').subscribe()
  expect(followers()).toBe(0)
  const all = pool.events$.subscribe()
  const some = pool.eventsOf('lease.released', 'acquire.granted').subscribe()
  expect(followers()).toBe(2)
  for (const subscription of [all, some, some, rare]) subscription.unsubscribe()
  expect(followers()).toBe(0)
})

it('trackers count as one, and so do tracers, however often each is taken away', () => {
  const { parts, followers } = followed()
  const tracker = { ...unheard }
  const stops = [
    track(parts, tracker),
    track(parts, { ...unheard }),
    trace(parts, silent),
    trace(parts, { ...silent }),
    trace(parts, silent),
  ]
  expect(followers()).toBe(2)
  for (const stop of [...stops, ...stops]) stop()
  expect(followers()).toBe(0)
  expect(parts).toMatchObject({ tracker: undefined, tracers: undefined })
})

it('a closed pool has none: its subscribers are told of the end, and of no lease after it', async () => {
  const { pool, clock, followers } = followed()
  await clock.advance(100)
  let ended = false
  pool.events$.subscribe({ complete: () => (ended = true) })
  const closing = pool.close()
  await clock.advance(1_000)
  await closing
  expect(ended).toBe(true)
  expect(followers()).toBe(0)
  pool.events$.subscribe()
  expect(followers()).toBe(0)
})

const nothing = () => {}
const unheard = {
  granted: nothing,
  returned: nothing,
  connected: nothing,
  connectFailed: nothing,
  timedOut: nothing,
  closed: nothing,
}
const silent = {
  acquire: (_pool: string, _request: number, run: () => void) => {
    run()
    return nothing
  },
  connect: () => nothing,
  transaction: <T>(_pool: string, _begin: object, run: () => Promise<T>) => run(),
}
