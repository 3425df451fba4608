// A connection is closed after it was lent maxUses times.

import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('closes a connection after so many leases, and serves the next caller by another one', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, maxUses: 3 })
  await clock.advance(100)
  const used: number[] = []
  for (let use = 0; use < 7; use++) {
    const acquiring = pool.acquire()
    await clock.advance(200)
    const lease = await acquiring
    used.push(lease.connection.id)
    lease.release()
  }
  expect(used).toEqual([1, 1, 1, 2, 2, 2, 3])
  expect(database.peak).toBe(1)
})

it('says goodbye to the server and tells why in events$', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, maxUses: 1 })
  const reasons: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') reasons.push(event.reason)
  })
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  acquiring.value?.release()
  await clock.advance(10)
  expect(reasons).toEqual(['max uses'])
  expect(database.totals).toMatchObject({ closed: 1, destroyed: 0 })
})
