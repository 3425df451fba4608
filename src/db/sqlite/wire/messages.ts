// What a connection and its worker say to each other; plain data, so that it can cross to a thread and to a process.

import type { Failure } from './error.js'

/** A value that SQLite can store. SQLite returns blobs as `Buffer`. */
export type SqliteValue = null | number | bigint | string | Uint8Array

/** Values for the `?` of a statement, in order, or for `:name`, `@name` and `$name`, by the bare name. */
export type SqliteParameters = readonly SqliteValue[] | Readonly<Record<string, SqliteValue>>

/** The type of integers: see `SqliteOptions.integers`. */
export type Integers = 'number' | 'bigint' | 'mixed'

/** The supported SQLite libraries. */
export type EngineName = 'node:sqlite' | 'better-sqlite3'

/** The first message to a worker. */
export interface Opening {
  readonly filename: string
  readonly readonly: boolean
  /** undefined = the first that there is. */
  readonly engine: EngineName | undefined
  /** Files from whose folders better-sqlite3 is looked for, in this order. */
  readonly places: readonly string[]
  /** In milliseconds. */
  readonly busyTimeout: number
  /** Run in this order as the connection opens. */
  readonly pragmas: readonly string[]
  /** Prepared statements kept; 0 = none. */
  readonly statementCache: number
  readonly integers: Integers
  /** Where calls that are cancelled are marked (see {@link isCalledOff}); a process has none, it is killed instead. */
  readonly calledOff: Int32Array | undefined
}

/** What is asked of a worker. `more` and `stop` go on with an earlier `all` or `iterate`, under its number. */
export type Request =
  | {
      readonly id: number
      readonly type: 'run' | 'get' | 'all' | 'iterate'
      readonly sql: string
      readonly parameters: SqliteParameters | undefined
      /** How many rows an answer holds at most. */
      readonly chunk: number
    }
  | { readonly id: number; readonly type: 'exec'; readonly sql: string }
  | { readonly id: number; readonly type: 'more' | 'stop' | 'reset' }
  /** Has SQLite refuse writes, or allow them, or leaves that to the next statement, until it is as before the first of these again. */
  | { readonly id: number; readonly type: 'queryOnly'; readonly to: 'on' | 'off' | 'remember' | 'as before' }
  | { readonly id: number; readonly type: 'close' }

/** Some rows: the values of all of them in one list, row by row. */
export interface Rows {
  readonly columns: readonly string[]
  readonly values: readonly SqliteValue[]
}

/** The effect of a statement. */
export interface RunResult {
  /** Rows that it inserted, updated or deleted. */
  readonly changes: number
  /** Of the last row that this connection inserted; a BigInt if `integers` is `'bigint'`, or if a number cannot hold it. */
  readonly lastInsertRowid: number | bigint
}

/** What a worker answers to one request. */
export interface Answer {
  readonly id: number
  /** Whether a transaction is open now. */
  readonly inTransaction: boolean
  readonly rows?: Rows | undefined
  readonly result?: RunResult | undefined
  readonly error?: Failure | undefined
  /** There are more rows. */
  readonly more?: boolean
  /** The path of the file leads to another file now, or to none: this session reads the old one, and writes no more. */
  readonly moved?: boolean
}

/** The first message from a worker. */
export type Greeting = { readonly engine: EngineName } | { readonly error: Failure }

/** The last message from a thread that was told to end: it has let go of the file. */
export interface Farewell {
  readonly ended: true
}

/** Calls that can be told apart when they are cancelled at the same time. */
const callOffSlots = 64

/** Memory for the marks: a slot for each call, and one for all of them. */
export function createSlots(): Int32Array {
  return new Int32Array(new SharedArrayBuffer((callOffSlots + 1) * Int32Array.BYTES_PER_ELEMENT)).fill(-1)
}

/** Marks a call, for a worker that looks between two rows and between two attempts at a lock. */
export function markCalledOff(slots: Int32Array, id: number): void {
  Atomics.store(slots, id % callOffSlots, id)
}

/** Marks all calls, those to come included. */
export function markAllCalledOff(slots: Int32Array): void {
  Atomics.store(slots, callOffSlots, 1)
}

export function isCalledOff(slots: Int32Array | undefined, id: number): boolean {
  if (slots === undefined) return false
  return Atomics.load(slots, id % callOffSlots) === id || Atomics.load(slots, callOffSlots) === 1
}
