// What the server counts while the set-up of connections takes longer than a connect may: never more than `max`.

import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('server count of connects')
})
afterAll(() => backends.stop())

/** A statement that a request to cancel does not stop at once: it catches it, and goes on for a while. */
const slow = (client: pg.ClientBase): Promise<unknown> =>
  client.query(
    'DO $$ BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(1); END $$',
  )
const failing = async (client: pg.ClientBase): Promise<void> => {
  slow(client).catch(() => {})
  throw new Error('not today')
}

const limits = { connectTimeout: 400, random: () => 0 }
const opens: Record<
  string,
  (setUp: (client: pg.ClientBase) => Promise<unknown>) => { end(): Promise<void> }
> = {
  'onConnect of the driver': setUp => {
    const driver = postgres({ ...backends.config, onConnect: async client => void (await setUp(client)) })
    const pool = createPool(driver, { min: 1, max: 1, ...limits })
    return { end: () => pool.close() }
  },
  'onConnect of the pool': setUp => {
    const pool = createPool(postgres(backends.config), { min: 1, max: 1, ...limits, onConnect: setUp })
    return { end: () => pool.close() }
  },
  'a connect listener of the drop-in': setUp => {
    const pool = new Pool({ ...backends.config, max: 1, statepool: { ...limits, whenDown: 'wait' } })
    pool.on('connect', setUp)
    pool.query('SELECT 1').catch(() => {})
    return pool
  },
}

it.each(
  Object.entries(opens).flatMap(([name, open]) => [
    [name, 'takes too long', open, slow] as const,
    [name, 'throws with its statement under way', open, failing] as const,
  ]),
)('%s that %s: one backend for a pool of one', async (_, _how, open, setUp) => {
  let runs = 0
  const counting = (client: pg.ClientBase): Promise<unknown> => {
    runs++
    return setUp(client)
  }
  const peak = backends.watchPeak()
  const pool = open(counting)
  await until(() => runs >= 4, 'it has tried a few times')
  const { connected } = await peak()
  expect(connected).toBe(1)
  await pool.end()
  await until(async () => (await backends.count()) === 0, 'no backend is left')
})
