// The little that a worker needs of a library for SQLite.

import type { EngineName, SqliteParameters, SqliteValue } from './messages.js'

/** A row as the libraries have it. */
export type Row = Record<string, SqliteValue>

/** A prepared statement. All integers that it reads are BigInts. */
export interface Statement {
  run(parameters: SqliteParameters | undefined): {
    changes: number | bigint
    lastInsertRowid: number | bigint
  }
  get(parameters: SqliteParameters | undefined): Row | undefined
  /** Reads as it is asked; ending it early ends the statement. */
  iterate(parameters: SqliteParameters | undefined): Iterator<Row>
}

/** An open database. */
export interface Engine {
  readonly name: EngineName
  readonly inTransaction: boolean
  prepare(sql: string): Statement
  exec(sql: string): void
  /** Whether a statement is read in parts from now on, so that others may be run before it is through, writes too. */
  setReading(reading: boolean): void
  close(): void
}

/** What it takes to open a database. */
export interface Place {
  readonly filename: string
  readonly readonly: boolean
  /** Files from whose folders better-sqlite3 is looked for. */
  readonly places: readonly string[]
  /** How long SQLite itself waits for a lock, in milliseconds. */
  readonly lockWait: number
}
