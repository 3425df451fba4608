// Times that are handed on to pg and to the server: one that neither can count to means "practically never", not "at once".

import type pg from 'pg'
import { longestDelay, systemClock } from '../../../core/clock.js'
import { longestKeepAliveDelay } from '../../../core/network.js'
import { hiddenRefusal } from '../../../core/refusal.js'
import { asDriver } from './ask.js'
import { askInTime, hasTimeLimit } from './query-time.js'
import { wired } from './wired.js'

type Time = number | string | false | null | undefined

/** What pg's typings leave out of a client; all of it is as old as pg 8. */
interface Timed {
  readonly connectionParameters?: Record<string, Time>
  _connectionTimeoutMillis?: Time
  readonly connection?: { _keepAliveInitialDelayMillis?: Time }
}

const onServer = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const
const onClient = 'query_timeout'

/** @throws OptionsError for a time, of the connection string too, that is none. */
export function checkTimes(client: pg.Client): void {
  const { connectionParameters = {} } = client as unknown as Timed
  for (const name of [...onServer, onClient]) {
    const time = connectionParameters[name]
    if (!time || Number(time) >= 0) continue
    throw hiddenRefusal(name, 'must be a number of milliseconds of at least 0, or Infinity')
  }
}

/**
 * Puts limits to the times of a client that is not connected yet, wherever they came from. Node would take a timer of 2^31 ms for one
 * of 1 ms, and the server would refuse such a time.
 */
export function limitTimes<C extends pg.Client>(client: C): C {
  const timed = client as unknown as Timed
  const { connectionParameters, connection } = timed
  if (connectionParameters !== undefined) {
    for (const name of onServer) {
      const time = connectionParameters[name]
      if (time && Number(time) > longestDelay) connectionParameters[name] = longestDelay
    }
    const time = connectionParameters[onClient]
    if (time && Number(time) > longestDelay) connectionParameters[onClient] = false
  }
  if (Number(timed._connectionTimeoutMillis) > longestDelay) timed._connectionTimeoutMillis = 0
  if (connection !== undefined && Number(connection._keepAliveInitialDelayMillis) > longestKeepAliveDelay)
    connection._keepAliveInitialDelayMillis = longestKeepAliveDelay
  if (!(asDriver in client)) limitQueries(client) // the drop-in's do it themselves
  return client
}

/** Through the class's method as it is when the query is made: it may be instrumented by then. */
function limitQueries(client: pg.Client): void {
  const prototype = Object.getPrototypeOf(client)
  const ask = (...args: unknown[]): unknown => Reflect.apply(prototype.query, client, args)
  client.query = ((...args: unknown[]) => {
    if (hasTimeLimit(client, args[0])) return askInTime(client, args, ask)
    // As many as there were, and most often one or two, which need no list.
    if (args.length === 1) return prototype.query.call(client, args[0])
    return args.length === 2 ? prototype.query.call(client, args[0], args[1]) : ask(...args)
  }) as typeof client.query
}

/**
 * Connects within the time that pg's `connectionTimeoutMillis` says, and fails as pg does. Its own timer would not know of a process that
 * was frozen, or of an event loop that was blocked: it would find that the time has passed before it reads that the server has answered.
 */
export function connectWithinLimit(client: pg.Client): Promise<unknown> {
  const limit = Number((client as unknown as Timed)._connectionTimeoutMillis)
  return limit > 0 ? connectWithin(limit, client) : connected(client)
}

async function connectWithin(limit: number, client: pg.Client): Promise<void> {
  const timed = client as unknown as Timed
  timed._connectionTimeoutMillis = 0
  const { connection } = wired(client)
  const timer = systemClock.setTimeout(() => {
    connection._ending = true
    connection.stream.destroy(new Error('timeout expired'))
  }, limit)
  systemClock.unref?.(timer)
  try {
    await connected(client)
  } finally {
    systemClock.clearTimeout(timer)
  }
}

/** pg-pool passes a callback, and a subclass or a patch may know nothing else; one that takes none returns a promise. */
function connected(client: pg.Client): Promise<unknown> {
  if (client.connect.length === 0) return client.connect()
  return new Promise<void>((resolve, reject) => {
    const returned: unknown = client.connect((error: unknown) => (error ? reject(error) : resolve()))
    // It may settle before the client is connected, when what it calls takes the callback.
    if (returned instanceof Promise) returned.then(() => wired(client).readyForQuery && resolve(), reject)
  })
}
