// Ends a session whose holder's statement still runs, in such a way that the server has let go when the slot becomes free.

import type { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import { startDeadline } from '../../../core/deadline.js'
import type { Couriers } from './cancel.js'
import type { Session } from './session.js'
import { activeQueryOf, wired } from './wired.js'

/** How long the server has for letting go; then the socket is destroyed. In ms. */
export const longestDeparture = 3_000

/**
 * A backend that has not read the query yet ignores the request to cancel it, and then runs the query; so does PgBouncer while the
 * query is in its line. So they are asked again, in ms after the time before, and for the last time shortly before the socket goes.
 */
const again = [100, 400, 500, 900, 900]

/** What a client does with messages; it hears of none of them any more. */
const messages = [
  'errorMessage',
  'readyForQuery',
  'notice',
  'notification',
  'rowDescription',
  'dataRow',
  'portalSuspended',
  'emptyQuery',
  'commandComplete',
  'parseComplete',
  'copyInResponse',
  'copyOutResponse',
  'copyData',
  'copyDone',
]

/**
 * Rejects the holder's queries at once, has the server cancel the one that runs, and closes gracefully.
 * @returns a promise that settles when the server has closed the socket, or took too long; it never rejects
 */
export function depart(session: Session, couriers: Couriers): Promise<void> {
  session.departure ??= departOnce(session, couriers)
  return session.departure
}

function departOnce(session: Session, couriers: Couriers): Promise<void> {
  const { client, halfRead, waitsForBorrower } = session
  const { connection } = wired(client)
  const raw = connection.stream.listenerCount?.('data') === 0 ? activeQueryOf(client) : undefined
  session.dismiss()
  return new Promise(resolve => {
    let timer: NodeJS.Timeout | undefined
    let over = false
    const inTime = startDeadline(() => session.destroy(), longestDeparture)
    connection.on('end', () => {
      over = true
      inTime()
      clearTimeout(timer)
      resolve()
    })
    const send = async (trip: number): Promise<void> => {
      await couriers.cancel(client, () => !over)
      const pause = again[trip]
      if (!over && pause !== undefined) timer = setTimeout(send, pause, trip + 1).unref()
    }
    abandon(session)
    connection.stream.resume?.()
    const goodbye = (): void => connection.end()
    if (raw) {
      // It may have read part of a message, so pg will not know any more where the next one begins.
      takeBack(connection.stream, raw)
      void send(0).then(goodbye)
      return
    }
    connection.on('readyForQuery', goodbye)
    connection.on('copyInResponse', goodbye)
    connection.on('portalSuspended', goodbye) // a query with `rows`: no one asks for more of them
    if (halfRead) connection.on('errorMessage', goodbye)
    if (waitsForBorrower) goodbye()
    // A query that pg refused is answered before the client is ready again, and was never sent: there is nothing to cancel.
    else queueMicrotask(() => (session.ready ? goodbye() : void send(0)))
  })
}

/** Ends a query that reads from the socket itself, past pg, as a COPY of pg-copy-streams does; what else comes is discarded. */
function takeBack(stream: Readable, query: unknown): void {
  ;(query as Partial<Readable>).destroy?.()
  stream.removeAllListeners('readable')
  process.nextTick(() => stream.resume()) // Node looks for the listeners in the next tick
}

/** Rejects all queries of a client, which takes no further ones and hears nothing more. */
function abandon({ client }: Session): void {
  const innards = wired(client)
  for (const name of messages) innards.connection.removeAllListeners(name)
  ;(innards as { _ending: boolean })._ending = true
  innards.connection._ending = true
  for (const query of [activeQueryOf(client), ...(innards._queryQueue ?? [])]) muffle(query)
  innards._errorAllQueries?.(new Error('Connection terminated'))
}

/** A stream that its holder left half-read has no one who hears its error, which would end the process. */
function muffle(query: unknown): void {
  const { on, listenerCount } = (query ?? {}) as Partial<EventEmitter>
  if (typeof on === 'function' && typeof listenerCount === 'function')
    if ((query as EventEmitter).listenerCount('error') === 0) (query as EventEmitter).on('error', () => {})
}
