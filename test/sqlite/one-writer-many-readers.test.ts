// One writer and several readers of a file: none waits for another, and each is what it is called.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqlitePool, type SqlitePool } from '../../src/db/sqlite/index.js'
import { temporaryFile } from '../support/sqlite-file.js'
import { crash } from '../support/sqlite-workers.js'
import { until } from '../support/until.js'

describe('createSqlitePool', () => {
  let pool: SqlitePool
  let remove: () => Promise<void>
  beforeEach(async () => {
    const file = await temporaryFile()
    remove = file.remove
    pool = createSqlitePool({ filename: file.filename, readers: 2 })
    await pool.use(writer => writer.exec('CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1)'))
  })
  afterEach(async () => {
    await pool.close({ timeout: 0 })
    await remove()
  })
  const count = () => pool.use(reader => reader.get('SELECT count(*) AS count FROM t'), { readOnly: true })

  it('reads while a writer is in the midst of a transaction, and sees what was committed', async () => {
    await pool.transaction(async writer => {
      await writer.run('INSERT INTO t VALUES (2)')
      expect(await Promise.all([count(), count()])).toEqual([{ count: 1 }, { count: 1 }])
    })
    expect(await count()).toEqual({ count: 2 })
  })

  it('is closed sooner by a second close with a shorter timeout, as any pool is', async () => {
    const reader = await pool.acquire({ readOnly: true })
    const writer = await pool.acquire()
    const first = pool.close()
    const second = pool.close({ timeout: 0 })
    await Promise.all([first, second])
    for (const lease of [reader, writer])
      expect(() => lease.connection).toThrow(expect.objectContaining({ code: 'LEASE_REVOKED' }))
    expect(pool.stats()).toMatchObject({ read: { state: 'closed' }, write: { state: 'closed' } })
  })

  it('writes while readers are in the midst of theirs, who see one moment', async () => {
    await pool.transaction(
      async reader => {
        const before = await reader.get('SELECT count(*) AS count FROM t')
        await pool.use(writer => writer.run('INSERT INTO t VALUES (2)'))
        expect(await reader.get('SELECT count(*) AS count FROM t')).toEqual(before)
      },
      { readOnly: true },
    )
    expect(await count()).toEqual({ count: 2 })
  })

  it('has writers wait in line, so that none meets a lock', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        pool.transaction(writer => writer.run('INSERT INTO t VALUES (?)', [i])),
      ),
    )
    expect(await count()).toEqual({ count: 21 })
    expect(pool.stats().write).toMatchObject({ total: 1, max: 1 })
    expect(pool.stats().read.max).toBe(2)
  })

  it('refuses to write through a reader', async () => {
    const refused = pool.use(reader => reader.run('INSERT INTO t VALUES (3)'), { readOnly: true })
    await expect(refused).rejects.toMatchObject({ code: 'SQLITE_READONLY', fatal: false })
  })

  it('rolls a transaction back whose callback throws, and one that was left open', async () => {
    const failed = pool.transaction(async writer => {
      await writer.run('INSERT INTO t VALUES (2)')
      throw new Error('of the application')
    })
    await expect(failed).rejects.toThrow('of the application')
    await pool.use(async writer => {
      await writer.exec('BEGIN')
      await writer.run('INSERT INTO t VALUES (3)')
    })
    expect(await pool.use(writer => writer.get('SELECT count(*) AS count FROM t'))).toEqual({ count: 1 })
  })

  it('goes on with a new writer when the worker of the old one crashes; what was not committed is undone', async () => {
    const lost = pool.use(async writer => {
      await writer.exec('BEGIN IMMEDIATE')
      await writer.run('INSERT INTO t VALUES (2)')
      crash(writer)
      await until(() => pool.stats().write.lost === 1, 'the writer is lost')
      return writer.get('SELECT 1')
    })
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST', fatal: true })
    await pool.use(writer => writer.run('INSERT INTO t VALUES (3)'))
    expect(await count()).toEqual({ count: 2 })
  })

  it('closes the cursors that a borrower left behind, and says so to who reads on', async () => {
    const rows = await pool.use(
      async reader => {
        const rows = reader.iterate(
          'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT i FROM n',
        )
        await rows.next()
        return rows
      },
      { readOnly: true },
    )
    await until(() => pool.stats().read.idle === pool.stats().read.total, 'the reader is idle')
    const readOn = async () => {
      for await (const _ of rows);
    }
    await expect(readOn()).rejects.toThrow('released')
    expect(await count()).toEqual({ count: 1 })
  })
})
