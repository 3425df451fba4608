// Statements of several callers on one client, by the pipeline mode of pg 8.23 and later: each has a Sync of its own, so that an error
// is its own statement's only.

import type pg from 'pg'
import { OnObjects } from '../../../core/on-objects.js'
import type { SharingSupport } from '../../driver.js'
import { type OfPool, ofPool } from './ask.js'
import { type Couriers, lostRequest } from './cancel.js'
import type { Session } from './session.js'
import { mayShareText } from './shareable.js'
import { madeStale } from './stale.js'
import { wired } from './wired.js'

/** A statement as `pool.query()` gets it: what pg's `client.query()` takes. */
export interface PgStatement {
  readonly text: unknown
  readonly values?: unknown
}

/** Of a client of pg 8.23 and later. */
interface Pipelined {
  pipeline: boolean
  readonly connectionParameters: { query_timeout?: unknown }
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

/** What pg says itself. */
const tookTooLong = (): Error => new Error('Query read timeout')

/** What `createPool(postgres(…), { share })` does with its clients. */
export function sharing(
  sessionOf: (client: pg.Client) => Session,
  couriers: Couriers,
): SharingSupport<pg.Client> {
  /** The `query_timeout` of clients whose statements share: pg's own would end the connection, with all that is under way on it. */
  const limits = new OnObjects<pg.Client, unknown>()
  return {
    mayShare(statement) {
      const { text } = statement as PgStatement
      if (typeof text === 'string') return mayShareText(text)
      if (typeof text !== 'object' || text === null) return false
      const { text: sql, rows, submit } = text as QueryObject
      if (submit !== undefined || rows) return false // pg keeps a portal open
      return typeof sql === 'string' && mayShareText(sql)
    },

    kindOf(statement) {
      const { text } = statement as PgStatement
      return typeof text === 'string' ? text : (text as QueryObject).text
    },

    begin(client) {
      const pipelined = client as unknown as Pipelined
      const { connectionParameters: parameters } = pipelined
      pipelined.pipeline = true
      sessionOf(client).parameters.share()
      if (!parameters.query_timeout) return
      limits.set(client, parameters.query_timeout)
      parameters.query_timeout = false
    },

    end(client) {
      const pipelined = client as unknown as Pipelined
      pipelined.pipeline = false
      sessionOf(client).unshare()
      const limit = limits.get(client)
      if (limit === undefined) return
      pipelined.connectionParameters.query_timeout = limit
      limits.set(client, undefined)
    },

    /** Not while the server prepares a statement of this name: if that fails, pg takes the second one for prepared. */
    takes(client, statement) {
      const { text } = statement as PgStatement
      if (typeof text === 'string') return true
      const { name } = Object(text) as QueryObject
      return (
        typeof name !== 'string' || wired(client).connection.submittedNamedStatements?.[name] === undefined
      )
    },

    send(client, statement, answer) {
      const { text, values } = statement as PgStatement
      if (isPipelined(client)) holdWrites(wired(client).connection.stream)
      const own = typeof text === 'string' ? undefined : (text as QueryObject).query_timeout
      const plain = own && isPipelined(client) ? { ...(text as object), query_timeout: undefined } : text
      ;(answer as OfPool)[ofPool] = true
      client.query(plain as string, values as unknown[], answer)
    },

    limit(client, statement) {
      if (!isPipelined(client)) return undefined // pg does it
      const { text } = statement as PgStatement
      const own = typeof text === 'string' ? undefined : (text as QueryObject).query_timeout
      const time = own || limits.get(client)
      return time ? { time: Number(time), error: tookTooLong } : undefined
    },

    async cancel(client, isWanted) {
      if (await couriers.cancel(client, isWanted)) return
      throw lostRequest()
    },

    /** A statement that took longer than `statement_timeout` gets the same code, with another message, in English at least. */
    isCancelled(error) {
      const { code, message } = error as { code?: unknown; message?: unknown }
      return code === '57014' && !/statement timeout/.test(String(message))
    },

    isStale: madeStale,
    isClean: client => sessionOf(client).untouched,
  }
}

interface Corkable {
  cork?(): void
  uncork?(): void
}

/** Streams that are held until the end of this turn. */
const held = new WeakSet<Corkable>()

/**
 * What is written in this turn goes out in one piece. Answers come several at a time, and so do the next statements of those who get them: a write
 * for each would cost a third of all that a statement costs.
 */
function holdWrites(stream: Corkable): void {
  if (held.has(stream) || typeof stream.cork !== 'function') return
  held.add(stream)
  stream.cork()
  process.nextTick(letGo, stream) // after all promises of this turn
}

function letGo(stream: Corkable): void {
  held.delete(stream)
  stream.uncork?.()
}

const isPipelined = (client: pg.Client): boolean => (client as unknown as Pipelined).pipeline
