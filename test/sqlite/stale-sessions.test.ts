// A session that only a new one can mend, because the file under it is not what it was, fails once at most; then all is well again.

import { copyFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createSqlitePool, type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'

const add = 'INSERT INTO t VALUES (?)'
const read = 'SELECT group_concat(i) AS all_of_them FROM t'

/** A file with a table of one row. */
async function fileWith(row: number, journalMode: 'wal' | 'delete' = 'delete'): Promise<string> {
  const filename = await fileForTest()
  const pool = createPool(sqlite({ filename, journalMode }), { min: 0, max: 1 })
  await pool.use(async connection => {
    await connection.exec('CREATE TABLE t (i INTEGER UNIQUE)')
    await connection.run(add, [row])
  })
  await pool.close()
  return filename
}

const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: { code: string }) => error.code,
  )

describe.each(['wal', 'delete'] as const)(
  'a file that is replaced, with its journal in mode %s',
  journalMode => {
    async function replaced() {
      const filename = await fileWith(1, journalMode)
      const db = createSqlitePool({ filename, journalMode, readers: 2 })
      const look = (connection: SqliteConnection) => connection.get(read)
      await db.use(writer => writer.run(add, [2]))
      const readers = [await db.acquire({ readOnly: true }), await db.acquire({ readOnly: true })]
      for (const { connection } of readers) await look(connection)
      for (const reader of readers) reader.release()
      const backup = await fileWith(7, journalMode)
      for (const end of ['-wal', '-shm']) await rm(filename + end, { force: true })
      await rename(backup, filename)
      return { db, look }
    }

    it('costs the writer one error, and no write is lost', async () => {
      const { db, look } = await replaced()
      const write = (row: number) => outcome(db.use(writer => writer.run(add, [row])))
      expect([await write(8), await write(9)]).toEqual(['SQLITE_READONLY_DBMOVED', 'done'])
      expect(await db.use(look, { readOnly: true })).toEqual({ all_of_them: '7,9' })
      await db.close()
    })

    it('is not seen by a transaction that may be retried', async () => {
      const { db, look } = await replaced()
      await db.transaction(writer => writer.run(add, [8]), { retry: 1 })
      expect(await db.use(look, { readOnly: true })).toEqual({ all_of_them: '7,8' })
      await db.close()
    })

    it('is found by the readers, too, who read the old one once at most', async () => {
      const { db, look } = await replaced()
      expect(await db.use(look, { readOnly: true })).toEqual({ all_of_them: '1,2' })
      for (let i = 0; i < 4; i++) expect(await db.use(look, { readOnly: true })).toEqual({ all_of_them: '7' })
      expect(await outcome(db.use(writer => writer.run(add, [8])))).toBe('done')
      await db.close()
    })

    it('does not end a transaction that has begun', async () => {
      const filename = await fileWith(1, journalMode)
      const pool = createPool(sqlite({ filename, journalMode }), { min: 1, max: 1 })
      const seen = await pool.transaction(
        async connection => {
          await connection.get(read)
          await rename(await fileWith(7, journalMode), filename)
          return connection.get(read)
        },
        { readOnly: true },
      )
      expect(seen).toEqual({ all_of_them: '1' })
      await pool.close()
    })
  },
)

describe('a file that is damaged, and then put right', () => {
  it.each([
    ['overwritten', 'SQLITE_NOTADB', (filename: string) => writeFile(filename, 'x'.repeat(8_192))],
    ['cut off', 'SQLITE_CORRUPT', (filename: string) => truncate(filename, 1_000)],
  ])('and that was %s', async (_, code, damage) => {
    const filename = await fileWith(1)
    const good = `${filename}.good`
    await copyFile(filename, good)
    const pool = createPool(sqlite({ filename, readonly: true }), { min: 0, max: 1 })
    const lease = await pool.acquire()
    await lease.connection.get(read)
    await damage(filename)
    expect(await outcome(lease.connection.get(read))).toBe(code)
    await copyFile(good, filename)
    expect(pool.stats().closed).toBe(0)
    lease.release()
    expect(await pool.use(connection => connection.get(read))).toEqual({ all_of_them: '1' })
    expect(pool.stats()).toMatchObject({ opened: 2, lost: 0 })
    await pool.close()
  })
})

it('errors of SQL, and of other files, close nothing', async () => {
  const pool = createPool(sqlite({ filename: await fileWith(1) }), { min: 1, max: 1 })
  const ordinary: [string, string][] = [
    ['INSERT INTO t VALUES (1)', 'SQLITE_CONSTRAINT_UNIQUE'],
    ['SELECT nothing FROM nowhere', 'SQLITE_ERROR'],
    ["ATTACH 'nowhere/at/all.db' AS other", 'SQLITE_CANTOPEN'],
    [`ATTACH '${import.meta.filename ?? new URL(import.meta.url).pathname}' AS other`, 'SQLITE_NOTADB'],
    ["VACUUM INTO 'nowhere/at/all.db'", 'SQLITE_CANTOPEN'],
  ]
  for (let i = 0; i < 200; i++) {
    const [sql, code] = ordinary[i % ordinary.length] as [string, string]
    expect([sql, await outcome(pool.use(connection => connection.exec(sql)))]).toEqual([sql, code])
  }
  const refused = pool.transaction(connection => connection.run(add, [2]), { readOnly: true })
  await expect(refused).rejects.toMatchObject({ code: 'SQLITE_READONLY', fatal: false })
  expect(pool.stats()).toMatchObject({ opened: 1, closed: 0 })
  await pool.close()
})
