// The worker's work: one request after the other on one database.

import type { Failure } from '../wire/error.js'
import type { Engine, Row, Statement } from '../wire/library.js'
import { type Answer, isCalledOff, type Opening, type Request } from '../wire/messages.js'
import { narrow, pack } from '../wire/rows.js'
import { movedFailure, stalenessOf } from '../wire/stale.js'
import type { DatabaseFile } from './database-file.js'
import { failureOf } from './failure.js'
import { waitForLocks } from './patience.js'
import { QueryOnly } from './query-only.js'
import { Statements } from './statements.js'

type Work = Exclude<Request, { type: 'close' }>
type Query = Extract<Request, { sql: string; chunk: number }>

/** A statement of which there are more rows. */
interface Cursor {
  readonly query: Query
  readonly statement: Statement
  readonly rows: Iterator<Row>
  /** A row that was read already. */
  ahead: IteratorResult<Row>
}

/** The answer without what every answer has. */
type Outcome = Omit<Answer, 'id' | 'inTransaction' | 'moved'>

const calledOffFailure: Failure = { code: 'SQLITE_INTERRUPT', message: 'interrupted' }

/** SQLite takes a longer time, in milliseconds, for none. */
const longestLockWait = 0x7fff_ffff

export class Executor {
  readonly #engine: Engine
  readonly #opening: Opening
  readonly #answer: (answer: Answer) => void
  readonly #leave: () => void
  readonly #statements: Statements
  readonly #file: DatabaseFile
  readonly #queryOnly: QueryOnly
  #moved = false
  readonly #cursors = new Map<number, Cursor>()
  /** An `all` that is not through: what was asked after it waits, as if it had been one step. */
  #whole: number | undefined
  #waiting: Work[] = []

  /** @param leave ends the thread or process */
  constructor(
    engine: Engine,
    file: DatabaseFile,
    opening: Opening,
    answer: (answer: Answer) => void,
    leave: () => void,
  ) {
    this.#engine = engine
    this.#opening = opening
    this.#answer = answer
    this.#leave = leave
    this.#file = file
    this.#queryOnly = new QueryOnly(engine)
    this.#statements = new Statements(engine, opening.statementCache)
  }

  /** Does what is asked, and answers; what is asked while an `all` is under way is done after it. */
  receive(request: Request): void {
    if (request.type === 'close') {
      this.#close()
      return
    }
    if (this.#whole !== undefined && request.id !== this.#whole) {
      this.#waiting.push(request)
      return
    }
    this.#perform(request)
    while (this.#whole === undefined && this.#waiting.length > 0) this.#perform(this.#waiting.shift() as Work)
  }

  /** The end of the thread or process is the answer. */
  #close(): void {
    for (const id of [...this.#cursors.keys()]) this.#end(id)
    this.#engine.close()
    this.#leave()
  }

  #perform(request: Work): void {
    const { id } = request
    let outcome: Outcome
    try {
      if (isCalledOff(this.#opening.calledOff, id) && request.type !== 'stop') {
        this.#end(id)
        outcome = { error: calledOffFailure }
      } else {
        if ('sql' in request) this.#lookAtFile()
        outcome = this.#outcome(request)
      }
    } catch (error) {
      const { sql } = 'sql' in request ? request : (this.#cursors.get(id)?.query ?? { sql: '' })
      this.#end(id)
      outcome = { error: this.#explained(failureOf(error), sql) }
    }
    const { inTransaction } = this.#engine
    this.#answer(
      this.#moved ? { id, inTransaction, moved: true, ...outcome } : { id, inTransaction, ...outcome },
    )
  }

  /** A write into a file that has no name any more would be lost without a word. */
  #lookAtFile(): void {
    if (this.#moved || this.#engine.inTransaction || !this.#file.moved) return
    this.#queryOnly.forbidWrites()
    this.#moved = true
  }

  #explained(failure: Failure, sql: string): Failure {
    const { code } = failure
    if (code === 'SQLITE_READONLY' && this.#moved) return movedFailure
    const stale = code === 'SQLITE_READONLY' ? this.#writableAnew() : stalenessOf(code, sql)
    return stale === undefined ? failure : { ...failure, stale }
  }

  /** SQLite opens a file for reading only if it may not be written, and stays with that when it may. */
  #writableAnew(): 'one' | undefined {
    if (this.#opening.readonly || this.#queryOnly.on || !this.#file.writable) return undefined
    return 'one'
  }

  #outcome(request: Work): Outcome {
    switch (request.type) {
      case 'run':
        return this.#once(request, statement => {
          const { changes, lastInsertRowid } = statement.run(request.parameters)
          const bigints = this.#opening.integers === 'bigint'
          const rowid = bigints ? BigInt(lastInsertRowid) : narrow(BigInt(lastInsertRowid), 'mixed', 'rowid')
          return { result: { changes: Number(changes), lastInsertRowid: rowid } }
        })
      case 'get':
        return this.#once(request, statement => {
          const row = statement.get(request.parameters)
          return row === undefined ? {} : { rows: pack([row], this.#opening.integers) }
        })
      case 'all':
      case 'iterate':
        return this.#read(this.#open(request))
      case 'more': {
        const cursor = this.#cursors.get(request.id)
        return cursor === undefined ? {} : this.#read(cursor)
      }
      case 'stop':
        this.#end(request.id)
        return {}
      case 'exec':
        this.#exec(request.sql)
        return {}
      case 'reset':
        for (const id of [...this.#cursors.keys()]) this.#end(id)
        if (this.#engine.inTransaction) this.#engine.exec('ROLLBACK')
        this.#queryOnly.set('as before')
        return {}
      case 'queryOnly':
        this.#queryOnly.set(request.to)
        return {}
    }
  }

  #once(query: Query, work: (statement: Statement) => Outcome): Outcome {
    return this.#patiently(query, () => {
      const statement = this.#statements.take(query.sql)
      try {
        return work(statement)
      } finally {
        this.#statements.putBack(query.sql, statement)
      }
    })
  }

  #open(query: Query): Cursor {
    const statement = this.#patiently(query, () => this.#statements.take(query.sql))
    const cursor = this.#patiently(query, () => {
      const rows = statement.iterate(query.parameters)
      return { query, statement, rows, ahead: rows.next() }
    })
    this.#cursors.set(query.id, cursor)
    if (query.type === 'all') this.#whole = query.id
    return cursor
  }

  #read(cursor: Cursor): Outcome {
    const { query, rows } = cursor
    const read: Row[] = []
    while (!cursor.ahead.done && read.length < query.chunk) {
      if (isCalledOff(this.#opening.calledOff, query.id)) {
        this.#end(query.id)
        return { error: calledOffFailure }
      }
      read.push(cursor.ahead.value)
      cursor.ahead = rows.next()
    }
    const more = cursor.ahead.done !== true
    if (!more) this.#end(query.id)
    else if (query.type === 'iterate') this.#engine.setReading(true)
    return { rows: pack(read, this.#opening.integers), more }
  }

  #end(id: number): void {
    if (this.#whole === id) this.#whole = undefined
    const cursor = this.#cursors.get(id)
    if (cursor === undefined) return
    this.#cursors.delete(id)
    if (!cursor.ahead.done) cursor.rows.return?.()
    if (this.#cursors.size === 0) this.#engine.setReading(false)
    this.#statements.putBack(cursor.query.sql, cursor.statement)
  }

  /** Several statements cannot be tried again as one, so SQLite itself waits for locks here. */
  #exec(sql: string): void {
    const { busyTimeout } = this.#opening
    this.#engine.exec(`PRAGMA busy_timeout = ${Math.min(Math.ceil(busyTimeout), longestLockWait)}`)
    try {
      this.#engine.exec(sql)
    } finally {
      this.#engine.exec(`PRAGMA busy_timeout = ${Math.min(busyTimeout, waitForLocks.slice)}`)
    }
  }

  #patiently<T>({ id, sql }: Query, attempt: () => T): T {
    const { busyTimeout, calledOff } = this.#opening
    // In a transaction that read before, waiting is in vain: who holds the lock may be waiting for us. COMMIT is the exception.
    if (this.#engine.inTransaction && !/^\s*(commit|end)\b/i.test(sql)) return attempt()
    return waitForLocks(attempt, busyTimeout, () => isCalledOff(calledOff, id))
  }
}
