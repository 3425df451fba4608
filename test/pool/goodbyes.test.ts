// How a connection is taken leave of: politely if there is time for it, at once if there is none or it goes wrong.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('with a closeTimeout of 0 nothing is said, and the slot is free at once', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, closeTimeout: 0 })
  await clock.advance(100)
  watch(pool.close())
  expect(database).toMatchObject({ open: 0, totals: { closed: 0, destroyed: 1 } })
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0 })
})

it('one that fails is cut short, without waiting for the closeTimeout', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, closeTimeout: 5_000 }, {}, () => ({
    close: () => Promise.reject(new Error('no goodbye')),
  }))
  await clock.advance(100)
  const closing = watch(pool.close())
  await clock.advance(0)
  expect(closing.state).toBe('fulfilled')
  expect(database).toMatchObject({ open: 0, totals: { destroyed: 1 } })
})

it('the driver is not asked to destroy a connection that it never opened', async () => {
  const destroyed: unknown[] = []
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 }, { connectFailureRate: 1 }, driver => ({
    destroy: connection => {
      destroyed.push(connection)
      if (connection !== undefined) driver.destroy(connection)
    },
  }))
  await clock.advance(1_000)
  expect(pool.stats().failedConnects).toBeGreaterThan(1)
  expect(destroyed).toEqual([])
})

it('a driver whose destroy turns out to be async may reject: nobody is told', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 }, {}, () => ({
      destroy: async () => {
        throw new Error('in vain')
      },
    }))
    await clock.advance(100)
    const lease = await pool.acquire()
    lease.destroy()
    await clock.advance(10)
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
  }
})

it('a reset that is given up is aborted', async () => {
  const signals: AbortSignal[] = []
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, resetTimeout: 200 }, {}, () => ({
    needsReset: () => true,
    reset: (_connection, { signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    },
  }))
  await clock.advance(100)
  await pool.use(() => {})
  await clock.advance(199)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  await clock.advance(1)
  expect(signals[0]?.aborted).toBe(true)
})
