// A borrower can have the connection closed instead of giving it back.

import { expect, it } from 'vitest'
import { LeaseError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('closes the socket at once and frees the slot for those who wait', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const waiting = watch(pool.acquire())
  lease.destroy()
  expect(lease.held).toBe(false)
  expect(database.totals.destroyed).toBe(1)
  await clock.advance(100)
  expect(waiting.value?.connection.id).toBe(2)
  expect(database.peak).toBe(1)
})

it('passes the reason on to events$', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  const ends: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') ends.push([event.reason, event.error])
  })
  await clock.advance(100)
  const reason = new Error('SET ROLE was left behind')
  ;(await pool.acquire()).destroy(reason)
  await clock.advance(0)
  expect(ends).toEqual([['destroyed', reason]])
})

it('happens once: doing it again, or releasing afterwards, is a mistake that is told', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.destroy()
  expect(() => lease.destroy()).toThrow(LeaseError)
  expect(() => lease.release()).toThrow(/destroyed/)
  expect(pool.stats()).toMatchObject({ closed: 1, released: 0 })
})
