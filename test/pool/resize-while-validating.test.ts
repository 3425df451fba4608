// A smaller max also counts the connections that are just proving themselves: none of them may stay by accident.
import { expect, it } from 'vitest'
import { RunningSystem } from '../model/running-system.js'

/** A pool of two connections, both of which are being validated or made clean. */
async function twoThatAreValidated(what: 'reset' | 'keepalive'): Promise<RunningSystem> {
  const system = new RunningSystem({
    min: 2,
    max: 2,
    keepalive: 1_000,
    validateTimeout: Number.POSITIVE_INFINITY,
    resetTimeout: Number.POSITIVE_INFINITY,
  })
  system.driver.needsResetAnswer = true
  system.driver.atOnce.set('close', 'succeed')
  for (const _ of [1, 2]) await system.answer('connect', 'succeed')
  if (what === 'reset') {
    for (const _ of [1, 2]) system.acquire()
    await system.settle()
    for (const lease of system.leases) lease.release()
  }
  await system.passUntil(() => system.pool.stats().validating === 2, 100)
  return system
}

it('a keepalive under way does not keep a connection beyond max', async () => {
  const system = await twoThatAreValidated('keepalive')
  system.resize(1, 1)
  await system.settle()
  expect(system.pool.stats().total).toBe(1)
  await system.answer('validate', 'succeed')
  expect(system.pool.stats()).toMatchObject({ idle: 1, total: 1 })
  expect(system.driver.counted).toBe(1)
})

it('a reset under way is waited for, and the connection beyond max says goodbye then', async () => {
  const system = await twoThatAreValidated('reset')
  system.resize(1, 1)
  await system.settle()
  expect(system.pool.stats()).toMatchObject({ validating: 2, total: 2 })
  for (const _ of [1, 2]) await system.answer('reset', 'succeed')
  expect(system.pool.stats()).toMatchObject({ idle: 1, total: 1 })
  expect(system.driver.counted).toBe(1)
  expect(system.driver.calls.filter(({ question }) => question === 'close')).toHaveLength(1)
})

it('a caller whose connection was being validated gets the one that stays', async () => {
  const system = new RunningSystem({ min: 2, max: 2, validateAfter: 0 })
  for (const _ of [1, 2]) await system.answer('connect', 'succeed')
  for (const _ of [1, 2]) system.acquire()
  await system.settle()
  system.resize(1, 1)
  await system.answer('validate', 'succeed')
  expect(system.pool.stats()).toMatchObject({ busy: 1, waiting: 1, total: 1 })
  system.lease.release()
  await system.settle()
  await system.answer('validate', 'succeed')
  expect(system.leases.length).toBe(1)
  expect(system.waiting).toEqual([])
})
