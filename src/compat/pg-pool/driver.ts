// The driver under the drop-in: postgres(), and around it what pg.Pool does when clients come and go.

import { once } from 'node:events'
import type pg from 'pg'
import { abortable } from '../../abortable.js'
import { postgres } from '../../db/pg.js'
import type { ConnectContext, Driver, RoundTripContext } from '../../index.js'
import { type ClientClass, isLent, type LentClient, lendable } from './client.js'
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
  const base = postgres({ ...settings.client, Client: lendable(Client) }) as Driver<pg.Client>
  const { resetQuery } = settings.client
  const keepsTransactions = settings.habits.has('keepOpenTransactions')
  const throwsErrors = settings.habits.has('throwUnhandledErrors')

  /** The application's part of a connect. */
  const prepare = async (client: LentClient): Promise<void> => {
    await settings.onConnect?.(client)
    await audience.connected(client)
  }

  return {
    ...(base as Driver<LentClient>),

    async connect({ signal, onLost }: ConnectContext): Promise<LentClient> {
      audience.log('connecting new client')
      let client: LentClient | undefined
      let ready = false
      const lost = (reason: unknown): void => {
        const lent = client?.[isLent] === true
        onLost(reason) // which takes it from its borrower
        if (client === undefined || !ready) return
        if (!lent) audience.failed(reason, client)
        // One listener is the driver's: without another one, pg.Pool's users hear of it by a crash.
        else if (throwsErrors && client.listenerCount('error') <= 1) throw reason
      }
      try {
        client = (await base.connect({ signal, onLost: lost })) as LentClient
        await abortable(prepare(client), signal)
      } catch (error) {
        audience.log('client failed to connect', error)
        if (client !== undefined) base.destroy(client)
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
      ? () => resetQuery !== undefined
      : client => base.needsReset?.(client) === true,

    /** What a borrower did not await is waited for, not cut off: nothing can be added to it, for the client is shut by now. */
    async reset(client: LentClient, context: RoundTripContext): Promise<void> {
      if (!isReady(client)) await once(client, 'drain', { signal: context.signal })
      await base.reset?.(client, context)
    },
  }
}

/** Whether nothing runs on a client and nothing is queued; as old as pg 8, and not in its types. */
function isReady(client: pg.Client): boolean {
  return (client as unknown as { readonly readyForQuery?: boolean }).readyForQuery === true
}
