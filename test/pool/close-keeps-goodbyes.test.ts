// When the time for leases is up, only leases are cut off: those who say goodbye already have closeTimeout for it.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('closing with a timeout of 0 destroys what is lent, and says goodbye to what is idle', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 3 })
  await clock.advance(200)
  const lease = await pool.acquire()
  const closing = watch(pool.close({ timeout: 0 }))
  await clock.advance(10)
  expect(closing.state).toBe('fulfilled')
  expect(lease.held).toBe(false)
  expect(database).toMatchObject({ open: 0, totals: { closed: 2, destroyed: 1 } })
  expect(clock.pending).toBe(0)
})

it('the goodbye of a connection that came back just in time is not cut off either', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2 })
  await clock.advance(100)
  const [early, late] = [await pool.acquire(), await pool.acquire()]
  const closing = watch(pool.close({ timeout: 100 }))
  await clock.advance(95)
  early.release()
  await clock.advance(20)
  expect(closing.state).toBe('fulfilled')
  expect(late.held).toBe(false)
  expect(database.totals).toMatchObject({ closed: 1, destroyed: 1 })
})

it('a goodbye without a limit of its own does not hold the pool open after that', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, closeTimeout: Number.POSITIVE_INFINITY },
    { closeLatency: 1e9 },
  )
  await clock.advance(100)
  const closing = watch(pool.close({ timeout: 1_000 }))
  await clock.advance(1_000)
  expect(closing.state).toBe('fulfilled')
  expect(database.totals).toMatchObject({ closed: 0, destroyed: 1 })
})
