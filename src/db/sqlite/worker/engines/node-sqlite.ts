// SQLite by Node itself, `node:sqlite`, from Node 22.16 on.

import type { Engine, Place, Row } from '../../wire/library.js'
import { bindable } from './bindable.js'

/** What is used of node:sqlite; the typings of Node 20 do not have it. */
interface StatementSync {
  readonly sourceSQL: string
  setReadBigInts(on: boolean): void
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  get(...parameters: unknown[]): Row | undefined
  iterate(...parameters: unknown[]): Iterator<Row>
}

interface DatabaseSync {
  readonly isTransaction: boolean
  prepare(sql: string): StatementSync
  exec(sql: string): void
  close(): void
}

interface NodeSqlite {
  readonly DatabaseSync: new (
    filename: string,
    options: { readOnly: boolean; timeout: number },
  ) => DatabaseSync
}

/** Opens a database; undefined if this Node cannot: it has no node:sqlite, or one that does not tell of transactions. */
export function openNodeSqlite({ filename, readonly, lockWait }: Place): Engine | undefined {
  const library = withoutWarning(() => process.getBuiltinModule('node:sqlite')) as NodeSqlite | undefined
  if (library === undefined) return undefined
  const database = new library.DatabaseSync(filename, { readOnly: readonly, timeout: lockWait })
  if (typeof database.isTransaction !== 'boolean') {
    database.close()
    return undefined
  }
  return {
    name: 'node:sqlite',
    get inTransaction() {
      return database.isTransaction
    },
    prepare(sql) {
      const statement = database.prepare(sql)
      refuseMore(sql.slice(statement.sourceSQL.length))
      statement.setReadBigInts(true)
      return {
        run: parameters => statement.run(...bindable(parameters)),
        get: parameters => statement.get(...bindable(parameters)),
        iterate: parameters => statement.iterate(...bindable(parameters)),
      }
    },
    exec: sql => database.exec(sql),
    setReading() {},
    close: () => database.close(),
  }
}

/** node:sqlite does the first statement and says nothing of others; better-sqlite3 refuses them, in these words. */
function refuseMore(tail: string): void {
  const statements = tail.replace(/--.*|\/\*[\s\S]*?(\*\/|$)/g, '').replace(/[\s;]/g, '')
  if (statements === '') return
  throw new RangeError('The supplied SQL string contains more than one statement')
}

/** Node says in each thread anew that it is experimental; who chose it knows, and its name is in the options. */
function withoutWarning<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
