// What the SQLite driver and its pool take, and what they refuse at the door.

import { describe, expect, it } from 'vitest'
import {
  createSqlitePool,
  type SqliteOptions,
  type SqlitePoolOptions,
  sqlite,
} from '../../src/db/sqlite/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'

describe('sqlite()', () => {
  it.each<[string, unknown]>([
    ['filename', {}],
    ['filename', { filename: '' }],
    ['filename', { filename: 'file:test.db?mode=memory' }],
    ['filename', { filename: new URL('http://localhost/test.db') }],
    ['readonly', { filename: ':memory:', readonly: true }],
    ['engine', { filename: 'a.db', engine: 'sqlite3' }],
    ['isolation', { filename: 'a.db', isolation: 'none' }],
    ['busyTimeout', { filename: 'a.db', busyTimeout: -1 }],
    ['statementTimeout', { filename: 'a.db', statementTimeout: 0 }],
    ['journalMode', { filename: 'a.db', journalMode: 'WAL2' }],
    ['pragmas', { filename: 'a.db', pragmas: { 'x; drop table t': 1 } }],
    ['pragmas.key', { filename: 'a.db', pragmas: { key: "'; drop table t" } }],
    ['pragmas.busy_timeout', { filename: 'a.db', pragmas: { busy_timeout: 2 ** 31 } }],
    ['integers', { filename: 'a.db', integers: 'float' }],
    ['fileName', { fileName: 'a.db' }],
  ])('refuses a bad %s: %j', (name, options) => {
    const create = () => sqlite(options as SqliteOptions)
    expect(create).toThrow(OptionsError)
    expect(create).toThrow(expect.objectContaining({ option: name }))
  })

  it('sets the pragmas that were asked for, with WAL and foreign keys unless told otherwise', async () => {
    const filename = await fileForTest()
    const pool = createPool(sqlite({ filename, pragmas: { cache_size: -1234 } }), { min: 0 })
    await pool.use(async connection => {
      expect(await connection.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
      expect(await connection.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 })
      expect(await connection.get('PRAGMA cache_size')).toEqual({ cache_size: -1234 })
    })
    await pool.close()
  })

  it('tells a pool on :memory: of more than one connection what is wrong', async () => {
    const pool = createPool(sqlite({ filename: ':memory:' }), { min: 1, max: 2 })
    await pool.ready()
    const lease = await pool.acquire()
    await expect(pool.acquire({ timeout: 1_000 })).rejects.toThrow('max: 1')
    lease.release()
    await pool.close()
  })

  it('opens no second one at the same time either, and none when the first one has ended: it would be another database', async () => {
    const atOnce = createPool(sqlite({ filename: ':memory:' }), { min: 2, max: 3, maxConnecting: 2 })
    await expect(atOnce.ready()).rejects.toThrow('its own, empty database')
    expect(atOnce.stats().total).toBeLessThanOrEqual(1)
    await atOnce.close()
    const alone = createPool(sqlite({ filename: ':memory:' }), { min: 1, max: 1 })
    await alone.use(connection => connection.exec('create table t (x)'))
    alone.evict()
    await expect(alone.acquire({ timeout: 1_000 })).rejects.toThrow('its own, empty database')
    await alone.close()
  })

  it.each([2 ** 31 - 1, 2 ** 31, 3e9, 1e300])(
    'a busyTimeout of %d waits, and does not fail at once',
    async busyTimeout => {
      const filename = await fileForTest()
      const owner = createPool(sqlite({ filename }), { min: 0, max: 1 })
      const pool = createPool(sqlite({ filename, busyTimeout }), { min: 2, max: 2 })
      const leases = [await pool.acquire(), await pool.acquire()] as const
      const lease = await owner.acquire()
      await lease.connection.exec('BEGIN IMMEDIATE')
      const waiting = [
        leases[0].connection.exec('CREATE TABLE a (i); SELECT 1'),
        leases[1].connection.run('CREATE TABLE b (i)'),
      ]
      const first = Promise.race([
        ...waiting,
        new Promise(resolve => setTimeout(resolve, 500, 'nothing yet')),
      ])
      expect(await first).toBe('nothing yet')
      await lease.connection.exec('ROLLBACK')
      await Promise.all(waiting)
      for (const each of [lease, ...leases]) each.release()
      await Promise.all([owner.close(), pool.close()])
    },
  )

  it('says what it could not open', async () => {
    const filename = `${await fileForTest()}/missing/test.db`
    const pool = createPool(sqlite({ filename }))
    await expect(pool.ready()).rejects.toThrow(filename)
    await pool.close()
  })
})

describe('createSqlitePool()', () => {
  it.each<[string, unknown]>([
    ['pool', { filename: 'x.db', pool: null }],
    ['pool', { filename: 'x.db', pool: 4 }],
    ['filename', { filename: ':memory:' }],
    ['readonly', { filename: 'a.db', readonly: true }],
    ['readers', { filename: 'a.db', readers: 0 }],
    ['pool.max', { filename: 'a.db', pool: { max: 3 } }],
    ['maxUse', { filename: 'a.db', pool: { maxUse: 3 } }],
  ])('refuses a bad %s: %j', (name, options) => {
    expect(() => createSqlitePool(options as SqlitePoolOptions)).toThrow(
      expect.objectContaining({ option: name }),
    )
  })
})
