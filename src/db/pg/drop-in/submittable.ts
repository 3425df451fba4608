// Queries that submit themselves (pg.Query, pg-cursor, pg-query-stream), run by the pool: when is one of them over?

import type pg from 'pg'

/** What they have in common, and pg's types leave out. */
interface Submittable extends pg.Submittable {
  callback?: ((error?: unknown, result?: unknown) => void) | undefined
  readonly _result?: unknown
  readonly _error?: unknown
}

export function isSubmittable(query: unknown): query is pg.Submittable {
  return typeof (query as Partial<pg.Submittable> | null)?.submit === 'function'
}

/**
 * Runs one on a client of its own, and calls back once, when it is over. Most call back themselves; a cursor never
 * does, and neither does a query that has a callback of its own: of those the client tells, which has nothing left to do.
 */
export function submit(
  client: pg.Client,
  query: Submittable,
  done: (error: unknown, result?: unknown) => void,
): void {
  const finish = (error: unknown, result: unknown): void => {
    client.removeListener('drain', drained)
    client.removeListener('end', ended)
    done(error, result)
  }
  const drained = (): void => finish(query._error, query._result)
  const ended = (): void => finish(new Error('Connection terminated unexpectedly'), undefined)
  const { callback } = query
  query.callback = (error, result) => {
    callback?.(error, result)
    finish(error, result)
  }
  client.on('drain', drained)
  client.on('end', ended)
  client.query(query)
}
