// What the stories want of a query builder, in the builder's own words: each has an adapter beside this file.

import type { Pool } from '../../../../src/db/pg/index.js'

/** Where queries run: on the pool, or in a transaction. */
export interface Session {
  insert(id: number, name: string): Promise<unknown>
  /** Of all pets, by id. */
  names(): Promise<string[]>
  rows(sql: string): Promise<Record<string, unknown>[]>
}

export interface QueryBuilder extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** What the library throws, or the error that it wraps. */
  reasonOf(error: unknown): unknown
  /** Ends the library and the pool, as the guide says. */
  end(): Promise<void>
}

/** The library on a pool; the table of pets has this name. */
export type Open = (pool: Pool, table: string) => QueryBuilder
