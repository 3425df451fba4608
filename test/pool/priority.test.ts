// Callers of higher priority are served first, but nobody is passed over for ever.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

/** Lets callers of these priorities wait for one connection, and answers their numbers in the order in which they were served. */
async function orderOfService(priorities: readonly (number | undefined)[]): Promise<number[]> {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  const served: number[] = []
  const callers = priorities.map(async (priority, index) => {
    const lease = await pool.acquire(priority === undefined ? {} : { priority })
    served.push(index)
    lease.release()
  })
  holder.release()
  await Promise.all(callers)
  return served
}

it('serves the highest priority first, and the first come within one', async () => {
  expect(await orderOfService([0, 5, -3, 5, 0, 10])).toEqual([5, 1, 3, 0, 4, 2])
})

it('takes no priority for 0', async () => {
  expect(await orderOfService([-1, undefined, 1, 0])).toEqual([2, 1, 3, 0])
})

it('gives one hand-off in eight to whoever has waited longest, whatever the priority', async () => {
  const important = Array.from({ length: 30 }, () => 1)
  const served = await orderOfService([0, 0, 0, ...important])
  expect(served.indexOf(0)).toBe(7)
  expect(served.indexOf(1)).toBe(15)
  expect(served.indexOf(2)).toBe(23)
})

it('does not starve a caller behind an endless stream of more important ones', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const holder = await pool.acquire()
  let handOffs = 0
  let humbleServedAfter = 0
  const humble = pool.acquire({ priority: -100 }).then(() => {
    humbleServedAfter = handOffs
  })
  const barge = async (): Promise<void> => {
    const lease = await pool.acquire({ priority: 100 })
    handOffs++
    if (handOffs > 1_000) return
    barge()
    lease.release()
  }
  barge()
  barge()
  holder.release()
  await humble
  expect(humbleServedAfter).toBe(7)
})
