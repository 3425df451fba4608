// Which errors mean that the session is stale: only a new one can help, although they look like ordinary SQL errors.

import type { Failure, Staleness } from './error.js'

interface Row {
  readonly code: RegExp
  readonly stale: Staleness | undefined
}

/** The first row that fits decides. See docs/guides/sqlite.md, which has the same rows for readers. */
const table: readonly Row[] = [
  // Under every session's open file lies what used to be the database; the path leads to another one, or to none.
  { code: /^SQLITE_READONLY_DBMOVED$/, stale: 'all' },
  // No memory, no folder for temporary files, a path that cannot be converted: the file is not what failed.
  { code: /^SQLITE_IOERR_(NOMEM|GETTEMPPATH|CONVPATH)$/, stale: undefined },
  { code: /^SQLITE_IOERR/, stale: 'one' },
  // The content of a virtual table, a sequence or an index is damaged: every session reads the same.
  { code: /^SQLITE_CORRUPT_/, stale: undefined },
  { code: /^SQLITE_CORRUPT$/, stale: 'one' },
  { code: /^SQLITE_NOTADB$/, stale: 'one' },
  { code: /^SQLITE_CANTOPEN_NOTEMPDIR$/, stale: undefined },
  { code: /^SQLITE_CANTOPEN/, stale: 'one' },
]

/** Statements that open other files, whose errors are about those. */
const opensOthers = /\b(attach|vacuum)\b/i

/** What an error means for the session that met it; undefined for an ordinary one. */
export function stalenessOf(code: string, sql: string): Staleness | undefined {
  const stale = table.find(row => row.code.test(code))?.stale
  return /^SQLITE_(NOTADB|CANTOPEN|CORRUPT)/.test(code) && opensOthers.test(sql) ? undefined : stale
}

/** What a write fails with when the path of the file leads to another file, or to none. */
export const movedFailure: Failure = {
  code: 'SQLITE_READONLY_DBMOVED',
  message:
    'The database file was replaced, moved or deleted after this connection opened it, so nothing was written.',
  stale: 'all',
}
