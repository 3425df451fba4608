// The driver for PostgreSQL, on node-postgres: `pg` is a peer dependency, loaded by this file and not by the pool.

import type pg from 'pg'
import type { Driver } from './driver.js'
import type { PostgresConfig } from './pg/config.js'
import { driverFor } from './pg/driver.js'

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
 * - When a connection is destroyed while a query runs, its borrower is refused at once, the query is cancelled on the server, and the
 *   pool opens another connection only when the server has let go: the server never counts more than `max`.
 * - A session that only a new one can mend (a cached plan of a table that was altered, a primary that became read-only) is replaced
 *   after one error. The guide "What is believed of an error" has the table.
 * - What a borrower hung on the client ends with the lease: listeners that were added meanwhile are removed, and LISTENs are undone.
 * - What else a borrower leaves behind in the session (SET, temporary tables) stays, unless `resetQuery` undoes it.
 *
 * ```ts
 * const pool = createPool(postgres('postgres://web@db.internal/shop'), { max: 20 })
 * ```
 *
 * @throws OptionsError naming the option and what it may be, and never a secret.
 */
export function postgres(config: PostgresConfig | string = {}): Driver<pg.Client> {
  return driverFor(config)
}
