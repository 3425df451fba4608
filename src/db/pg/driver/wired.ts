// What pg's typings leave out of a client; all of it is as old as pg 8.11, and none of it is deprecated.

import type pg from 'pg'
import { isBlind, standIn } from './blind.js'

/** What pg knows of the query under way; the query of an extension (a cursor, a COPY) need not have any of it. */
export interface ActiveQuery {
  readonly name?: unknown
  readonly text?: unknown
}

export interface Wired {
  /** True between a ReadyForQuery from the server and the next query: nothing runs and nothing is queued. */
  readonly readyForQuery?: boolean
  /** From pg 8.17 on. */
  readonly _activeQuery?: ActiveQuery | null
  /** Before it; afterwards reading it warns. */
  readonly activeQuery?: ActiveQuery | null
  readonly _queryable?: boolean
  readonly _ending?: boolean
  /** What is not sent yet. */
  readonly _queryQueue?: readonly unknown[]
  _errorAllQueries?(error: Error): void
  readonly connection: WiredConnection
}

export interface WiredConnection extends pg.Connection {
  /** The texts of the named statements that the server has, as pg believes. */
  parsedStatements?: Record<string, string>
  /** Those that are being prepared; pg 8.23 and later. */
  submittedNamedStatements?: Record<string, string>
  _ending?: boolean
  sendCopyFail(message: string): void
}

/** A client as the driver sees it; a stand-in if it has no connection. */
export const wired = (client: pg.Client): Wired => (isBlind(client) ? standIn(client) : client) as Wired

/** The query under way. */
export function activeQueryOf(client: pg.Client): ActiveQuery | null | undefined {
  const seen = wired(client)
  return '_activeQuery' in seen ? seen._activeQuery : seen.activeQuery
}
