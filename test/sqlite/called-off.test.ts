// A statement that takes too long, or that nobody wants any more, is called off; what becomes of its connection depends on its home.

import { describe, expect, it } from 'vitest'
import { type SqliteConnection, type SqliteOptions, sqlite } from '../../src/db/sqlite/index.js'
import { createPool, type Pool } from '../../src/index.js'
import { patience } from '../support/patience.js'
import { fileForTest } from '../support/sqlite-file.js'
import { endlessRows, endlessStep, longStep } from '../support/sqlite-statements.js'
import { until } from '../support/until.js'

async function withPool(
  options: Partial<SqliteOptions>,
  run: (pool: Pool<SqliteConnection>) => Promise<void>,
): Promise<void> {
  const driver = sqlite({ filename: await fileForTest(), ...options })
  // A reset waits until what was called off on a thread is done, which is up to the machine.
  const pool = createPool(driver, { min: 1, max: 1, resetTimeout: patience })
  try {
    await run(pool)
  } finally {
    await pool.close({ timeout: 0 })
  }
}

const closed = (pool: Pool<SqliteConnection>) => pool.stats().closed

describe('a statement on a thread', () => {
  it('that yields rows ends by its timeout, and its connection serves on', () =>
    withPool({ isolation: 'thread' }, async pool => {
      const late = pool.use(connection => connection.all(endlessRows, [], { timeout: 50 }))
      await expect(late).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT', fatal: false })
      expect(await pool.use(connection => connection.get('SELECT 1 AS one'))).toEqual({ one: 1 })
      expect(closed(pool)).toBe(0)
    }))

  it('that computes rejects at once, and its connection is lent again when it is done', () =>
    withPool({ isolation: 'thread' }, async pool => {
      const late = pool.use(connection => connection.get(longStep(3_000_000), [], { timeout: 20 }))
      await expect(late).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT' })
      expect(pool.stats().idle).toBe(0)
      expect(await pool.use(connection => connection.get('SELECT 1 AS one'))).toEqual({ one: 1 })
      expect(closed(pool)).toBe(0)
    }))

  it('that waits for a lock stops waiting', () =>
    withPool({ isolation: 'thread', busyTimeout: 60_000 }, async pool => {
      await pool.use(async connection => {
        const [{ file }] = (await connection.all('PRAGMA database_list')) as [{ file: string }]
        const other = createPool(sqlite({ filename: file }), { min: 0, max: 1 })
        const lease = await other.acquire()
        await lease.connection.exec('BEGIN IMMEDIATE')
        const waiting = connection.run('CREATE TABLE t (i)', [], { signal: AbortSignal.timeout(50) })
        await expect(waiting).rejects.toMatchObject({
          code: 'SQLITE_INTERRUPT',
          cause: { name: 'TimeoutError' },
        })
        await lease.connection.exec('ROLLBACK')
        lease.release()
        await other.close()
      })
      expect(await pool.use(connection => connection.get('SELECT 1 AS one'))).toEqual({ one: 1 })
      expect(closed(pool)).toBe(0)
    }))

  it('is called off by interrupt(), and by the statementTimeout of the driver', () =>
    withPool({ isolation: 'thread', statementTimeout: 50 }, async pool => {
      await pool.use(async connection => {
        await expect(connection.all(endlessRows)).rejects.toThrow('50 ms')
        const running = connection.all(endlessRows, [], { timeout: Number.POSITIVE_INFINITY })
        connection.interrupt()
        await expect(running).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT' })
      })
    }))

  it('is not begun when its signal has aborted before', () =>
    withPool({ isolation: 'thread' }, async pool => {
      await pool.use(async connection => {
        const refused = connection.exec('CREATE TABLE t (i)', { signal: AbortSignal.abort('no') })
        await expect(refused).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT', cause: 'no' })
        expect(await connection.all('SELECT * FROM sqlite_schema')).toEqual([])
      })
    }))
})

describe('a statement in a process', () => {
  it('ends at once whatever it does; its connection is lost, and another one serves on', () =>
    withPool({ isolation: 'process' }, async pool => {
      const late = pool.use(connection => connection.get(endlessStep, [], { timeout: 50 }))
      await expect(late).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT', fatal: true })
      expect(await pool.use(connection => connection.get('SELECT 1 AS one'))).toEqual({ one: 1 })
      await until(() => closed(pool) === 1, 'the connection is closed')
    }))
})
