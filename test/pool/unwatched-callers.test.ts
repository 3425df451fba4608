// With leakWarning and deadlockCheck off, nothing is recorded and nothing is followed: no stack, no AsyncLocalStorage, no timer.

import { afterEach, expect, it, vi } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const storages = vi.hoisted(() => ({ made: 0 }))

vi.mock('../../src/core/outside.js', async original => {
  const { asyncHooks, ...others } = await original<typeof import('../../src/core/outside.js')>()
  if (asyncHooks === undefined) return { asyncHooks, ...others }
  class Counted<T> extends asyncHooks.AsyncLocalStorage<T> {
    constructor() {
      super()
      storages.made++
    }
  }
  return { ...others, asyncHooks: { ...asyncHooks, AsyncLocalStorage: Counted } }
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** How many storages were made, and how many stacks and timers there were for one lease, one use and one that times out. */
async function costOf(options: PoolOptions) {
  storages.made = 0
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, idleTimeout: 1e9, ...options })
  await clock.advance(100)
  const before = clock.pending
  const capture = vi.spyOn(Error, 'captureStackTrace')
  const lease = await pool.acquire()
  const timers = clock.pending - before
  lease.release()
  await pool.use(() => watch(pool.acquire({ timeout: 0 })))
  await clock.advance(0)
  return { storages: storages.made, stacks: capture.mock.calls.length, timers }
}

it('neither is on by default', async () => {
  expect(await costOf({})).toEqual({ storages: 0, stacks: 0, timers: 0 })
  expect(await costOf({ leakWarning: false, deadlockCheck: false })).toEqual({
    storages: 0,
    stacks: 0,
    timers: 0,
  })
})

it('leakWarning records a stack for each acquire, and sets one timer', async () => {
  expect(await costOf({ leakWarning: 1_000 })).toEqual({ storages: 0, stacks: 3, timers: 1 })
})

it('deadlockCheck follows callers with one storage for a pool, and records no stacks', async () => {
  expect(await costOf({ deadlockCheck: 'warn' })).toEqual({ storages: 1, stacks: 0, timers: 0 })
})
