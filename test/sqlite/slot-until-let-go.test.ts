// The slot of a connection that was destroyed is free when its thread or process has let go of the file.

import { expect, it } from 'vitest'
import { type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'
import { patience } from '../support/patience.js'
import { fileForTest } from '../support/sqlite-file.js'
import { longStep } from '../support/sqlite-statements.js'
import { workersFromNow } from '../support/sqlite-workers.js'

it.each(['thread', 'process'] as const)(
  'in a %s: no second one is opened beside one that still works',
  async isolation => {
    const workersAlive = workersFromNow()
    const pool = createPool(sqlite({ filename: await fileForTest(), isolation }), {
      min: 0,
      max: 1,
      closeTimeout: patience,
    })
    const counts: number[] = []
    pool.events$.subscribe(() => counts.push(workersAlive()))
    for (let i = 0; i < 3; i++) {
      const lease = await pool.acquire()
      const cut = lease.connection.get(longStep(1_000_000)).catch((error: unknown) => error)
      await new Promise(resolve => setTimeout(resolve, 20))
      lease.destroy()
      expect(await cut).toMatchObject({ code: 'CONNECTION_CLOSED' })
    }
    expect(await pool.use(connection => connection.get('SELECT 1 AS one'))).toEqual({ one: 1 })
    expect(Math.max(...counts)).toBe(1)
    await pool.close()
    expect(workersAlive()).toBe(0)
  },
)

it('a connection whose worker was told to end is not usable', async () => {
  const driver = sqlite({ filename: await fileForTest() })
  const connection: SqliteConnection = await driver.connect({
    signal: new AbortController().signal,
    onLost() {},
  })
  expect(driver.isUsable?.(connection)).toBe(true)
  await driver.destroy(connection)
  expect(driver.isUsable?.(connection)).toBe(false)
  expect(driver.destroy(connection)).toBeUndefined()
})
