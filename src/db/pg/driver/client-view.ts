// What pg's client itself believes: whether it can be used, what it reads, and which statements it has prepared.

import type { Duplex, Writable } from 'node:stream'
import pg from 'pg'
import { activeQueryOf, type Wired, wired } from './wired.js'

/** Neither ended, destroyed nor paused, as far as the client and its socket show. */
export function isUsable({ _ending, _queryable }: Wired, stream: Duplex): boolean {
  return (
    _ending !== true &&
    _queryable !== false &&
    (stream.writable ?? !stream.destroyed) && // a stream of the application's own need not know whether it can be written to
    stream.isPaused?.() !== true &&
    !stream.writableCorked // nothing that is written would be sent
  )
}

/** What runs is no query of pg's own but a cursor, a stream or a COPY, whose end need not come of itself. */
export function isHalfRead(client: pg.Client): boolean {
  const query = activeQueryOf(client)
  return (
    wired(client).readyForQuery !== true &&
    query !== null &&
    query !== undefined &&
    !(query instanceof pg.Query)
  )
}

/** What runs is a COPY whose holder has said that there is no more data: its end comes of itself. */
export function isCompleting(client: pg.Client): boolean {
  const { writableEnded, destroyed } = (activeQueryOf(client) ?? {}) as Partial<Writable>
  return writableEnded === true && destroyed !== true
}

/** The socket was destroyed from here, not by the network or the server, while the server worked on a query. */
export function isCutOff(client: pg.Client): boolean {
  const { readyForQuery, connection } = wired(client)
  const { destroyed, errored, readableEnded } = connection.stream
  return readyForQuery !== true && destroyed && errored === null && readableEnded === false
}

/** Settles when the server is ready for a query, the socket has ended, or the signal aborts. */
export function untilReady(client: pg.Client, signal: AbortSignal | undefined): Promise<void> {
  const { connection } = wired(client)
  return new Promise(resolve => {
    const done = (): void => {
      connection.off('readyForQuery', done)
      connection.off('end', done)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    connection.on('readyForQuery', done)
    connection.on('end', done)
    signal?.addEventListener('abort', done)
  })
}

/** Settles when what was asked for and not awaited has been answered; what is half-read is not waited for. */
export async function untilIdle(client: pg.Client): Promise<void> {
  while (!wired(client).readyForQuery && !isHalfRead(client) && isUsable(wired(client), streamOf(client)))
    await untilReady(client, undefined)
}

const streamOf = (client: pg.Client): Duplex => wired(client).connection.stream

/** The query that runs is of a named statement; and whether it was prepared by an earlier one. */
export function namedStatementOf(client: pg.Client): { named: boolean; isPrepared: boolean } {
  const name = activeQueryOf(client)?.name
  const named = typeof name === 'string' && name !== ''
  return { named, isPrepared: named && wired(client).connection.parsedStatements?.[name] !== undefined }
}

/** After the server forgot all prepared statements: pg must not believe that they exist. */
export function forgetStatements(client: pg.Client): void {
  wired(client).connection.parsedStatements = {}
}

/** The server does not say which one a DEALLOCATE meant: those that the text names. */
export function forgetNamedStatements(client: pg.Client): void {
  const { parsedStatements = {} } = wired(client).connection
  const words = String(activeQueryOf(client)?.text ?? '').split(/[^\w$-]+/)
  for (const name of Object.keys(parsedStatements)) if (words.includes(name)) delete parsedStatements[name]
}
