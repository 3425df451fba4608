// Nobody waits for ever without having asked for it: not for a client, not for the end.

import type pg from 'pg'
import { expect, it } from 'vitest'
import type { PoolConfig } from '../../../src/db/pg/index.js'
import { dropIn } from '../../support/drop-in.js'
import { watch } from '../../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../../support/simulated-clock.js'
import { until } from '../../support/until.js'

/** A pool in simulated time whose only client is lent, and a caller who waits for it. */
async function exhausted(config: PoolConfig) {
  const clock = createSimulatedClock()
  const pool = dropIn({ max: 1, ...config, statepool: { clock } })
  const client = await pool.connect()
  const waiting = watch<unknown>(pool.connect())
  return { clock, pool, client, waiting }
}

/** Ends it all, whoever waits or does not. */
async function clear({ pool, client, waiting }: Awaited<ReturnType<typeof exhausted>>): Promise<void> {
  client.release()
  if (waiting.state !== 'rejected') await new Promise(setImmediate)
  if (waiting.state === 'fulfilled') (waiting.value as pg.PoolClient).release()
  await pool.end()
}

/** More than 2³¹ ms, which no timer of Node can wait for. */
const longest = 25 * 24 * 3_600_000

it('a caller waits for 30 s if nothing is said, and is told who has the clients', async () => {
  const all = await exhausted({})
  await all.clock.advance(29_999)
  expect(all.waiting.state).toBe('pending')
  await all.clock.advance(1)
  expect(all.waiting).toMatchObject({
    state: 'rejected',
    error: {
      code: 'ACQUIRE_TIMEOUT',
      message: expect.stringMatching(
        /^timeout exceeded when trying to connect\. .*leased.*connectionTimeoutMillis/s,
      ),
      holders: [{ heldFor: 30_000 }],
    },
  })
  await clear(all)
})

it.each<[string, PoolConfig]>([
  ['connectionTimeoutMillis is 0', { connectionTimeoutMillis: 0 }],
  ['it has the habit', { likePgPool: ['waitForever'] }],
])('a caller waits for ever if %s', async (_, config) => {
  const all = await exhausted(config)
  await all.clock.advance(longest)
  expect(all.waiting.state).toBe('pending')
  await clear(all)
})

it('end() waits for 20 s for clients that are not released, then they are destroyed', async () => {
  const { clock, pool, waiting } = await exhausted({})
  const end = watch(pool.end())
  await clock.advance(19_999)
  expect(end.state).toBe('pending')
  expect(pool).toMatchObject({ ending: true, ended: false })
  await clock.advance(1)
  await pool.statepool.close()
  expect(pool).toMatchObject({ ended: true, totalCount: 0 })
  expect(waiting.state).toBe('rejected')
})

it('end() waits for ever with the habit', async () => {
  const { clock, pool, client } = await exhausted({ likePgPool: ['waitForever'] })
  const end = watch(pool.end())
  await clock.advance(longest)
  expect(end.state).toBe('pending')
  client.release()
  await pool.statepool.close()
})

it('whoever waits when end() is called is told, where pg.Pool leaves them waiting', async () => {
  const { pool, client, waiting } = await exhausted({})
  const end = pool.end()
  client.release()
  await end
  expect(waiting).toMatchObject({
    state: 'rejected',
    error: { message: 'Cannot use a pool after calling end on the pool' },
  })
})

it('end() settles when the server has let go of all clients', async () => {
  const pool = dropIn()
  const removed: unknown[] = []
  pool.on('remove', client => removed.push(client))
  await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 1')])
  await until(() => pool.idleCount === pool.totalCount, 'all are open')
  const open = pool.totalCount
  await pool.end()
  expect(removed).toHaveLength(open)
})
