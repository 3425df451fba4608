// How long a caller waits: the pool's acquireTimeout, or its own.

import { expect, it } from 'vitest'
import { AcquireTimeoutError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool whose only connection is lent. */
async function exhausted(options = {}) {
  const parts = poolInSimulatedTime({ min: 1, max: 1, ...options })
  await parts.clock.advance(100)
  return { ...parts, holder: await parts.pool.acquire() }
}

it('is 30 seconds unless told otherwise, to the millisecond', async () => {
  const { pool, clock } = await exhausted()
  const waiting = watch(pool.acquire())
  await clock.advance(29_999)
  expect(waiting.state).toBe('pending')
  await clock.advance(1)
  expect(waiting.error).toBeInstanceOf(AcquireTimeoutError)
  expect(waiting.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeout: 30_000, waited: 30_000 })
})

it('is the pool’s acquireTimeout where there is one', async () => {
  const { pool, clock } = await exhausted({ acquireTimeout: 200 })
  const waiting = watch(pool.acquire())
  await clock.advance(200)
  expect(waiting.error).toMatchObject({ timeout: 200 })
})

it('is the caller’s own where it gives one, each at its own time', async () => {
  const { pool, clock } = await exhausted({ acquireTimeout: 200 })
  const gaveUp: string[] = []
  const wait = (name: string, timeout: number) =>
    pool.acquire({ timeout }).catch(() => gaveUp.push(`${name} at ${clock.now()}`))
  wait('patient', 400)
  wait('hasty', 50)
  wait('middling', 100)
  await clock.advance(400)
  expect(gaveUp).toEqual(['hasty at 150', 'middling at 200', 'patient at 500'])
})

it('of 0 gets a free connection, or fails before any time passes', async () => {
  const { pool, clock, holder } = await exhausted()
  const refused = watch(pool.acquire({ timeout: 0 }))
  await clock.advance(0)
  expect(refused.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeout: 0, waited: 0 })
  holder.release()
  await expect(pool.acquire({ timeout: 0 })).resolves.toMatchObject({ held: true })
})

it('of Infinity waits for ever', async () => {
  const { pool, clock, holder } = await exhausted({ idleTimeout: Number.POSITIVE_INFINITY })
  const waiting = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  await clock.advance(30 * 24 * 3_600_000)
  expect(waiting.state).toBe('pending')
  holder.release()
  await clock.advance(200)
  expect(waiting.state).toBe('fulfilled')
})

it('never costs a connection: one given back at the moment of the timeout goes to the next in line', async () => {
  const { pool, clock, holder } = await exhausted()
  const first = watch(pool.acquire({ timeout: 100 }))
  const second = watch(pool.acquire())
  clock.setTimeout(() => holder.release(), 100) // set after the deadline: fires after it, in the same millisecond
  await clock.advance(100)
  expect([first.state, second.state]).toEqual(['rejected', 'fulfilled'])
  expect(pool.stats()).toMatchObject({ busy: 1, waiting: 0, timedOut: 1 })
})

it('keeps one timer for all who wait, and none when nobody waits any more', async () => {
  const { pool, clock, holder } = await exhausted({
    keepalive: false,
    idleTimeout: Number.POSITIVE_INFINITY,
    maxLifetime: Number.POSITIVE_INFINITY,
  })
  expect(clock.pending).toBe(0)
  const waiters = Array.from({ length: 100 }, (_, index) => pool.acquire({ timeout: 1_000 + index }))
  for (const waiter of waiters) waiter.then(lease => lease.release())
  expect(clock.pending).toBe(1)
  holder.release()
  await Promise.all(waiters)
  expect(clock.pending).toBe(0)
})
