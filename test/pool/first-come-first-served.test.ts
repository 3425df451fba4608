// Those who wait are served in the order in which they came, and nobody slips in ahead of them.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('serves those who wait in the order of their calls', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const served: number[] = []
  const waiters = [1, 2, 3, 4].map(async number => {
    const lease = await pool.acquire()
    served.push(number)
    lease.release()
  })
  holder.release()
  await Promise.all(waiters)
  expect(served).toEqual([1, 2, 3, 4])
})

it('lets nobody who calls right after a release slip in ahead of those who wait', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const served: string[] = []
  const waiting = pool.acquire().then(lease => {
    served.push('the one who waited')
    lease.release()
  })
  holder.release()
  const late = pool.acquire().then(() => served.push('the one who came late'))
  await Promise.all([waiting, late])
  expect(served).toEqual(['the one who waited', 'the one who came late'])
})

it('keeps the order when callers in the middle of the line give up', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const impatient = new AbortController()
  const served: number[] = []
  const waiters = [1, 2, 3, 4, 5].map(number =>
    pool
      .acquire(number % 2 === 0 ? { signal: impatient.signal } : {})
      .then(lease => {
        served.push(number)
        lease.release()
      })
      .catch(() => {}),
  )
  impatient.abort()
  holder.release()
  await Promise.all(waiters)
  expect(served).toEqual([1, 3, 5])
})
