// pool.ready() answers when min connections are up, or why they are not.

import { expect, it } from 'vitest'
import { ConnectError, PoolClosedError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('resolves when min connections are up, and not before', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 3 })
  const ready = watch(pool.ready())
  await clock.advance(199)
  expect(ready.state).toBe('pending')
  await clock.advance(1)
  expect(ready.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 3 })
})

it('resolves at once when min is 0, and when the pool is up already', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  await pool.ready()
  await clock.advance(1_000)
  await pool.ready()
})

it('rejects with the first connect’s error, which tells the target and has the driver’s error as its cause', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2 }, { maxConnections: 0 })
  const ready = watch(pool.ready())
  const again = watch(pool.ready())
  await clock.advance(0)
  expect(ready.error).toBeInstanceOf(ConnectError)
  expect(ready.error).toMatchObject({ code: 'CONNECT_FAILED', target: 'a simulated database (seed 1)' })
  expect((ready.error as ConnectError).cause).toMatchObject({ code: '53300' })
  expect(again.state).toBe('rejected')
})

it('rejects with a timeout of its own code when the connect takes too long', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, connectTimeout: 500 }, { connectHangRate: 1 })
  const ready = watch(pool.ready())
  await clock.advance(500)
  expect(ready.error).toMatchObject({ code: 'CONNECT_TIMEOUT' })
  expect((ready.error as Error).message).toContain('500 ms')
})

it('can be called again after a failure, and resolves when the database is back', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1 })
  database.stop()
  const failed = watch(pool.ready())
  await clock.advance(0)
  expect(failed.state).toBe('rejected')
  const ready = watch(pool.ready())
  database.start()
  await clock.advance(1_000)
  expect(ready.state).toBe('fulfilled')
})

it('rejects when the pool closes meanwhile, and when it is closed', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const ready = watch(pool.ready())
  const closing = pool.close()
  await clock.advance(0)
  await closing
  expect(ready.error).toBeInstanceOf(PoolClosedError)
  await expect(pool.ready()).rejects.toBeInstanceOf(PoolClosedError)
})
