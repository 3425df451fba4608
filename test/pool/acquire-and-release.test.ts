// The heart of it: a connection is borrowed, used, given back and lent again.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('lends a free connection without any time passing', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await Promise.resolve()
  expect(acquiring.state).toBe('fulfilled')
})

it('gives the borrower the driver’s own connection, which works', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  expect(lease.connection).toBe(database.connections[0])
  const query = lease.connection.query('SELECT 1')
  await clock.advance(10)
  expect((await query).rows).toEqual([{ sql: 'SELECT 1', connection: 1 }])
})

it('counts leases from 1, and says when each was granted and on which connection', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const first = await pool.acquire()
  expect(first).toMatchObject({ id: 1, acquiredAt: 100, connectionId: 'connection-1', held: true })
  first.release()
  await clock.advance(50)
  expect(await pool.acquire()).toMatchObject({ id: 2, acquiredAt: 150, connectionId: 'connection-1' })
})

it('lends the same connection again after it was given back, and opens no other', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  for (let round = 0; round < 5; round++) {
    const lease = await pool.acquire()
    lease.release()
    expect(lease.held).toBe(false)
  }
  expect(database.totals.connects).toBe(1)
})

it('never lends one connection to two borrowers at a time', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 3, max: 3 })
  await clock.advance(200)
  const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  expect(new Set(leases.map(lease => lease.connection)).size).toBe(3)
})

it('shows every connection as a child of the pool’s actor, by its id', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2 })
  await clock.advance(100)
  await pool.acquire()
  const { children } = pool.actor.getSnapshot()
  const states = Object.entries(children).map(([id, child]) => [id, child?.getSnapshot()])
  expect(states).toEqual([
    ['connection-1', expect.objectContaining({ value: 'idle' })],
    ['connection-2', expect.objectContaining({ value: { busy: 'leased' } })],
  ])
})
