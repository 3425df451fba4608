// PostgreSQL itself never counts more connections than max, whatever comes and goes, and none after close.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { socketsAtRest, socketsHeld } from '../support/sockets.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('pool size')
})
afterAll(() => backends.stop())

/** Samples the server's count as fast as it answers, until told to stop; answers the most and how often it looked. */
function sample(): () => Promise<{ most: number; samples: number }> {
  let sampling = true
  const result = (async () => {
    let most = 0
    let samples = 0
    while (sampling) {
      most = Math.max(most, await backends.count())
      samples++
    }
    return { most, samples }
  })()
  return () => {
    sampling = false
    return result
  }
}

it('under load, while the pool grows and connections are used up, grow old, are lost and destroyed', async () => {
  const max = 6
  const pool = createPool(postgres(backends.config), {
    min: 0,
    max,
    maxConnecting: max,
    maxUses: 40,
    maxLifetime: 400,
    idleTimeout: 20,
    validateAfter: 5,
  })
  let queries = 0
  let lost = 0
  const deadline = performance.now() + 1_500
  const worker = async (number: number): Promise<void> => {
    while (performance.now() < deadline) {
      try {
        await pool.use(async client => {
          const { rows } = await client.query('SELECT $1::int AS number', [number])
          expect(rows).toEqual([{ number }])
          queries++
          if (queries % 97 === 0) await client.query('SELECT pg_terminate_backend(pg_backend_pid())')
        })
      } catch (error) {
        expect(error).toMatchObject({ code: '57P01' })
        lost++
      }
      if (queries % 20 === 0) await pause(30) // the others become idle, and some of them superfluous
    }
  }
  const stop = sample()
  await Promise.all(Array.from({ length: 12 }, (_, number) => worker(number)))
  const { most, samples } = await stop()
  const stats = pool.stats()
  expect(most).toBeLessThanOrEqual(max)
  expect(most).toBeGreaterThan(1)
  expect(samples).toBeGreaterThan(20)
  expect(stats.opened).toBeGreaterThan(10) // there was churn indeed
  expect(lost).toBeGreaterThan(0)
  await pool.close()
  expect(await backends.count()).toBe(0)
})

it('is 0 after close, and no socket is left, also for leases that were destroyed in the middle of a query', async () => {
  const before = await socketsAtRest()
  const pool = createPool(postgres(backends.config), { min: 4, max: 4 })
  await pool.ready()
  expect(await backends.count()).toBe(4)
  const lease = await pool.acquire()
  const query = lease.connection.query('SELECT pg_sleep(60)').catch(error => error)
  await pool.close({ timeout: 50 })
  expect(await query).toBeInstanceOf(Error)
  await until(() => socketsHeld() <= before, 'the cancelling of the query is over too')
  await until(async () => (await backends.count()) === 0, 'the backend of the destroyed lease has noticed')
})

it('comes back to min when nobody needs the connections any more', async () => {
  const pool = createPool(postgres(backends.config), { min: 1, max: 5, maxConnecting: 5, idleTimeout: 50 })
  const leases = await Promise.all(Array.from({ length: 5 }, () => pool.acquire()))
  expect(await backends.count()).toBe(5)
  for (const lease of leases) lease.release()
  await until(async () => (await backends.count()) === 1, 'one connection is left')
  await pool.close()
  expect(await backends.count()).toBe(0)
})
