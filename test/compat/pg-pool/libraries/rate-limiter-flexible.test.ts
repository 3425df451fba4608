// rate-limiter-flexible's PostgreSQL store on the drop-in Pool.

import { RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible'
import { expect, it } from 'vitest'
import type { Pool, PoolConfig } from '../../../../src/db/pg/index.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'
import { useStage } from './stage.js'

const stage = useStage('rate_limiter_stage')
const tableName = 'rate_limiter_points'

/** A limiter on a pool, with an empty table; it calls back when its table is there. */
async function start(config?: PoolConfig): Promise<{ pool: Pool; limiter: RateLimiterPostgres }> {
  const pool = stage.pool(config)
  await pool.query(`DROP TABLE IF EXISTS ${tableName}`)
  const limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
    const created: RateLimiterPostgres = new RateLimiterPostgres(
      { storeClient: pool, tableName, points: 5, duration: 3_600, clearExpiredByTimeout: false },
      error => (error ? reject(error) : resolve(created)),
    )
  })
  return { pool, limiter }
}

it('takes the drop-in for a pool, and counts exactly under concurrency', async () => {
  const { pool, limiter } = await start({ max: 3 })
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => limiter.consume('ada')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  expect(await limiter.get('ada')).toMatchObject({ consumedPoints: 12, remainingPoints: 0 })
  expect(await stage.backends.count()).toBeLessThanOrEqual(3)
  expect(pool.statepool.stats()).toMatchObject({ busy: 0, waiting: 0 })
})

it('says how long to wait, and forgets on demand', async () => {
  const { limiter } = await start({ max: 1 })
  await limiter.consume('ada', 5)
  const refused = (await limiter.consume('ada').catch(reason => reason)) as RateLimiterRes
  expect(refused.msBeforeNext).toBeGreaterThan(0)
  expect(await limiter.delete('ada')).toBe(true)
  expect(await limiter.consume('ada')).toMatchObject({ remainingPoints: 4 })
})

it('keeps the connection when its queries fail', async () => {
  const { pool, limiter } = await start({ max: 1 })
  await pool.query(`ALTER TABLE ${tableName} RENAME TO rate_limiter_away`)
  for (let i = 0; i < 10; i++) await expect(limiter.consume('ada')).rejects.toMatchObject({ code: '42P01' })
  await pool.query(`ALTER TABLE rate_limiter_away RENAME TO ${tableName}`)
  expect(await limiter.consume('ada')).toMatchObject({ remainingPoints: 4 })
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('when all connections are leased, it says so in time, and counts again after a release', async () => {
  const clock = createSimulatedClock()
  const { pool, limiter } = await start({ max: 1, connectionTimeoutMillis: 5_000, statepool: { clock } })
  const client = await pool.connect()
  const late = limiter.consume('ada').catch(error => error)
  await until(() => pool.waitingCount === 1, 'the limiter waits')
  await clock.advance(5_000)
  expect(await late).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ heldFor: 5_000 }] })
  const counted = limiter.consume('ada')
  await until(() => pool.waitingCount === 1, 'the limiter waits')
  client.release()
  expect(await counted).toMatchObject({ remainingPoints: 4 })
})

it('counts on after all its backends were terminated', async () => {
  const { pool, limiter } = await start({ max: 2 })
  await limiter.consume('ada')
  await stage.loseAll(pool)
  expect(await limiter.consume('ada')).toMatchObject({ remainingPoints: 3 })
})

it('prunes what has expired', async () => {
  const { pool, limiter } = await start({ max: 1 })
  await limiter.set('old', 1, 3_600)
  await limiter.set('kept', 1, 0)
  // Its types leave clearExpired out of this class.
  const pruning = limiter as unknown as { clearExpired(before: number): Promise<void> }
  await pruning.clearExpired(Date.now() + 7_200_000)
  expect(await limiter.get('old')).toBeNull()
  expect(await limiter.get('kept')).toMatchObject({ consumedPoints: 1 })
  expect(pool.statepool.stats()).toMatchObject({ busy: 0 })
})

it('leaves the pool open, and leaves nothing behind when the pool ends', async () => {
  const { pool, limiter } = await start()
  await limiter.consume('ada')
  await pool.end()
  expect(await stage.backends.count()).toBe(0)
  await expect(limiter.consume('ada')).rejects.toThrow()
})
