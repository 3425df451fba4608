// pool.leases() tells who holds what, and pool.waiting() who waits, at the moment at which they are called.

import { expect, it, vi } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function openedPool(max: number, options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({ min: max, max, validateAfter: false, ...options })
  await parts.clock.advance(200)
  return parts
}

it('lists the leases that are out, the longest held first, and not those that have ended', async () => {
  const { pool, clock } = await openedPool(3)
  expect(pool.leases()).toEqual([])
  const first = await pool.acquire()
  await clock.advance(10)
  const second = await pool.acquire()
  const third = await pool.acquire()
  await clock.advance(20)
  const serialOf = (id: string) => Number(id.split('-')[1])
  const { connectionId } = first
  expect(pool.leases()[0]).toEqual({
    lease: 1,
    connection: connectionId,
    serial: serialOf(connectionId),
    acquiredAt: 200,
    heldFor: 30,
    leaked: false,
  })
  expect(pool.leases().map(({ lease, heldFor }) => [lease, heldFor])).toEqual([
    [1, 30],
    [2, 20],
    [3, 20],
  ])
  second.release()
  third.destroy()
  expect(pool.leases().map(({ lease }) => lease)).toEqual([1])
  first.release()
  expect(pool.leases()).toEqual([])
})

it('a connection that was lost is held no longer', async () => {
  const { pool, clock, database } = await openedPool(1)
  const lease = await pool.acquire()
  database.kill(lease.connection)
  await clock.advance(0)
  expect(pool.leases()).toEqual([])
})

it('serials tell connections apart whose names are the same', async () => {
  const { pool, clock } = await openedPool(1)
  ;(await pool.acquire()).destroy()
  await clock.advance(200)
  await pool.acquire()
  expect(pool.leases()).toMatchObject([{ lease: 2, connection: 'connection-1', serial: 2 }])
})

it('lists those who wait in the order in which they are served', async () => {
  const { pool, clock } = await openedPool(1)
  const holder = await pool.acquire()
  const granted: number[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'acquire.granted') granted.push(event.request)
  })
  const callers = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1].map(priority => pool.use(() => {}, { priority }))
  await clock.advance(5)
  callers.push(pool.use(() => {}, { priority: -2, timeout: 1_000 }))
  await clock.advance(10)
  const listed = pool.waiting()
  expect(listed.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(listed.map(({ priority }) => priority)).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, -2])
  expect(listed[0]).toMatchObject({ since: 200, waited: 15, timeout: 30_000 })
  expect(listed.at(-1)).toMatchObject({ since: 205, waited: 10, timeout: 1_000 })
  holder.release()
  await Promise.all(callers)
  expect(granted).toEqual(listed.map(({ request }) => request))
  expect(pool.waiting()).toEqual([])
})

it('lists at position 0 those for whom a connection is being validated, and puts them in front when it fails', async () => {
  const { pool, clock, database } = await openedPool(2, { validateAfter: 0 })
  const callers = [1, 2, 3].map(() => watch(pool.acquire()))
  expect(pool.waiting().map(({ position }) => position)).toEqual([0, 0, 1])
  expect(pool.stats()).toMatchObject({ waiting: 1, validating: 2 })
  const before = pool.waiting().map(({ request }) => request)
  database.change({ unhealthyRate: 1 })
  await clock.advance(15)
  expect(pool.waiting().map(({ position }) => position)).toEqual([1, 2, 3])
  expect(pool.waiting().map(({ request }) => request)).toEqual(before)
  database.change({ unhealthyRate: 0 })
  await clock.advance(400)
  expect(callers.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'pending'])
})

it('a caller who gives up is listed no longer, whether it was in the line or a connection was validated for it', async () => {
  const { pool } = await openedPool(1, { validateAfter: 0 })
  const controller = new AbortController()
  const callers = [1, 2].map(() => watch(pool.acquire({ signal: controller.signal })))
  expect(pool.waiting().map(({ position }) => position)).toEqual([0, 1])
  controller.abort()
  expect(pool.waiting()).toEqual([])
  expect(pool.stats().aborted).toBe(callers.length)
})

it('those who wait for a paused pool, or without a limit, are listed as the others', async () => {
  const { pool, clock } = await openedPool(1)
  pool.pause()
  watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  await clock.advance(40_000)
  expect(pool.waiting()).toMatchObject([{ position: 1, waited: 40_000, timeout: Number.POSITIVE_INFINITY }])
})

it('tells where holders and waiting callers called, and who was reported as a leak, if leakWarning is on', async () => {
  using _ = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const { pool, clock } = await openedPool(1, { leakWarning: 1_000 })
  const loadOrders = () => pool.acquire()
  const loadUsers = () => pool.use(() => {})
  await loadOrders()
  watch(loadUsers())
  expect(pool.leases()).toMatchObject([{ leaked: false }])
  expect(pool.leases()[0]?.acquiredFrom).toMatch(/^at loadOrders \(.*holders-and-waiters\.test\.ts:\d+:\d+\)/)
  expect(pool.waiting()[0]?.acquiredFrom).toMatch(/^at loadUsers \(/)
  await clock.advance(1_000)
  expect(pool.leases()).toMatchObject([{ leaked: true, heldFor: 1_000 }])
})

it('and says nothing of it otherwise', async () => {
  const { pool } = await openedPool(1)
  await pool.acquire()
  watch(pool.acquire())
  expect(pool.leases()[0]).not.toHaveProperty('acquiredFrom')
  expect(pool.waiting()[0]).not.toHaveProperty('acquiredFrom')
})

it('what it tells does not change afterwards, and the lists are the caller’s own', async () => {
  const { pool, clock } = await openedPool(1)
  const lease = await pool.acquire()
  watch(pool.acquire())
  const [leases, waiting] = [pool.leases(), pool.waiting()]
  const before = structuredClone([leases, waiting])
  lease.release()
  await clock.advance(10)
  expect([leases, waiting]).toEqual(before)
  for (const each of [...leases, ...waiting]) expect(Object.isFrozen(each)).toBe(true)
  leases.length = 0
  expect(pool.leases()).toHaveLength(1)
})

it.each(['closed', 'stopped'])('nobody holds anything of a pool that was %s, or waits for it', async how => {
  const { pool, clock } = await openedPool(1)
  await pool.acquire()
  watch(pool.acquire())
  if (how === 'closed') watch(pool.close({ timeout: 0 }))
  else pool.actor.stop()
  await clock.advance(50)
  expect([pool.leases(), pool.waiting()]).toEqual([[], []])
})
