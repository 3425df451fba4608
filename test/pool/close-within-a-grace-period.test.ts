// By default close() ends within 25 seconds, whatever holds it up: Kubernetes waits for 30, and then kills the process.

import { expect, it } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Driver, Pool } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** The default drainTimeout and one closeTimeout. */
const longest = 20_000 + 5_000
const never = () => new Promise<never>(() => {})

/** What may still be under way when the pool is told to close; each takes the database forever. */
const obstacles: [
  string,
  (pool: Pool<SimulatedConnection>) => Promise<unknown>,
  Partial<Driver<SimulatedConnection>>,
][] = [
  ['every lease is leaked', pool => Promise.all([pool.acquire(), pool.acquire()]), {}],
  [
    'every lease is leaked, and the server works on after its connection is destroyed',
    pool => Promise.all([pool.acquire(), pool.acquire()]),
    { destroy: never },
  ],
  ['no graceful close ends', async () => {}, { close: never }],
  [
    'a reset does not end',
    async pool => (await pool.acquire()).release(),
    { needsReset: () => true, reset: never },
  ],
  ['a validation does not end', async (pool): Promise<unknown> => watch(pool.acquire()), { validate: never }],
]

it.each(obstacles)('%s', async (_, begin, misbehave) => {
  const { pool, clock } = poolInSimulatedTime({ max: 2, validateAfter: 0 }, {}, () => misbehave)
  await clock.advance(1_000)
  void begin(pool)
  await clock.advance(100)
  const closing = watch(pool.close())
  await clock.advance(longest)
  expect(closing.state).toBe('fulfilled')
  expect(clock.pending).toBe(0)
})

it('a lease comes back just before its time is up, and its graceful close does not end', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, validateAfter: false }, {}, () => ({ close: never }))
  await clock.advance(1_000)
  const lease = await pool.acquire()
  const closing = watch(pool.close())
  await clock.advance(19_999)
  lease.release()
  await clock.advance(longest - 19_999)
  expect(closing.state).toBe('fulfilled')
})

it('a connect does not end', async () => {
  const { pool, clock } = poolInSimulatedTime({ connectTimeout: Number.POSITIVE_INFINITY }, {}, () => ({
    connect: never,
  }))
  await clock.advance(1_000)
  const closing = watch(pool.close())
  await clock.advance(longest)
  expect(closing.state).toBe('fulfilled')
})
