// What can be done about a database that cannot be opened.

import { SqliteError } from '../wire/error.js'

/** By SQLite's code; the first row that fits. */
const table: readonly (readonly [RegExp, string])[] = [
  [
    /^SQLITE_CANTOPEN/,
    'Check that the folder of the file exists, and that this process may read it and create files in it; a file opened read-only must already exist',
  ],
  [
    /^SQLITE_(NOTADB|FORMAT)/,
    'Check that the file is a SQLite database and, if it is encrypted, that the library can decrypt it and the key is right',
  ],
  [/^SQLITE_CORRUPT/, 'Check the file with PRAGMA integrity_check, and restore it from a backup'],
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, 'Find out which process has locked the file, or raise busyTimeout'],
  [
    /^SQLITE_(READONLY|PERM|AUTH)/,
    'Check that this process may write the file and its folder, or open it with readonly: true',
  ],
  [/^SQLITE_FULL/, 'Free space on the disk that holds the file'],
  [/^SQLITE_(IOERR|NOLFS)/, 'Check the disk, or the network file system, that holds the file'],
  [/^SQLITE_NOMEM/, 'Give the process more memory, or lower cache_size and mmap_size (pragmas)'],
  [/^SQLITE_(ERROR|RANGE|MISUSE)/, 'Check the options, especially pragmas'],
]

const general = 'Check the file, its folder and their permissions'

const slow =
  'Find out whether another process keeps the file locked or the disk is slow, or raise connectTimeout'

/** @param error what the connect was refused with; undefined when it took too long */
export function remedyFor(error: unknown): string {
  if (error === undefined) return slow
  if (error instanceof Error && 'remedy' in error && typeof error.remedy === 'string') return error.remedy
  if (!(error instanceof SqliteError)) return general
  return table.find(([code]) => code.test(error.code))?.[1] ?? general
}
