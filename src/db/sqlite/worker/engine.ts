// The little that a worker needs of a library for SQLite, and the choice of one.

import type { EngineName, SqliteParameters, SqliteValue } from '../wire/messages.js'
import { openBetterSqlite } from './engines/better-sqlite3.js'
import { openNodeSqlite } from './engines/node-sqlite.js'

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

/**
 * Opens a database with the library that was asked for, or else with Node's own, or else with better-sqlite3.
 * @throws Error saying what to install when there is none.
 */
export function openEngine(name: EngineName | undefined, place: Place): Engine {
  if (name !== 'better-sqlite3') {
    const engine = openNodeSqlite(place)
    if (engine !== undefined) return engine
    if (name === 'node:sqlite') {
      const remedy = 'Update Node, or install better-sqlite3 and omit the engine option'
      const error = new Error(
        `Node ${process.versions.node} has no suitable node:sqlite (Node 22.16 and later have one). ${remedy}.`,
      )
      throw Object.assign(error, { remedy })
    }
  }
  return openBetterSqlite(place)
}
