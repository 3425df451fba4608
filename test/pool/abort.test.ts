// An acquire can be called off by an AbortSignal, at any moment up to the lease.

import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { AcquireAbortedError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('is refused at once when the signal is aborted already, and takes nothing', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const reason = new Error('the request was cancelled')
  const error = await pool.acquire({ signal: AbortSignal.abort(reason) }).catch(error => error)
  expect(error).toBeInstanceOf(AcquireAbortedError)
  expect(error).toMatchObject({ code: 'ACQUIRE_ABORTED', cause: reason })
  expect(pool.stats()).toMatchObject({ idle: 1, busy: 0, acquired: 0 })
})

it('leaves the queue at once, and the next caller gets the connection', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const controller = new AbortController()
  const aborted = watch(pool.acquire({ signal: controller.signal }))
  const next = watch(pool.acquire())
  await clock.advance(300)
  controller.abort()
  await new Promise(setImmediate)
  expect(aborted.error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
  expect((aborted.error as Error).message).toContain('300 ms')
  expect(pool.stats()).toMatchObject({ waiting: 1, aborted: 1 })
  holder.release()
  await new Promise(setImmediate)
  expect(next.state).toBe('fulfilled')
})

it('while the connection is being validated for the caller leaves the connection to others', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 })
  await clock.advance(100)
  const controller = new AbortController()
  const aborted = watch(pool.acquire({ signal: controller.signal }))
  expect(pool.stats()).toMatchObject({ validating: 1 })
  controller.abort()
  await clock.advance(5)
  expect(aborted.error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
  const next = watch(pool.acquire())
  await clock.advance(5) // the validation that runs already ends; the next caller's own begins
  await clock.advance(10)
  expect(next.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ total: 1, busy: 1 })
})

it('does not call off the connect that was started for the caller', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0 })
  const controller = new AbortController()
  const aborted = watch(pool.acquire({ signal: controller.signal }))
  await clock.advance(50)
  controller.abort()
  await clock.advance(50)
  expect(aborted.state).toBe('rejected')
  expect(pool.stats()).toMatchObject({ idle: 1 })
  expect(database.totals).toMatchObject({ connects: 1, opened: 1 })
})

it('after the lease was granted changes nothing', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const controller = new AbortController()
  const lease = await pool.acquire({ signal: controller.signal })
  controller.abort()
  await clock.advance(1_000)
  expect(lease.held).toBe(true)
  expect(pool.stats()).toMatchObject({ busy: 1, aborted: 0 })
})

it('in the same tick as the hand-off settles the caller once, whichever was first', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const controller = new AbortController()
  const granted = watch(pool.acquire({ signal: controller.signal }))
  holder.release()
  controller.abort()
  await clock.advance(0)
  expect(granted.state).toBe('fulfilled')

  const second = new AbortController()
  const aborted = watch(pool.acquire({ signal: second.signal }))
  second.abort()
  granted.value?.release()
  await clock.advance(0)
  expect(aborted.state).toBe('rejected')
  expect(pool.stats()).toMatchObject({ idle: 1, busy: 0, waiting: 0 })
})

it('lets go of the signal when the caller is served, so that a long-lived signal gathers no listeners', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(signal, args)
  }
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(signal, args)
  }
  const holder = await pool.acquire({ signal })
  const served = pool.acquire({ signal })
  const timedOut = watch(pool.acquire({ signal, timeout: 50 }))
  expect(listeners).toBe(1)
  holder.release()
  await served
  await clock.advance(50)
  expect(timedOut.state).toBe('rejected')
  expect(listeners).toBe(0)
})

it('is not listened for any more once the caller is served', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const { signal } = new AbortController()
  const waiting = watch(pool.acquire({ signal }))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  holder.release()
  await clock.advance(0)
  expect(waiting.state).toBe('fulfilled')
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
