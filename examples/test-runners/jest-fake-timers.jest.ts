// Jest's fake timers: the pool's deadlines pass when the test says so.

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'
import { createSqlitePool } from 'statepool/sqlite'

// #region jest
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick'] })
})
afterEach(() => {
  jest.useRealTimers()
})

test('a caller that waits for too long is told', async () => {
  const pool = createPool(simulated(), { max: 1, acquireTimeout: 5_000 })
  const granted = pool.acquire()
  await jest.advanceTimersByTimeAsync(100) // the simulated database takes so long to connect
  const lease = await granted

  const refused = expect(pool.acquire()).rejects.toThrow('No connection became free within 5,000 ms')
  await jest.advanceTimersByTimeAsync(5_000)
  await refused

  lease.release()
  const closed = pool.close()
  await jest.advanceTimersByTimeAsync(1_000)
  await closed
})
// #endregion

test('SQLite answers while the time stands still', async () => {
  const db = createSqlitePool({ filename: process.env.DATABASE_FILE ?? 'jest.db' })
  const row = await db.use(writer => writer.get('SELECT ? AS text, ? AS bytes', ['a', Buffer.from('b')]))
  expect(row).toEqual({ text: 'a', bytes: Buffer.from('b') })
  await expect(db.use(writer => writer.get('SELEC'))).rejects.toThrow('syntax error')
  await db.close()
})
