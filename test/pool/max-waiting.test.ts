// The line is bounded by maxWaiting: callers who wait for somebody else to be done.

import { expect, it } from 'vitest'
import { QueueFullError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('refuses the caller who would be one too many, at once, and keeps the others', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 2 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const waiting = [watch(pool.acquire()), watch(pool.acquire())]
  const refused = watch(pool.acquire())
  await Promise.resolve()
  expect(refused.error).toBeInstanceOf(QueueFullError)
  expect(refused.error).toMatchObject({ code: 'QUEUE_FULL', maxWaiting: 2 })
  holder.release()
  await clock.advance(0)
  expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'pending'])
  expect(pool.stats()).toMatchObject({ refused: 1, waiting: 1 })
})

it('of 0 lets nobody wait for a lease to end', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 0 })
  await clock.advance(100)
  await pool.acquire()
  await expect(pool.acquire()).rejects.toBeInstanceOf(QueueFullError)
})

it('does not count callers for whom a connection can still be opened', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 2, maxWaiting: 0 })
  const callers = [pool.acquire(), pool.acquire(), pool.acquire()].map(watch)
  await clock.advance(200)
  expect(callers.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
})

it('makes room when somebody leaves the line', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 1 })
  await clock.advance(100)
  await pool.acquire()
  watch(pool.acquire({ timeout: 50 }))
  await expect(pool.acquire()).rejects.toBeInstanceOf(QueueFullError)
  await clock.advance(50)
  const waiting = watch(pool.acquire())
  await clock.advance(0)
  expect(waiting.state).toBe('pending')
})

it('can be changed while the pool runs; callers who wait already go on waiting', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 2 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const waiting = [watch(pool.acquire()), watch(pool.acquire())]
  pool.resize({ maxWaiting: 0 })
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'QUEUE_FULL', maxWaiting: 0 })
  pool.resize({ max: 1 }) // which says nothing about the line
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'QUEUE_FULL', maxWaiting: 0 })
  pool.resize({ maxWaiting: Number.POSITIVE_INFINITY })
  const third = watch(pool.acquire())
  await clock.advance(0)
  expect([...waiting, third].map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
  expect(() => pool.resize({ maxWaiting: -1 })).toThrow('maxWaiting')
  holder.release()
})
