// The names of SQLite's result codes: node:sqlite gives numbers, better-sqlite3 names, and we give both names.

/** By primary code, as on sqlite.org/rescode.html. */
const primary: Readonly<Record<number, string>> = {
  1: 'ERROR',
  2: 'INTERNAL',
  3: 'PERM',
  4: 'ABORT',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  9: 'INTERRUPT',
  10: 'IOERR',
  11: 'CORRUPT',
  12: 'NOTFOUND',
  13: 'FULL',
  14: 'CANTOPEN',
  15: 'PROTOCOL',
  16: 'EMPTY',
  17: 'SCHEMA',
  18: 'TOOBIG',
  19: 'CONSTRAINT',
  20: 'MISMATCH',
  21: 'MISUSE',
  22: 'NOLFS',
  23: 'AUTH',
  24: 'FORMAT',
  25: 'RANGE',
  26: 'NOTADB',
}

/** The extended codes, by primary code: the first is primary + 256, the second primary + 512, and so on. */
const extended: Readonly<Record<number, string>> = {
  1: 'MISSING_COLLSEQ RETRY SNAPSHOT',
  4: '- ROLLBACK',
  5: 'RECOVERY SNAPSHOT TIMEOUT',
  6: 'SHAREDCACHE VTAB',
  8: 'RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY',
  10: 'READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS CHECKRESERVEDLOCK LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE',
  11: 'VTAB SEQUENCE INDEX',
  14: 'NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK',
  19: 'CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED DATATYPE',
  23: 'USER',
}

/** The name of a result code: 2067 is `'SQLITE_CONSTRAINT_UNIQUE'`. An unknown one has the name of its primary code. */
export function nameOfCode(code: number): string {
  const kind = primary[code & 0xff]
  if (kind === undefined) return `SQLITE_${code}`
  const detail = extended[code & 0xff]?.split(' ')[(code >> 8) - 1]
  return detail === undefined || detail === '-' ? `SQLITE_${kind}` : `SQLITE_${kind}_${detail}`
}
