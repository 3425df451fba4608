// An inspector that attaches to a running pool is told of all that lives, and then of everything as it happens.

import { describe, expect, it } from 'vitest'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import { simulated } from '../../src/db/simulated/index.js'
import type { Pool } from '../../src/index.js'
import { createPoolAsChild } from '../support/pool-as-child.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

interface Running {
  readonly pool: Pool<SimulatedConnection>
  readonly clock: SimulatedClock
}

const own = (): Running => poolInSimulatedTime({ min: 2, max: 3 })

function child(): Running {
  const clock = createSimulatedClock()
  const driver = simulated({ clock, unhealthyRate: 0 })
  return { clock, pool: createPoolAsChild(driver, { clock, random: () => 0, min: 2, max: 3 }) }
}

const idOf = ({ actorRef }: InspectionEvent) => (actorRef as AnyActorRef).id

/** What an inspector can draw: which actors it has heard of, and the state that it saw each in last. */
function statesIn(events: readonly InspectionEvent[]): Record<string, unknown> {
  const states: Record<string, unknown> = {}
  for (const event of events) {
    if (event.type === '@xstate.actor') states[idOf(event)] = 'known'
    else
      expect(Object.keys(states), `${event.type} of an actor that it never heard of`).toContain(idOf(event))
    if (event.type === '@xstate.snapshot') states[idOf(event)] = (event.snapshot as { value?: unknown }).value
  }
  return states
}

describe.each([
  ['with a system of its own', own],
  ['in a system of the application’s', child],
])('of a pool %s', (_, start) => {
  it('hears of the pool and of each connection at once, in the states that they are in', async () => {
    const { pool, clock } = start()
    await clock.advance(100)
    await pool.acquire()
    const seen: InspectionEvent[] = []
    pool.inspect(event => seen.push(event))
    expect(seen.map(({ type }) => type)).toEqual(Array(3).fill(['@xstate.actor', '@xstate.snapshot']).flat())
    expect(statesIn(seen)).toEqual({
      pool: 'running',
      'connection-1': 'idle',
      'connection-2': { busy: 'leased' },
    })
  })

  it('hears in each event which system it is about, as XState says it', async () => {
    const { pool, clock } = start()
    await clock.advance(100)
    const seen: InspectionEvent[] = []
    pool.inspect(event => seen.push(event))
    const introductions = seen.length
    await pool.use(() => {})
    expect(seen.length).toBeGreaterThan(introductions)
    expect(new Set(seen.map(({ rootId }) => rootId)).size).toBe(1)
  })

  it('hears of a connection that is opened or ends later, once', async () => {
    const { pool, clock } = start()
    await clock.advance(100)
    const seen: InspectionEvent[] = []
    pool.inspect(event => seen.push(event))
    const leases = [await pool.acquire(), await pool.acquire()]
    const third = pool.acquire()
    await clock.advance(100)
    leases.push(await third)
    expect(statesIn(seen)).toMatchObject({ 'connection-3': { busy: 'leased' } })
    const actors = seen.filter(({ type }) => type === '@xstate.actor')
    expect(actors.map(idOf)).toEqual(['pool', 'connection-1', 'connection-2', 'connection-3'])
    leases[2]?.destroy()
    await clock.advance(10)
    expect(statesIn(seen)).toMatchObject({ 'connection-3': 'closed' })
    for (const lease of leases.slice(0, 2)) lease.release()
  })

  it('comes in whatever moment, also from within a message, and hears of all', async () => {
    const { pool, clock } = start()
    await clock.advance(100)
    const late: InspectionEvent[] = []
    const stop = pool.inspect(event => {
      if (event.type !== '@xstate.event' || event.event.type !== 'checkout') return
      stop()
      pool.inspect(inner => late.push(inner))
    })
    const lease = await pool.acquire()
    expect(statesIn(late)).toEqual({
      pool: 'running',
      'connection-1': 'idle',
      'connection-2': { busy: 'leased' },
    })
    lease.release()
  })

  it('is told no more once it has stopped', async () => {
    const { pool, clock } = start()
    await clock.advance(100)
    let calls = 0
    const stop = pool.inspect(() => calls++)
    expect(calls).toBe(6)
    stop()
    await pool.use(() => {})
    expect(calls).toBe(6)
  })
})

it('does not hear of actors of the application, nor of another pool beside it', async () => {
  const { pool, clock } = child()
  await clock.advance(100)
  const seen: InspectionEvent[] = []
  pool.inspect(event => seen.push(event))
  const root = (pool.actor as AnyActorRef)._parent as AnyActorRef
  root.send({ type: 'whatever' })
  expect(seen.filter(({ actorRef }) => actorRef === root)).toEqual([])
})

it('sees the end of a pool that was closed before it came', async () => {
  const { pool, clock } = own()
  const closing = pool.close()
  await clock.advance(100)
  await closing
  const seen: InspectionEvent[] = []
  pool.inspect(event => seen.push(event))
  expect(statesIn(seen)).toEqual({ pool: 'closed' })
})
