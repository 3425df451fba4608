// What chaos is done to: any pool of pg clients, behind a small contract.

import type { Duplex } from 'node:stream'
import type pg from 'pg'

/** What a borrower gets, of whatever pool: a pg client. */
export type Client = Pick<pg.ClientBase, 'query'> & {
  /** Its typings leave that out of clients that pg.Pool lends. */
  readonly connection?: { readonly stream: Duplex }
}

/** A running pool. */
export interface PoolUnderTest {
  /** Borrows a client for the length of a call and gives it back, as the pool's users are told to do it. */
  use<T>(work: (client: Client) => Promise<T>): Promise<T>
  /** How many connections the pool itself says that it has. */
  total(): number
  close(): Promise<void>
}

/** The same for every pool; times in milliseconds. Each adapter says how it brings them about. */
export interface Sizes {
  readonly min: number
  readonly max: number
  readonly acquireTimeout: number
  readonly connectTimeout: number
}

/** One pool that can be put through the scenarios. */
export interface Contender {
  readonly name: string
  /** Whether the run fails when it fails a scenario; of others it is only shown what they do. */
  readonly asserted: boolean
  open(config: pg.ClientConfig, sizes: Sizes): PoolUnderTest
}
