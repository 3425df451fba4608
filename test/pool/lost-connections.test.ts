// The database or the network can close a connection at any moment of its life.

import { expect, it } from 'vitest'
import { LeaseError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('while idle: it is forgotten, reported and never lent', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  const lost: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.lost') lost.push(event.error)
  })
  await clock.advance(100)
  for (const connection of database.connections) database.kill(connection)
  expect(pool.stats()).toMatchObject({ idle: 0, lost: 1, closed: 1 })
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  expect(acquiring.value?.connection.id).toBe(2)
  expect(lost).toMatchObject([{ code: '57P01' }])
})

it('while busy: the lease says so, the slot is free at once, and the release that comes later is harmless', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const { connection } = lease
  const waiting = watch(pool.acquire())
  database.kill(connection)
  expect(lease.held).toBe(false)
  expect(() => lease.connection).toThrow(LeaseError)
  expect(() => lease.connection).toThrow(/lost or revoked/)
  await clock.advance(100)
  expect(waiting.value?.connection.id).toBe(2)
  lease.release()
  expect(pool.stats()).toMatchObject({ busy: 1, lost: 1 })
  expect(waiting.value?.held).toBe(true)
})

it('while it is validated for a caller: the caller gets another one', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2, validateAfter: 0 })
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await clock.advance(5)
  const [, validated] = database.connections
  if (validated) database.kill(validated)
  await clock.advance(10)
  expect(acquiring.value?.connection.id).toBe(1)
})

it('while it is cleaned after its return: the next caller gets another one', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const { connection } = lease
  connection.query('BEGIN')
  await clock.advance(10)
  lease.release()
  const next = watch(pool.acquire())
  await clock.advance(5)
  database.kill(connection)
  await clock.advance(100)
  expect(next.value?.connection.id).toBe(2)
})

it('while it is opened: it counts as a failed connect, and is tried again', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(50)
  for (const connection of database.connections) database.kill(connection)
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ failedConnects: 1, lost: 0 })
  await clock.advance(300)
  expect(pool.stats()).toMatchObject({ idle: 1 })
})

it('while it says goodbye: its slot is free', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, max: 1, maxUses: 1 },
    { closeLatency: 1_000 },
  )
  await clock.advance(100)
  const lease = await pool.acquire()
  const { connection } = lease
  lease.release()
  await clock.advance(10)
  database.kill(connection)
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ idle: 1, closing: 0, total: 1 })
})

it('all at once: those who wait are served as soon as there are new ones', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 3, max: 3 })
  await clock.advance(200)
  await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  const waiting = [watch(pool.acquire()), watch(pool.acquire())]
  for (const connection of database.connections) database.kill(connection)
  await clock.advance(200)
  expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled'])
  expect(database.peak).toBe(3)
})
