// ready() is about the connections, whatever else the pool is doing: it resolves while `min` of them are open.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('resolves while the pool sheds load', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, shed: { target: 50, interval: 500 } })
  await clock.advance(100)
  await pool.acquire()
  watch(pool.acquire())
  await clock.advance(550)
  expect(pool.stats().state).toBe('shedding')
  const ready = watch(pool.ready())
  await clock.advance(0)
  expect(ready.state).toBe('fulfilled')
})

it('resolves while only further connects fail', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  await pool.acquire()
  database.change({ connectFailureRate: 1 })
  watch(pool.acquire())
  await clock.advance(200)
  expect(pool.stats()).toMatchObject({ state: 'backingOff', busy: 1 })
  const ready = watch(pool.ready())
  await clock.advance(10_000)
  expect(ready.state).toBe('fulfilled')
})

it('waits for the database while it is down, also when min is 0', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0 }, { connectFailureRate: 1 })
  watch(pool.acquire())
  await clock.advance(101)
  expect(pool.stats()).toMatchObject({ state: 'backingOff', total: 0 })
  const ready = watch(pool.ready())
  await clock.advance(0)
  expect(ready.state).toBe('pending')
  database.change({ connectFailureRate: 0 })
  await clock.advance(1_000)
  expect(ready.state).toBe('fulfilled')
})

it('waits for what is missing of min while further connects fail, and is told why they do', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  database.change({ connectFailureRate: 1 })
  pool.resize({ min: 2 })
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ state: 'backingOff', idle: 1 })
  const ready = watch(pool.ready())
  await clock.advance(1_000)
  expect(ready.error).toMatchObject({ code: 'CONNECT_FAILED' })
})
