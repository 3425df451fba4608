// What the SQLite driver believes of an error: which ones are about the session, which about the file, and which ordinary.

import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { transactions } from '../../src/db/sqlite/driver/transaction.js'
import { isFatal, isRetryable, SqliteError } from '../../src/db/sqlite/wire/error.js'
import { stalenessOf } from '../../src/db/sqlite/wire/stale.js'

it.each([
  ['SQLITE_READONLY_DBMOVED', 'all'],
  ['SQLITE_IOERR', 'one'],
  ['SQLITE_IOERR_READ', 'one'],
  ['SQLITE_IOERR_SHORT_READ', 'one'],
  ['SQLITE_IOERR_FSYNC', 'one'],
  ['SQLITE_IOERR_NOMEM', undefined],
  ['SQLITE_IOERR_GETTEMPPATH', undefined],
  ['SQLITE_CORRUPT', 'one'],
  ['SQLITE_CORRUPT_VTAB', undefined],
  ['SQLITE_CORRUPT_INDEX', undefined],
  ['SQLITE_NOTADB', 'one'],
  ['SQLITE_CANTOPEN', 'one'],
  ['SQLITE_CANTOPEN_NOTEMPDIR', undefined],
  ['SQLITE_READONLY', undefined],
  ['SQLITE_READONLY_ROLLBACK', undefined],
  ['SQLITE_READONLY_RECOVERY', undefined],
  ['SQLITE_PROTOCOL', undefined],
  ['SQLITE_FULL', undefined],
  ['SQLITE_BUSY_SNAPSHOT', undefined],
  ['SQLITE_SCHEMA', undefined],
  ['SQLITE_CONSTRAINT_UNIQUE', undefined],
])('%s in a statement on the database: stale is %s', (code, stale) => {
  expect(stalenessOf(code, 'INSERT INTO t VALUES (1)')).toBe(stale)
})

it('the guide’s table names every code that makes a session stale', async () => {
  const guide = await readFile('docs/guides/sqlite.md', 'utf8')
  for (const code of ['READONLY_DBMOVED', 'IOERR', 'CORRUPT', 'NOTADB', 'CANTOPEN'])
    expect(guide).toContain(`\`SQLITE_${code}`)
})

it('an error of the file in a COMMIT is a loss: what is on the disk is not known, so nothing is repeated', async () => {
  const failure = new SqliteError({ code: 'SQLITE_IOERR_FSYNC', message: 'disk I/O error', stale: 'one' })
  const session = { statement: () => Promise.reject(failure), setQueryOnly: async () => {} }
  const { commit } = transactions(() => session as never, { readonly: false, queryOnly: false })
  const error: unknown = await commit({} as never).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'SQLITE_IOERR_FSYNC', message: 'disk I/O error' })
  expect([isFatal(failure), isFatal(error), isRetryable(error)]).toEqual([false, true, false])
})

it('an ordinary error in a COMMIT stays ordinary', async () => {
  const failure = new SqliteError({ code: 'SQLITE_BUSY', message: 'database is locked' })
  const session = { statement: () => Promise.reject(failure), setQueryOnly: async () => {} }
  const { commit } = transactions(() => session as never, { readonly: false, queryOnly: false })
  await expect(commit({} as never)).rejects.toBe(failure)
  expect([isFatal(failure), isRetryable(failure)]).toEqual([false, true])
})
