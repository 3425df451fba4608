// The driver under the drop-in: postgres(), and around it what pg.Pool does when clients come and go.

import { once } from 'node:events'
import type pg from 'pg'
import { startDeadline } from '../../../core/deadline.js'
import { workForPool } from '../../../core/for-the-pool.js'
import type { ConnectContext, Driver, ResetContext } from '../../../index.js'
import { isBlind } from '../driver/blind.js'
import { driverFor } from '../driver/driver.js'
import { isGivenUp } from '../driver/query-time.js'
import { wired } from '../driver/wired.js'
import {
  type ClientClass,
  isLent,
  isOnTheWay,
  isReady,
  isWatched,
  type LentClient,
  lastLease,
  lendable,
} from './client.js'
import type { Settings } from './options.js'

/** What the pool is told of its clients; each call is an event of pg.Pool's. */
export interface Audience {
  /** A client is ready; if this returns a promise, no caller gets the client before the promise settles. */
  connected(client: LentClient): unknown
  /** The session of a client that was ready is over. */
  removed(client: LentClient): void
  /** An idle client was lost. */
  failed(error: unknown, client: LentClient): void
  /** A leased client was lost. */
  lostWhileLent(client: LentClient, reason: unknown): void
  log(...messages: unknown[]): void
}

/** Connections whose objects are lendable clients. */
export function lendingDriver(
  settings: Settings,
  Client: ClientClass,
  audience: Audience,
): Driver<LentClient> {
  const { resetQuery } = settings.client
  const keepsTransactions = settings.habits.has('keepOpenTransactions')
  const throwsErrors = settings.habits.has('throwUnhandledErrors')

  /** The connection's end, which comes before the client's: `end()` of the pool must not overtake it. */
  const watch = (client: LentClient): void => {
    if (client[isWatched]) return
    client[isWatched] = true
    wired(client).connection.once('end', () => client[isReady] && audience.removed(client))
  }

  /** The application's part of a connect, and again of a reset that undid it. */
  const introduce = async (client: LentClient): Promise<void> => {
    await settings.onConnect?.(client)
    await audience.connected(client)
  }

  const prepare = (of: pg.Client): Promise<void> => {
    const client = of as LentClient
    watch(client) // here, because what is hung on the connection once it is ready ends with the lease
    if (client[lastLease] === undefined) return introduce(client) // a new one has no former holder
    return workForPool(client, () => introduce(client))
  }
  const base = driverFor(
    { ...settings.client, Client: lendable(Client) },
    {
      prepare,
      isHasty: settings.habits.has('ignoreConnectListeners'),
      anyClient: true,
      changes: settings.changes,
    },
  )

  /** Those that reported an error. Their sockets may be well: then they close gracefully, as pg.Pool's clients do. */
  const leaving = new WeakSet<LentClient>()

  return {
    ...(base as unknown as Driver<LentClient>),

    destroy: (client, options = {}) =>
      !options.atOnce && leaving.has(client) && canSayGoodbye(client)
        ? sayGoodbye(client, () => base.destroy(client))
        : base.destroy(client, options),

    async connect({ signal, onLost, onStale, onLinger, setUp }: ConnectContext): Promise<LentClient> {
      audience.log('connecting new client')
      let client: LentClient | undefined
      const lost = (reason: unknown): void => {
        const lent = client?.[isLent] === true && !client[isOnTheWay]
        const ended = client !== undefined && isEnding(client)
        const wasReady = client?.[isReady] === true
        if (client !== undefined && wasReady && !ended) leaving.add(client)
        onLost(reason) // which takes it from its holder
        if (client === undefined || !wasReady) return
        if (lent) audience.lostWhileLent(client, reason)
        if (ended) return
        const error = because(reason, base.endOf(client))
        if (!lent) audience.failed(error, client)
        // One listener is the driver's: without another one, pg.Pool's users hear of it by a crash.
        else if (throwsErrors && client.listenerCount('error') <= 1) throw error
      }
      try {
        const told = { signal, onLost: lost, onStale, onLinger, setUp } as ConnectContext
        client = (await base.connect(told)) as LentClient
      } catch (error) {
        audience.log('client failed to connect', error)
        throw error
      }
      client[isReady] = true
      audience.log('new client connected')
      return client
    },

    // One that the server is ending is not for the next caller; a reset waits for its end, of which pg.Pool's users are told.
    ...(keepsTransactions && {
      needsReset: (client: LentClient) =>
        base.needsReset?.(client) === true && (resetQuery !== undefined || base.hasLastWords(client)),
    }),

    /** The pool waits for what a holder did not await, and does not cut it off; nothing can be added, because the client is shut by now. */
    async reset(client: LentClient, context: ResetContext): Promise<void> {
      const { connection } = wired(client)
      await undefined // a release from within the callback of a query that pg did not send: it is ready when that has returned
      // One by one: behind a statement there may be a cursor, which has no end.
      while (wired(client).readyForQuery !== true && !base.isHalfRead(client) && !isGivenUp(client))
        await once(connection, 'readyForQuery', { signal: context.signal })
      await base.reset?.(client, context)
    },
  }
}

/** pg.Pool's users know pg's own error of a client's end; why it came to its end is the cause. */
function because(reason: unknown, end: unknown): unknown {
  if (!(end instanceof Error) || end === reason) return reason
  if (end.cause === undefined)
    Object.defineProperty(end, 'cause', { value: reason, configurable: true, writable: true })
  return end
}

/** How long the server has for letting go of a client whose socket is well; in ms. */
const longestGoodbye = 1_000

function canSayGoodbye(client: LentClient): boolean {
  const { readyForQuery, connection } = wired(client)
  return !isBlind(client) && readyForQuery === true && !connection.stream.destroyed
}

/** Settles when the server has closed the socket, or when that takes too long; never rejects. */
function sayGoodbye(client: LentClient, destroy: () => unknown): Promise<void> {
  return new Promise(resolve => {
    const inTime = startDeadline(destroy, longestGoodbye)
    wired(client).connection.once('end', () => {
      inTime()
      resolve()
    })
    client.end().catch(destroy)
  })
}

/** Whether the application, or this pool, called `client.end()`: what follows is no loss. */
function isEnding(client: pg.Client): boolean {
  return wired(client)._ending === true
}
