// The driver for PostgreSQL, on node-postgres: `pg` is a peer dependency, loaded by this file and not by the pool.

import type pg from 'pg'
import type { Driver } from '../../driver.js'
import type { PostgresConfig } from './config.js'
import { driverFor } from './driver.js'

export type { PostgresConfig } from './config.js'

/**
 * Connections to PostgreSQL. Takes a connection string, or everything that `pg.Client` takes: TLS, a `password` function (called on
 * each connect, so that tokens can rotate), type parsers, timeouts. Callers get the `pg.Client` itself.
 *
 * - The pool's `connectTimeout` limits a connect, including name lookup, TLS and password function; when it expires, the pool destroys
 *   the socket. `connectionTimeoutMillis` applies too, if it is shorter.
 * - TCP keepalive is on, after 60 s (`keepAliveInitialDelayMillis`), unless `keepAlive` is false: without it a query waits
 *   forever when the other end of its connection vanishes.
 * - A validation is an empty query, as in JDBC's `isValid`: a round trip to the session itself, with nothing to plan or run.
 * - When a caller releases a connection with an open transaction, the driver rolls it back. The pool closes a connection that is released
 *   with a query still running or queued: its former holder is still using it, so the next caller must not get it.
 * - With `retry`, `pool.transaction()` repeats a transaction after serialization failures (40001) and deadlocks (40P01). A commit that
 *   the server answers with a rollback, because the callback went on after a failed statement, is an error.
 * - When the pool destroys a connection while a query runs, the query fails at once, the driver cancels it on the server, and the pool
 *   opens another connection only after the server has released this one: the server never counts more than `max`.
 * - The pool replaces a stale session (a cached plan of an altered table, a primary that became read-only) after one error. The guide "How the PostgreSQL driver classifies errors" has the table.
 * - What a holder attached to the client ends with the lease: the driver removes listeners added meanwhile, and undoes LISTENs,
 *   after DO and CALL also those that no command tag tells of. It learns of one that a function ran (`SELECT f()`) by the first notification.
 * - Other changes of a holder to the session (SET, temporary tables) stay, unless `resetQuery` undoes them.
 *
 * ```ts
 * const pool = createPool(postgres('postgres://web@db.internal/shop'), { max: 20 })
 * ```
 *
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function postgres(config: PostgresConfig | string = {}): Driver<pg.Client> {
  return driverFor(config)
}
