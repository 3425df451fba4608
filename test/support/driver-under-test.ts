// What a driver's test file hands to the contract suite: the driver, and hands on its database.

import type { Driver } from '../../src/db/driver.js'

/** A driver, and the hands that the suite needs on its database. */
export interface DriverUnderTest<C> {
  readonly driver: Driver<C>
  /** How many connections of this driver the server counts. */
  countOnServer(): number | Promise<number>
  /** Has the server drop the connection. */
  kill(connection: C): unknown
  /** A statement that succeeds, one that fails without harm, and the begin of a transaction. */
  succeed(connection: C): Promise<unknown>
  fail(connection: C): Promise<unknown>
  begin(connection: C): Promise<unknown>
  /** Whether a statement that fails leaves the rest of its transaction as it is, to be committed; so it is in MySQL. */
  readonly failsAlone?: boolean
  /** Whether other statements than COMMIT and ROLLBACK end a transaction, so that one that has ended is no mistake; MySQL's DDL does. */
  readonly endsUnasked?: boolean
  /** Asks the server, not the driver. */
  inTransaction(connection: C): Promise<boolean>
  /** Starts a query that would run for ever. */
  runForEver(connection: C): Promise<unknown>
  /** A driver for a server that accepts connections and never answers, and how many connections that server has. */
  hung(): Promise<{ driver: Driver<C>; countOnServer(): number | Promise<number>; stop(): unknown }>
  /** A text that appears in the driver's configuration and must appear nowhere else. */
  readonly secret?: string
  stop(): unknown
}
