// Vitest's fake timers: the pool's deadlines pass when the test says so.

import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'
import { createSqlitePool } from 'statepool/sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

// #region vitest
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a caller that waits for too long is told', async () => {
  const pool = createPool(simulated(), { max: 1, acquireTimeout: 5_000 })
  const granted = pool.acquire()
  await vi.advanceTimersByTimeAsync(100) // the simulated database takes so long to connect
  const lease = await granted

  const refused = expect(pool.acquire()).rejects.toThrow('No connection became free within 5,000 ms')
  await vi.advanceTimersByTimeAsync(5_000)
  await refused

  lease.release()
  const closed = pool.close()
  await vi.advanceTimersByTimeAsync(1_000)
  await closed
})
// #endregion

test('SQLite answers while the time stands still', async () => {
  const db = createSqlitePool({ filename: process.env.DATABASE_FILE ?? 'vitest.db' })
  expect(await db.use(writer => writer.get('SELECT ? AS text', ['a']))).toEqual({ text: 'a' })
  await db.close()
})
