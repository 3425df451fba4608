// Everything that touches the network has a deadline; when it passes, the socket is destroyed and the slot is free.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('destroys a connect that takes longer than connectTimeout, and tries again', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 0, max: 1, connectTimeout: 2_000 },
    { connectHangRate: 1 },
  )
  const acquiring = watch(pool.acquire())
  await clock.advance(1_999)
  expect(database.open).toBe(1)
  database.change({ connectHangRate: 0 })
  await clock.advance(1)
  expect(database.open).toBe(0)
  await clock.advance(200)
  expect(acquiring.state).toBe('fulfilled')
  expect(database).toMatchObject({ peak: 1, totals: { connects: 2, destroyed: 1 } })
})

it('destroys a connection that arrives after its connectTimeout', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 0, max: 1, connectTimeout: 50 },
    {},
    driver => ({
      // Deaf to its signal: it delivers, late.
      connect: ({ onLost }) => driver.connect({ signal: new AbortController().signal, onLost }),
    }),
  )
  const acquiring = watch(pool.acquire({ timeout: 60 }))
  await clock.advance(60)
  expect(acquiring.error).toMatchObject({ lastConnectError: { code: 'CONNECT_TIMEOUT' } })
  await clock.advance(10_000)
  expect(database).toMatchObject({ open: 0 })
  expect(database.totals.opened).toBeGreaterThan(0)
  expect(database.totals.destroyed).toBe(database.totals.opened)
})

it('destroys a connection whose reset takes longer than resetTimeout, and serves the next caller by another', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, max: 1, resetTimeout: 300 },
    { resetHangRate: 1 },
  )
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.connection.query('BEGIN')
  await clock.advance(10)
  lease.release()
  const next = watch(pool.acquire())
  await clock.advance(299)
  expect(pool.stats()).toMatchObject({ validating: 1, idle: 0 })
  await clock.advance(101)
  expect(next.value?.connection.id).toBe(2)
  expect(database).toMatchObject({ open: 1, peak: 1 })
})

it('destroys a connection whose goodbye takes longer than closeTimeout', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 0, maxUses: 1, closeTimeout: 400 },
    { closeHangRate: 1 },
  )
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  acquiring.value?.release()
  await clock.advance(399)
  expect(pool.stats()).toMatchObject({ closing: 1 })
  await clock.advance(1)
  expect(pool.stats()).toMatchObject({ closing: 0, total: 0 })
  expect(database).toMatchObject({ open: 0, totals: { destroyed: 1 } })
})

it('destroys without a goodbye when closeTimeout is 0', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, maxUses: 1, closeTimeout: 0 })
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  acquiring.value?.release()
  await clock.advance(0)
  expect(database).toMatchObject({ open: 0, totals: { destroyed: 1, closed: 0 } })
})

it.each(['connectTimeout', 'validateTimeout', 'resetTimeout'])('lets %s be Infinity', async option => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 0, max: 1, validateAfter: 0, [option]: Number.POSITIVE_INFINITY },
    { connectLatency: 1e6, validateLatency: 1e6, resetLatency: 1e6 },
  )
  if (option !== 'connectTimeout') database.change({ connectLatency: 0 })
  if (option !== 'validateTimeout') database.change({ validateLatency: 0 })
  const acquiring = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  await clock.advance(1e6)
  await clock.advance(0)
  expect(acquiring.state).toBe('fulfilled')
  acquiring.value?.connection.query('BEGIN')
  await clock.advance(10)
  acquiring.value?.release()
  await clock.advance(option === 'resetTimeout' ? 1e6 : 0)
  expect(database.totals.connects).toBe(1)
})
