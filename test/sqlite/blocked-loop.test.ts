// The event loop was blocked for longer than a statement's time limit, and its answer has arrived meanwhile: that is no timeout.

import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'
import { endlessRows } from '../support/sqlite-statements.js'

const block = (time: number): void => {
  const end = performance.now() + time
  while (performance.now() < end);
}

describe.each(['thread', 'process'] as const)('in a %s', isolation => {
  it.each([
    ['get', 'SELECT 1 AS one'],
    ['all', 'SELECT 1 AS one'],
  ] as const)('%s is answered with what came while the loop was blocked', async (method, sql) => {
    const pool = createPool(sqlite({ filename: await fileForTest(), isolation }), { min: 1, max: 1 })
    try {
      const answers = await pool.use(async connection => {
        await connection.get(sql)
        const answer = connection[method](sql, [], { timeout: 200 })
        block(600)
        return answer
      })
      expect([answers].flat()).toEqual([{ one: 1 }])
      expect(pool.stats().closed).toBe(0)
    } finally {
      await pool.close({ timeout: 0 })
    }
  })

  it('one that has no answer by then is called off all the same', async () => {
    const pool = createPool(sqlite({ filename: await fileForTest(), isolation }), { min: 1, max: 1 })
    try {
      const answer = pool.use(connection => {
        const late = connection.all(endlessRows, [], { timeout: 50 })
        block(100)
        return late
      })
      await expect(answer).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT' })
    } finally {
      await pool.close({ timeout: 0 })
    }
  })
})
