// What a driver's test file hands to the contract suite and to the walks by model: the driver, and hands on its database.

import type { Driver } from '../../db/driver.js'

/** A driver, and the operations on its database that {@link driverContract} needs. */
export interface DriverUnderTest<C> {
  readonly driver: Driver<C>
  /** How many connections of this driver the server counts. */
  countOnServer(): number | Promise<number>
  /** Has the server drop the connection. */
  kill(connection: C): unknown
  /** A statement that succeeds. */
  succeed(connection: C): Promise<unknown>
  /** A statement that fails, and leaves the connection as good as it was. */
  fail(connection: C): Promise<unknown>
  /** Leaves something open that a reset must end: begins a transaction. */
  begin(connection: C): Promise<unknown>
  /** Whether what `begin` left is open. Ask the server, not the driver. */
  inTransaction(connection: C): Promise<boolean>
  /** Starts a query that would run forever. */
  runForEver(connection: C): Promise<unknown>
  /** A driver for a server that accepts connections and never answers. */
  hung(): Promise<HungServer<C>>
  /** Whether a failed statement leaves the rest of its transaction intact, to be committed, as in MySQL. Default false. */
  readonly failsAlone?: boolean
  /**
   * Whether statements other than COMMIT and ROLLBACK end a transaction, as MySQL's DDL does, so that a commit without one is not a mistake.
   * Default false.
   */
  readonly endsUnasked?: boolean
  /** A text that appears in the driver's configuration and must appear nowhere else. */
  readonly secret?: string
  /** Stops what `setUp` started, for example a server. */
  stop(): unknown
}

/** A server that accepts connections and never answers, and a driver that connects to it. */
export interface HungServer<C> {
  readonly driver: Driver<C>
  /** How many connections this server has. */
  countOnServer(): number | Promise<number>
  stop(): unknown
}
