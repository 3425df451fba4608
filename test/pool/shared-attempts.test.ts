// A caller is refused only by a connect that began after it asked: an older attempt says nothing about the database of now.
import { expect, it } from 'vitest'
import { createPool, type PoolOptions } from '../../src/index.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { ScriptedDriver } from '../support/scripted-driver.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

const reason = (error: unknown): unknown => (error as Error & { cause?: Error }).cause?.cause

function scripted(options: PoolOptions = {}) {
  const clock = createSimulatedClock()
  const driver = new ScriptedDriver()
  const pool = createPool(driver, {
    min: 0,
    max: 1,
    maxConnecting: 10,
    whenDown: 'try',
    clock,
    random: () => 0,
    ...options,
  })
  const connects = (): number => driver.calls.filter(({ question }) => question === 'connect').length
  const acquire = () => watch(pool.acquire())
  return { clock, driver, pool, connects, acquire }
}

it('a caller who joins an attempt under way has the next one’s outcome, which begins at once', async () => {
  const { clock, driver, connects, acquire } = scripted()
  const first = acquire()
  await clock.advance(5)
  const joined = [acquire(), acquire()]
  driver.next('connect').fail(new Error('one'))
  await clock.advance(0)
  expect(first).toMatchObject({ state: 'rejected', error: { code: 'DATABASE_DOWN' } })
  expect(joined.map(({ state }) => state)).toEqual(['pending', 'pending'])
  expect(connects()).toBe(2)
  const late = acquire()
  const mistake = new Error('two')
  driver.next('connect').fail(mistake)
  await clock.advance(0)
  expect(joined.map(caller => caller.state === 'rejected' && reason(caller.error))).toEqual([
    mistake,
    mistake,
  ])
  expect(late.state).toBe('pending')
  driver.next('connect').succeed()
  await clock.advance(0)
  expect([late.state, connects()]).toEqual(['fulfilled', 3])
})

it('attempts that run side by side refuse only those who asked before each began', async () => {
  const { clock, driver, connects, acquire } = scripted({ max: 2, maxConnecting: 2 })
  const callers = [acquire(), acquire(), acquire()]
  const states = () => callers.map(({ state }) => state)
  expect(connects()).toBe(2)
  driver.next('connect').fail()
  await clock.advance(0)
  expect([states(), connects()]).toEqual([['rejected', 'pending', 'pending'], 3])
  driver.next('connect').fail()
  await clock.advance(0)
  expect([states(), connects()]).toEqual([['rejected', 'rejected', 'pending'], 3])
  driver.next('connect').fail()
  await clock.advance(0)
  expect([states(), connects()]).toEqual([['rejected', 'rejected', 'rejected'], 3])
})

it('a caller of a low priority who asked first is refused first', async () => {
  const { clock, driver, pool, acquire } = scripted()
  const first = watch(pool.acquire({ priority: -1 }))
  const second = acquire()
  driver.next('connect').fail()
  await clock.advance(0)
  expect([first.state, second.state]).toEqual(['rejected', 'pending'])
})

it.each([1, 10])(
  'a thousand callers at once make few attempts of a pool of %i, and are all told',
  async max => {
    const { clock, driver, connects, acquire } = scripted({ max })
    driver.atOnce.set('connect', 'fail')
    const callers = Array.from({ length: 1_000 }, acquire)
    await clock.advance(0)
    expect(callers.filter(({ state }) => state === 'rejected')).toHaveLength(1_000)
    expect(connects()).toBe(max + 1)
  },
)

it('an attempt that was retired refuses no caller: the next one begins at once', async () => {
  const { clock, driver, pool, connects, acquire } = scripted()
  acquire()
  driver.next('connect').fail()
  await clock.advance(0)
  const caller = acquire()
  pool.evict()
  await clock.advance(0)
  expect([caller.state, connects()]).toEqual(['pending', 3])
  driver.next('connect').succeed()
  await clock.advance(0)
  expect(caller.state).toBe('fulfilled')
})

it('once there was a connection, callers of fail-until-up wait, and no attempt is made before the back-off is over', async () => {
  const { clock, driver, connects, acquire } = scripted({ whenDown: 'fail-until-up' })
  acquire()
  driver.next('connect').succeed()
  await clock.advance(0)
  driver.lose(1)
  const caller = acquire()
  driver.next('connect').fail()
  const joined = acquire()
  await clock.advance(40)
  expect([caller.state, joined.state, connects()]).toEqual(['pending', 'pending', 2])
})

it.each(['try', 'fail-until-up'] as const)(
  'with %s no connect is soon tried that no caller asked for, and the next caller has one at once',
  async whenDown => {
    const { clock, driver, pool, connects, acquire } = scripted({ whenDown })
    acquire()
    driver.next('connect').fail()
    await clock.advance(14_999)
    expect([connects(), pool.stats().state]).toEqual([1, 'backingOff'])
    acquire()
    driver.next('connect').fail()
    await clock.advance(14_999)
    expect(connects()).toBe(2)
    await clock.advance(1) // for readiness probes, which keep callers away
    driver.next('connect').succeed()
    await clock.advance(0)
    expect([connects(), pool.health().status]).toEqual([3, 'ready'])
  },
)

it('a minimum is filled as soon as it can be, whatever becomes of callers', async () => {
  const { clock, driver, connects } = scripted({ min: 1 })
  await clock.advance(0)
  driver.next('connect').fail()
  await clock.advance(50)
  expect(connects()).toBe(2)
})
