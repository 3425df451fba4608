// The driver for PostgreSQL, on node-postgres: `pg` is a peer dependency, loaded by this file and not by the pool.

import type pg from 'pg'
import type { ConnectContext, Driver } from './driver.js'
import { ask } from './pg/ask.js'
import { cancelQuery } from './pg/cancel.js'
import { type PostgresConfig, parseConfig } from './pg/config.js'
import { isFatal } from './pg/fatal.js'
import { Session } from './pg/session.js'
import { transactions } from './pg/transaction.js'

export type { PostgresConfig } from './pg/config.js'

/**
 * Connections to PostgreSQL. Takes a connection string, or everything that `pg.Client` takes: TLS, a `password` function (it is
 * asked on each connect, so that tokens can rotate), type parsers, timeouts. Borrowers get the `pg.Client` itself.
 *
 * - The pool's `connectTimeout` bounds a connect, name lookup, TLS and password function included; when it is over the socket
 *   is destroyed. `connectionTimeoutMillis` holds too, if it is shorter.
 * - TCP keepalive is on, after 60 s (`keepAliveInitialDelayMillis`), unless `keepAlive` is false: without it nobody notices that
 *   the other end of a connection vanished while a query was awaited.
 * - A validation is an empty query, as in JDBC's `isValid`: a round trip to the session itself, with nothing to plan or to run.
 * - A connection that comes back with a transaction open is rolled back first. One that comes back with a query still running or
 *   queued is closed: its borrower's code goes on using it, and so the next borrower must not have it.
 * - `pool.transaction()` tries again, if asked to, after serialization failures (40001) and deadlocks (40P01). A commit that the
 *   server answers with a rollback, because the callback went on after a statement had failed, is an error.
 * - When a connection is destroyed while a query runs, the query is cancelled on the server, which would work on otherwise.
 * - What else a borrower leaves behind in the session (SET, LISTEN, temporary tables) stays, unless `resetQuery` undoes it.
 *
 * ```ts
 * const pool = createPool(postgres('postgres://web@db.internal/shop'), { max: 20 })
 * ```
 *
 * @throws OptionsError naming the option and what it may be, and never a secret.
 */
export function postgres(config: PostgresConfig | string = {}): Driver<pg.Client> {
  const { createClient, resetQuery, onConnect, description } = parseConfig(config)
  const sessions = new WeakMap<pg.Client, Session>()
  const sessionOf = (client: pg.Client): Session => {
    const session = sessions.get(client)
    if (session === undefined) throw new TypeError('This client was not connected by this driver.')
    return session
  }
  const forgetsStatements = resetQuery !== undefined && /\b(discard\s+all|deallocate)\b/i.test(resetQuery)

  return {
    name: 'postgres',

    async connect({ signal, onLost }: ConnectContext): Promise<pg.Client> {
      signal.throwIfAborted()
      const client = createClient()
      const session = new Session(client, onLost)
      sessions.set(client, session)
      await connectOrDestroy(session, onConnect, signal)
      return client
    },

    async validate(client) {
      await ask(client, '')
    },

    needsReset: client => resetQuery !== undefined || !sessionOf(client).clean,

    async reset(client, { signal }) {
      const session = sessionOf(client)
      await session.settled(signal)
      if (!session.ready) throw new Error('A query was still running when the connection was released.')
      if (session.inTransaction) await ask(client, 'ROLLBACK')
      if (resetQuery === undefined) return
      await ask(client, resetQuery)
      if (forgetsStatements) session.forgetStatements()
    },

    async close(client) {
      const session = sessionOf(client)
      session.dismiss()
      if (session.busy) cancelQuery(client, createClient)
      await client.end()
    },

    destroy(client) {
      const session = sessionOf(client)
      if (session.busy) cancelQuery(client, createClient)
      session.destroy()
    },

    ref: client => setRef(client, 'ref'),
    unref: client => setRef(client, 'unref'),
    isFatal,
    transaction: transactions(sessionOf),
    describe: () => description,
  }
}

/** Resolves when the client can be used; rejects, the socket destroyed, when that fails or is no longer wanted. */
function connectOrDestroy(
  session: Session,
  onConnect: PostgresConfig['onConnect'],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', abort)
      session.destroy() // also after a failure: pg leaves the socket open when its password function throws
      reject(error)
    }
    const abort = (): void => fail(signal.reason)
    signal.addEventListener('abort', abort)
    const { client } = session
    client
      .connect()
      .then(() => onConnect?.(client))
      .then(() => {
        signal.removeEventListener('abort', abort)
        resolve()
      }, fail)
  })
}

/** A stream of the application's own need not know `ref`. */
function setRef(client: pg.Client, method: 'ref' | 'unref'): void {
  const { stream } = client.connection as unknown as { stream: { ref?(): void; unref?(): void } }
  stream[method]?.()
}
