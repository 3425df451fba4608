// A database file or a worker that cannot be opened says what to do about it, and not that a server should be up.

import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { remedyFor } from '../../src/db/sqlite/driver/remedies.js'
import { type SqliteOptions, sqlite } from '../../src/db/sqlite/index.js'
import { SqliteError } from '../../src/db/sqlite/wire/error.js'
import { openEngine } from '../../src/db/sqlite/worker/engine.js'
import { ConnectError, createPool, type PoolOptions } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'

async function refused(options: SqliteOptions, poolOptions: PoolOptions = {}): Promise<ConnectError> {
  const pool = createPool(sqlite(options), { min: 1, max: 1, ...poolOptions })
  const error: unknown = await pool.ready().catch((thrown: unknown) => thrown)
  await pool.close({ timeout: 0 })
  expect(error).toBeInstanceOf(ConnectError)
  expect((error as Error).message).not.toContain('database is up')
  return error as ConnectError
}

describe.each(['thread', 'process'] as const)('in a %s', isolation => {
  it('a folder that is missing', async () => {
    const filename = join(await fileForTest(), 'missing', 'test.db')
    expect((await refused({ filename, isolation })).remedy).toContain('the folder of the file exists')
  })

  it('a folder where the file should be', async () => {
    const filename = await fileForTest()
    await mkdir(filename)
    expect((await refused({ filename, isolation })).remedy).toContain('the folder of the file exists')
  })

  it('a file that is something else', async () => {
    const filename = await fileForTest()
    await writeFile(filename, 'This is a letter. '.repeat(100))
    expect((await refused({ filename, isolation })).remedy).toContain('is a SQLite database')
  })

  it('a file that another connection has locked', async () => {
    const filename = await fileForTest()
    const place = { filename, readonly: false, lockWait: 0, places: [import.meta.url] }
    const owner = await openEngine(undefined, place)
    owner.exec('CREATE TABLE t (i); BEGIN EXCLUSIVE')
    const message = 'Find out which process has locked the file, or raise busyTimeout; the pool keeps trying.'
    expect((await refused({ filename, isolation, busyTimeout: 10 })).message).toContain(message)
    const slow = await refused({ filename, isolation, busyTimeout: 60_000 }, { connectTimeout: 300 })
    expect(slow.remedy).toContain('keeps the file locked')
    owner.close()
  })

  it('a pragma that is none', async () => {
    const filename = await fileForTest()
    expect((await refused({ filename, isolation, pragmas: { select: 'select' } })).remedy).toContain(
      'pragmas',
    )
  })
})

it('a library that is not there says what to install or update', async () => {
  if (process.getBuiltinModule('node:sqlite') === undefined) {
    const { remedy } = await refused({ filename: await fileForTest(), engine: 'node:sqlite' })
    expect(remedy).toContain('Update Node')
  }
  const alone = resolve('/nowhere/at/all.js')
  const place = { filename: ':memory:', readonly: false, lockWait: 0, places: [alone] }
  expect(() => openEngine('better-sqlite3', place)).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('npm install better-sqlite3') }),
  )
})

it('a worker that ends before the database is open', () => {
  const failure = { code: 'CONNECTION_LOST', message: 'the thread 7 ended', lost: true, remedy: 'See why.' }
  expect(remedyFor(new SqliteError(failure))).toBe('See why.')
  expect(remedyFor(new Error('of something else'))).toContain('Check the file')
})
