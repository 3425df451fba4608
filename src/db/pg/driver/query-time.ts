// A query's time limit (`query_timeout`), by the pool's clock: pg's own timer would pass before an answer is read that is already there.

import type pg from 'pg'
import { inCallersContext } from '../../../core/callers-context.js'
import { longestDelay, systemClock } from '../../../core/clock.js'
import { type ActiveQuery, activeQueryOf, wired } from './wired.js'

/** What pg's typings leave out. */
interface Asked {
  readonly connectionParameters?: { readonly query_timeout?: unknown }
  /** What is not sent yet. */
  readonly _queryQueue?: Queued[]
  readonly _Promise?: PromiseConstructor
}

interface Queued extends ActiveQuery {
  readonly callback?: Callback
}

interface QueryConfig {
  readonly text?: unknown
  readonly query_timeout?: unknown
  readonly callback?: unknown
  readonly submit?: unknown
}

type Callback = (error: unknown, result?: unknown) => void

/** Asks as `client.query()` of the client's class does. */
type Ask = (...args: unknown[]) => unknown

/** Those that were sent, and were not answered in time. */
const givenUp = new WeakSet<ActiveQuery>()

/** What runs on the client has been given up by its caller, and nothing is queued behind it: its end is worth no wait. */
export function isGivenUp(client: pg.Client): boolean {
  const query = activeQueryOf(client)
  return query != null && givenUp.has(query) && !wired(client)._queryQueue?.length
}

/** Whether a query, the first argument of `client.query()`, is to be asked by {@link askInTime}: what submits itself keeps pg's timer. */
export function hasTimeLimit(client: object, query: unknown): boolean {
  const forAll = Boolean((client as Asked).connectionParameters?.query_timeout)
  if (typeof query !== 'object' || query === null) return forAll
  const { query_timeout: own, submit } = query as QueryConfig
  return (forAll || Boolean(own)) && submit === undefined
}

/** Asks, and answers with pg's error when that takes too long. A limit that Node cannot count to is none. */
export function askInTime(client: pg.Client, args: readonly unknown[], ask: Ask): unknown {
  const asked = client as unknown as Asked
  const config = copyOf(args[0])
  const limit = Number(config.query_timeout || asked.connectionParameters?.query_timeout)
  const callback = args.slice(1).find(isCallback) ?? config.callback
  const values = isCallback(args[1]) ? undefined : args[1]
  Object.assign(config, { query_timeout: longestDelay, callback: undefined })
  if (callback !== undefined && !isCallback(callback)) return ask(config, values, callback) // pg says what is wrong with it
  if (callback !== undefined) return send(inCallersContext(callback))
  const { _Promise: Wanted = Promise } = asked
  return new Wanted((resolve, reject) => {
    send((error, result) => (error ? reject(error) : resolve(result)))
  }).catch((error: Error) => {
    Error.captureStackTrace(error) // as pg does: it leads to the code that asks
    throw error
  })

  function send(answer: Callback): void {
    let over = false
    let query: Queued | undefined
    const timer = systemClock.setTimeout(() => {
      over = true
      const error = new Error('Query read timeout')
      const { _queryQueue: queue = [] } = asked
      if (query !== undefined && queue.includes(query)) {
        queue.splice(queue.indexOf(query), 1) // it is not sent, and never will be
        query.callback?.(error) // which clears pg's own timer
      } else if (query !== undefined) givenUp.add(query)
      answer(error)
    }, limit)
    ask(config, values, (error: unknown, result: unknown) => {
      if (over) return
      systemClock.clearTimeout(timer)
      answer(error, result)
    })
    query = asked._queryQueue?.at(-1) ?? (activeQueryOf(client) as Queued | null | undefined) ?? undefined // it was sent at once
  }
}

const isCallback = (value: unknown): value is Callback => typeof value === 'function'

/** A copy that can be changed; what builds queries may have `text` as a getter of its class. */
function copyOf(query: unknown): QueryConfig {
  if (typeof query !== 'object' || query === null) return { text: query }
  return Object.assign(Object.create(Object.getPrototypeOf(query)), query)
}
