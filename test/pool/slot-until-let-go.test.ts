// A slot is free when the server has let go of its connection, and a client that its borrower ended is never leased again.
import { expect, it } from 'vitest'
import { createPool, type PoolOptions } from '../../src/index.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { ScriptedDriver } from '../support/scripted-driver.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

async function poolOfOne(options: PoolOptions = {}) {
  const clock = createSimulatedClock()
  const driver = new ScriptedDriver()
  driver.atOnce.set('connect', 'succeed')
  const pool = createPool(driver, { min: 1, max: 1, clock, random: () => 0, closeTimeout: 1_000, ...options })
  await clock.advance(0)
  return { pool, clock, driver }
}

it('keeps the slot of a destroyed connection while the server keeps working, and fences its lease at once', async () => {
  const { pool, clock, driver } = await poolOfOne()
  driver.lingers = true
  const lease = await pool.acquire()
  lease.destroy()
  const next = watch(pool.acquire())
  await clock.advance(500)
  expect(() => lease.connection).toThrow('has ended')
  expect(pool.stats()).toMatchObject({ total: 1, closing: 1, waiting: 1 })
  expect([next.state, driver.counted]).toEqual(['pending', 1])
  driver.next('let go').succeed()
  await clock.advance(0)
  expect([next.state, driver.counted]).toEqual(['fulfilled', 1])
})

it('waits for a server that does not let go no longer than closeTimeout', async () => {
  const { pool, clock, driver } = await poolOfOne()
  driver.lingers = true
  const lease = await pool.acquire()
  lease.destroy()
  const next = watch(pool.acquire())
  await clock.advance(999)
  expect([next.state, driver.destroyed]).toEqual(['pending', ['connection 1']])
  await clock.advance(1)
  expect(next.state).toBe('fulfilled')
  expect(driver.destroyed, 'the driver hears that its time is over').toEqual([
    'connection 1',
    'connection 1 at once',
  ])
})

it('waits for nothing with closeTimeout 0', async () => {
  const { pool, clock, driver } = await poolOfOne({ closeTimeout: 0 })
  driver.lingers = true
  const lease = await pool.acquire()
  lease.destroy()
  const next = watch(pool.acquire())
  await clock.advance(0)
  expect(next.state).toBe('fulfilled')
})

it('replaces a client that its holder ended, also for the caller that waits for it already', async () => {
  const { pool, clock, driver } = await poolOfOne()
  const reasons: string[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') reasons.push(event.reason)
  })
  const lease = await pool.acquire()
  const next = watch(pool.acquire())
  driver.isUsableAnswer = false
  lease.release()
  driver.isUsableAnswer = true
  await clock.advance(0)
  expect(next.value?.connection.number).toBe(2)
  expect(reasons).toEqual(['ended by its holder'])
})
