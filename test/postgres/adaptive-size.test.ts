// A pool with `adaptive` on a real PostgreSQL whose throughput depends on no connection but the first: statements that wait for each other.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('adaptive size')
})
afterAll(() => backends.stop())

/** One after the other, whatever the number of connections, and however busy the machine is. */
const statement = 'select pg_advisory_xact_lock(1580), pg_sleep(0.01)'

it('has fewer connections in the end, never more than max, and no statement fails', async () => {
  await using pool = createPool(postgres(backends.config), {
    min: 1,
    max: 12,
    acquireTimeout: Number.POSITIVE_INFINITY,
    adaptive: { interval: 500, tolerance: 0.2 },
  })
  const sizes: number[] = []
  pool.eventsOf('pool.resized').subscribe(({ max }) => sizes.push(max))
  let isOver = false
  const caller = async (): Promise<void> => {
    while (!isOver) await pool.query(statement)
  }
  const callers = Promise.all(Array.from({ length: 24 }, caller))
  let most = 0
  await until(async () => {
    most = Math.max(most, await backends.count())
    const { max, adaptive, total } = pool.stats()
    return adaptive?.state === 'holding' && max <= 6 && total <= max
  }, 'the pool holds half as many as it may have, at most')
  isOver = true
  await callers
  expect(most).toBeLessThanOrEqual(12)
  expect(sizes.every(size => size >= 1 && size <= 12)).toBe(true)
  expect(pool.stats()).toMatchObject({ lost: 0, timedOut: 0, refused: 0, min: 1 })
})
