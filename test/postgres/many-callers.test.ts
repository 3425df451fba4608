// A thousand callers at once on ten connections: all are served.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('many callers')
})
afterAll(() => backends.stop())

it('1,000 concurrent acquires on 10 connections all succeed, each with a connection to itself', async () => {
  await using pool = createPool(postgres(backends.config), { min: 0, max: 10 })
  const inUse = new Set<unknown>()
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, number) =>
      pool.use(async client => {
        expect(inUse.has(client)).toBe(false)
        inUse.add(client)
        const { rows } = await client.query('SELECT $1::int AS number', [number])
        inUse.delete(client)
        return rows[0].number
      }),
    ),
  )
  expect(answers).toEqual(Array.from({ length: 1_000 }, (_, number) => number))
  expect(pool.stats()).toMatchObject({ acquired: 1_000, released: 1_000, waiting: 0, busy: 0, timedOut: 0 })
  expect(pool.stats().opened).toBeLessThanOrEqual(10)
})
