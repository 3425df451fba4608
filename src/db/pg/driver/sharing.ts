// Statements of several callers on one client, by the pipeline mode of pg 8.23 and later: each has a Sync of its own, so that an error
// is its own statement's only.

import type pg from 'pg'
import type { SharingSupport } from '../../driver.js'
import type { Session } from './session.js'
import { mayShareText } from './shareable.js'
import { wired } from './wired.js'

/** A statement as `pool.query()` gets it: what pg's `client.query()` takes. */
export interface PgStatement {
  readonly text: unknown
  readonly values?: unknown
}

/** Of a client of pg 8.23 and later. */
interface Pipelined {
  pipeline: boolean
}

/** A query as an object, as pg takes it. */
interface QueryObject {
  readonly text?: unknown
  readonly name?: unknown
  readonly rows?: unknown
  readonly submit?: unknown
  readonly query_timeout?: unknown
}

/** Whether clients of this class can have several statements under way. */
export const canPipeline = ({ prototype }: typeof pg.Client): boolean =>
  prototype !== undefined && '_pulsePipelinedQueryQueue' in prototype

/** What `createPool(postgres(…), { share })` does with its clients. */
export function sharing(sessionOf: (client: pg.Client) => Session): SharingSupport<pg.Client> {
  return {
    mayShare(statement) {
      const { text } = statement as PgStatement
      if (typeof text === 'string') return mayShareText(text)
      if (typeof text !== 'object' || text === null) return false
      const { text: sql, rows, submit, query_timeout: timeout } = text as QueryObject
      // Of these, pg keeps a portal open, or ends the connection when the time is up, with all that is under way.
      if (submit !== undefined || rows || timeout) return false
      return typeof sql === 'string' && mayShareText(sql)
    },

    begin(client) {
      ;(client as unknown as Pipelined).pipeline = true
    },

    end(client) {
      ;(client as unknown as Pipelined).pipeline = false
    },

    /** Not while the server prepares a statement of this name: if that fails, pg takes the second one for prepared. */
    takes(client, statement) {
      const { name } = Object((statement as PgStatement).text) as QueryObject
      return (
        typeof name !== 'string' || wired(client).connection.submittedNamedStatements?.[name] === undefined
      )
    },

    send(client, statement, answer) {
      const { text, values } = statement as PgStatement
      client.query(text as string, values as unknown[], answer)
    },

    isClean: client => sessionOf(client).untouched,
  }
}
