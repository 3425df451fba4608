// PostgreSQL itself never counts more connections than max, whatever comes and goes, and none after close.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { socketsAtRest, socketsHeld } from '../support/sockets.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('pool size')
})
afterAll(() => backends.stop())

/** Samples the server's count as fast as it answers, until told to stop. */
function sample(): { readonly seen: { most: number; samples: number }; stop(): Promise<void> } {
  let sampling = true
  const seen = { most: 0, samples: 0 }
  const ended = (async () => {
    while (sampling) {
      seen.most = Math.max(seen.most, await backends.count())
      seen.samples++
    }
  })()
  return {
    seen,
    stop() {
      sampling = false
      return ended
    },
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
  const { seen, stop } = sample()
  const atLeastUntil = performance.now() + 1_500
  /** There was churn indeed, and it was looked at. */
  const wasMuch = () => pool.stats().opened > 10 && lost > 0 && seen.samples > 20 && seen.most > 1
  const worker = async (number: number): Promise<void> => {
    while (performance.now() < atLeastUntil || !wasMuch()) {
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
  await Promise.all(Array.from({ length: 12 }, (_, number) => worker(number)))
  await stop()
  expect(seen.most).toBeLessThanOrEqual(max)
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
