// What a pool that is closing says to those who want something of it, and what it was.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool that waits for its only lease to come back, and one that is closed. */
async function closing() {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  watch(pool.close())
  return { pool, clock, lease }
}

it('it will not be ready', async () => {
  const { pool, clock, lease } = await closing()
  const draining = watch(pool.ready())
  await clock.advance(0)
  expect(String(draining.error)).toContain('The pool will not be ready: it is closing or closed.')
  lease.release()
  await clock.advance(20)
  await expect(pool.ready()).rejects.toThrow('The pool will not be ready: it is closing or closed.')
})

it('it lends nothing any more', async () => {
  const { pool, clock, lease } = await closing()
  await expect(pool.acquire()).rejects.toThrow(
    'The pool leases no more connections: it is closing or closed.',
  )
  lease.release()
  await clock.advance(20)
  await expect(pool.acquire()).rejects.toThrow(
    'The pool leases no more connections: it is closing or closed.',
  )
})

it('it is neither resized, paused, resumed nor emptied', async () => {
  const { pool } = await closing()
  const what = (word: string) => `The pool was not ${word}: it is closing or closed.`
  expect(() => pool.resize({ max: 2 })).toThrow(what('resized'))
  expect(() => pool.pause()).toThrow(what('paused'))
  expect(() => pool.resume()).toThrow(what('resumed'))
  expect(() => pool.evict()).toThrow(what('emptied'))
})
