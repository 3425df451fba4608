// A pool whose actor is stopped from outside, or fails: no goodbyes, but nobody is left waiting and nothing is left open.

import { afterEach, expect, it, vi } from 'vitest'
import { Roster } from '../../src/actors/connections/roster.js'
import { createPool, PoolClosedError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { ScriptedDriver } from '../support/scripted-driver.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

afterEach(() => {
  vi.restoreAllMocks()
})

it('refuses those who wait, revokes leases, destroys connections and leaves no timer when it is stopped', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2, leakWarning: 60_000 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const other = await Promise.all([pool.acquire(), clock.advance(100)]).then(([second]) => second)
  const waiting = [watch(pool.acquire()), watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))]
  const told: string[] = []
  pool.events$.subscribe({
    next: event => told.push('reason' in event ? `${event.type}: ${event.reason}` : event.type),
    complete: () => told.push('complete'),
  })

  pool.actor.stop()
  await clock.advance(0)

  for (const caller of waiting) {
    expect(caller.error).toBeInstanceOf(PoolClosedError)
    expect(caller.error).toMatchObject({
      message: expect.stringContaining('without a close(): its actor was stopped'),
    })
  }
  expect(() => lease.connection).toThrow(expect.objectContaining({ code: 'LEASE_REVOKED' }))
  other.release()
  expect(database).toMatchObject({ open: 0, totals: { destroyed: 2 } })
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0, waiting: 0, closed: 2 })
  const ended = 'connection.closed: pool closing'
  const lost = ['lease.revoked', ended, 'lease.revoked', ended]
  expect(told).toEqual(['acquire.refused', 'acquire.refused', ...lost, 'pool.closed', 'complete'])
  expect(clock.pending).toBe(0)
  await expect(pool.acquire()).rejects.toBeInstanceOf(PoolClosedError)
  await expect(pool.close()).resolves.toBeUndefined()
})

it('refuses those who wait in a pause, and those who wait for it to be ready', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2 })
  const ready = watch(pool.ready())
  pool.pause()
  const caller = watch(pool.acquire())
  pool.actor.stop()
  await clock.advance(1_000)
  expect(ready.error).toBeInstanceOf(PoolClosedError)
  expect(caller.error).toBeInstanceOf(PoolClosedError)
  expect(database.open).toBe(0)
  expect(clock.pending).toBe(0)
})

it('destroys a connection that opens after the pool was stopped', async () => {
  const driver = new ScriptedDriver()
  const clock = createSimulatedClock()
  const pool = createPool(driver, { clock, min: 1 })
  pool.actor.stop()
  driver.answerLate('succeed')
  await clock.advance(0)
  expect(driver.calls.map(({ question, abandoned }) => ({ question, abandoned }))).toEqual([
    { question: 'connect', abandoned: true },
  ])
  expect(driver.openConnections).toEqual([])
})

it('ends its sockets at once: nothing is left that could wait for a server that works on', async () => {
  const destroyed: unknown[] = []
  const { pool, clock } = poolInSimulatedTime({ min: 1 }, {}, () => ({
    destroy: (_, options) => void destroyed.push(options),
  }))
  await clock.advance(150)
  pool.actor.stop()
  await clock.advance(0)
  expect(destroyed).toEqual([{ atOnce: true }])
})

it('says what failed when the actor fails by a defect', async () => {
  const defect = new Error('no roster')
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  await pool.acquire()
  vi.spyOn(Roster.prototype, 'add').mockImplementation(() => {
    throw defect
  })
  const caller = watch(pool.acquire())
  await clock.advance(100)
  expect(caller.error).toBeInstanceOf(PoolClosedError)
  expect(caller.error).toMatchObject({
    message: expect.stringContaining('without a close(): its actor failed.'),
    cause: defect,
  })
  expect(database.open).toBe(0)
  expect(clock.pending).toBe(0)
  await expect(pool.close()).rejects.toBe(defect)
})
