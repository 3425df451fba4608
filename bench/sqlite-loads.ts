// What is read in the benchmark of SQLite, and the library called directly.

import { pack, unpack } from '../src/db/sqlite/wire/rows.js'
import { openEngine } from '../src/db/sqlite/worker/engine.js'

/** One statement and its only parameter. */
export type Read = readonly [sql: string, value: number]

/** What the clients ask. */
export interface Load {
  /** For the table's caption. */
  readonly words: string
  read(i: number): Read
}

export const places = [import.meta.url]
export const rows = 200_000

const oneRow = 'SELECT * FROM orders WHERE id = ?'
const wholeTable = 'SELECT count(*) AS count, sum(total) AS total FROM orders WHERE total > ?'
const someRows =
  'SELECT count(*) AS count, sum(total) AS total FROM (SELECT total FROM orders WHERE id > ? LIMIT 6000)'

export const loads: readonly Load[] = [
  {
    words: 'of ten reads nine are of one row by its key, and one goes through the whole table',
    read: i => (i % 10 === 0 ? [wholeTable, i % 100] : [oneRow, (i * 7919) % rows]),
  },
  {
    words: 'each read goes through 6,000 rows, which takes about half a millisecond',
    read: i => [someRows, (i * 7919) % (rows - 6_000)],
  },
]

/** The library in this thread, its statements prepared once. */
export interface Direct {
  readonly name: string
  get(read: Read): unknown
  close(): void
}

export function openDirect(filename: string): Direct {
  const engine = openEngine(undefined, { filename, readonly: true, lockWait: 0, places })
  const statements = new Map([oneRow, wholeTable, someRows].map(sql => [sql, engine.prepare(sql)]))
  return {
    name: engine.name,
    // As the driver hands rows out: numbers, not BigInts.
    get([sql, value]) {
      const packed = pack([statements.get(sql)?.get([value]) ?? {}], 'number')
      const out: Record<string, never>[] = []
      if (packed !== undefined) unpack(packed, out)
      return out[0]
    },
    close: () => engine.close(),
  }
}
