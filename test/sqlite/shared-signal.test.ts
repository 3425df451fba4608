// One AbortSignal for many statements, as of one HTTP request that asks for many things.

import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool, type Pool } from '../../src/index.js'
import { endlessRows } from '../support/sqlite-statements.js'

let pool: Pool<SqliteConnection>
beforeEach(() => {
  pool = createPool(sqlite({ filename: ':memory:' }), { min: 1, max: 1, maxLifetime: Infinity })
})
afterEach(() => pool.close({ timeout: 0 }))

it('is listened to once by all statements, and not at all when they are done', async () => {
  const { signal } = new AbortController()
  await pool.use(async connection => {
    const statements = Array.from({ length: 50 }, () => connection.all('SELECT 1 AS one', [], { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    const rows = connection.iterate('SELECT 1 AS one', [], { signal })
    const first = rows.next()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const answer of await Promise.all(statements)) expect(answer).toEqual([{ one: 1 }])
    await first
    await rows.return()
  })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('calls all of them off, and no other statement', async () => {
  const controller = new AbortController()
  const { signal } = controller
  await pool.use(async connection => {
    const statements = Array.from({ length: 20 }, () => connection.all(endlessRows, [], { signal }))
    const other = connection.get('SELECT 1 AS one')
    controller.abort(new Error('the client is gone'))
    for (const outcome of await Promise.allSettled(statements)) {
      expect(outcome).toMatchObject({
        reason: { code: 'SQLITE_INTERRUPT', cause: new Error('the client is gone') },
      })
    }
    expect(await other).toEqual({ one: 1 })
  })
})

it('one that cannot be listened to fails its own statement alone', async () => {
  const { signal } = new AbortController()
  signal.addEventListener = () => {
    throw new Error('no listeners here')
  }
  await pool.use(async connection => {
    const before = connection.get('SELECT 1 AS one')
    await expect(connection.all('SELECT 2', [], { signal })).rejects.toThrow('no listeners here')
    expect(await before).toEqual({ one: 1 })
    expect(await connection.get('SELECT 3 AS three')).toEqual({ three: 3 })
  })
  expect(pool.stats()).toMatchObject({ closed: 0, idle: 1 })
})
