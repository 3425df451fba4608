// SQLite by better-sqlite3, an optional peer dependency, for Node 20 and for those who prefer it.

import type Database from 'better-sqlite3'
import type { Engine, Place, Row } from '../../wire/library.js'
import { bare, bindable } from './bindable.js'

/** @throws Error saying what to install when better-sqlite3 is not there, or was built for another Node. */
export function openBetterSqlite({ filename, readonly, lockWait, places }: Place): Engine {
  const Library = load(places)
  const database = open(Library, filename, { readonly, timeout: lockWait })
  database.defaultSafeIntegers(true)
  return {
    name: 'better-sqlite3',
    get inTransaction() {
      return database.inTransaction
    },
    prepare(sql) {
      const statement = database.prepare<unknown[], Row>(sql)
      // The library insists on one method for statements with rows and another for those without; node:sqlite does not.
      if (!statement.reader) {
        return {
          run: parameters => statement.run(...bindable(bare(parameters))),
          get(parameters) {
            statement.run(...bindable(bare(parameters)))
            return undefined
          },
          iterate(parameters) {
            statement.run(...bindable(bare(parameters)))
            return [][Symbol.iterator]()
          },
        }
      }
      return {
        run(parameters) {
          for (const _ of statement.iterate(...bindable(bare(parameters)))) {
            // Read to the end: the statement is done then, and its rows are of no interest.
          }
          return database
            .prepare<[], { changes: bigint; lastInsertRowid: bigint }>(
              'SELECT changes() AS changes, last_insert_rowid() AS lastInsertRowid',
            )
            .get() as { changes: bigint; lastInsertRowid: bigint }
        },
        get: parameters => statement.get(...bindable(bare(parameters))),
        iterate: parameters => statement.iterate(...bindable(bare(parameters))),
      }
    },
    exec(sql) {
      database.exec(sql)
    },
    // The library refuses writes meanwhile, as it is not defined whether the reader will see them; SQLite, and node:sqlite, do not.
    setReading(reading) {
      database.unsafeMode(reading)
    },
    close() {
      database.close()
    },
  }
}

/** The library looks for the folder itself, and has its own error when there is none, without SQLite's code. */
function open(Library: typeof Database, filename: string, options: Database.Options): Database.Database {
  try {
    return new Library(filename, options)
  } catch (error) {
    if (error instanceof TypeError) Object.assign(error, { code: 'SQLITE_CANTOPEN' })
    throw error
  }
}

function load(places: readonly string[]): typeof Database {
  const { createRequire } = process.getBuiltinModule('node:module')
  let cause: unknown
  for (const place of places) {
    try {
      return createRequire(place)('better-sqlite3')
    } catch (error) {
      // Of several failures, that of a library which is there but does not load tells most.
      if (cause === undefined || !isMissing(error)) cause = error
    }
  }
  const remedy =
    'npm install better-sqlite3, where the program runs (Node 22.16 and later have SQLite built in)'
  const error = new Error(
    `Node ${process.versions.node} needs better-sqlite3 for SQLite, and it could not be loaded: ${remedy}.`,
    { cause },
  )
  throw Object.assign(error, { remedy: isMissing(cause) ? `Install it: ${remedy}` : rebuild })
}

const rebuild = 'The cause says why it does not load; after a change of Node: npm rebuild better-sqlite3'

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'MODULE_NOT_FOUND'
