// The driver under the drop-in: postgres(), and around it what pg.Pool does when clients come and go.

import { once } from 'node:events'
import type pg from 'pg'
import { driverFor } from '../../db/pg/driver.js'
import type { ConnectContext, Driver, RoundTripContext } from '../../index.js'
import { type ClientClass, isLent, isPrepared, type LentClient, lendable } from './client.js'
import type { Settings } from './options.js'

/** What the pool is told of its clients; each call is an event of pg.Pool's. */
export interface Audience {
  /** A client is ready; who returns a promise wants nobody to have the client before it is settled. */
  connected(client: LentClient): unknown
  /** The session of a client that was ready is over. */
  removed(client: LentClient): void
  /** A client that nobody has was lost. */
  failed(error: unknown, client: LentClient): void
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

  /** The application's part of a connect, and again of a reset that undid it. */
  const prepare = async (of: pg.Client): Promise<void> => {
    const client = of as LentClient
    client[isPrepared] = true
    try {
      await settings.onConnect?.(client)
      await audience.connected(client)
    } finally {
      client[isPrepared] = false
    }
  }
  const base = driverFor({ ...settings.client, Client: lendable(Client) }, prepare)

  return {
    ...(base as unknown as Driver<LentClient>),

    async connect({ signal, onLost, onStale }: ConnectContext): Promise<LentClient> {
      audience.log('connecting new client')
      let client: LentClient | undefined
      let ready = false
      const lost = (reason: unknown): void => {
        const lent = client?.[isLent] === true
        onLost(reason) // which takes it from its borrower
        if (client === undefined || !ready || isEnding(client)) return
        const error = because(reason, base.endOf(client))
        if (!lent) audience.failed(error, client)
        // One listener is the driver's: without another one, pg.Pool's users hear of it by a crash.
        else if (throwsErrors && client.listenerCount('error') <= 1) throw error
      }
      try {
        client = (await base.connect({
          signal,
          onLost: lost,
          ...(onStale && { onStale }),
        })) as LentClient
      } catch (error) {
        audience.log('client failed to connect', error)
        throw error
      }
      ready = true
      const connected = client
      // The connection's end, which comes before the client's: `end()` of the pool must not overtake it.
      client.connection.once('end', () => audience.removed(connected))
      audience.log('new client connected')
      return client
    },

    needsReset: keepsTransactions
      ? client => base.needsReset?.(client) === true && resetQuery !== undefined
      : client => base.needsReset?.(client) === true,

    /** What a borrower did not await is waited for, not cut off: nothing can be added to it, for the client is shut by now. */
    async reset(client: LentClient, context: RoundTripContext): Promise<void> {
      const { connection } = client
      // One by one: behind a statement there may be a cursor, which has no end.
      while (!isReady(client) && !base.isHalfRead(client))
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

/** Whether the application, or this pool, called `client.end()`: what follows is no loss. */
function isEnding(client: pg.Client): boolean {
  return (client as unknown as { readonly _ending?: boolean })._ending === true
}

/** Whether nothing runs on a client and nothing is queued; as old as pg 8, and not in its types. */
function isReady(client: pg.Client): boolean {
  return (client as unknown as { readonly readyForQuery?: boolean }).readyForQuery === true
}
