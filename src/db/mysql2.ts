// The driver for MySQL and MariaDB, on mysql2: a peer dependency, loaded by this file and not by the pool.

import mysql2, { type Connection as CallbackConnection } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import type { Driver } from './driver.js'
import { type MysqlConfig, parseConfig } from './mysql2/config.js'
import { driverFor } from './mysql2/driver.js'

export type { MysqlConfig } from './mysql2/config.js'

/**
 * Connections to MySQL or MariaDB. Takes a URI, or everything that mysql2's `createConnection` takes; `password` may be a function
 * that is asked on each connect, so that tokens can rotate. Borrowers get the connection that `mysql2/promise` makes; the one with
 * callbacks, which can stream rows, is its `connection`.
 *
 * - The pool's `connectTimeout` bounds a connect, name lookup, TLS and password function included; when it is over the socket is
 *   destroyed. mysql2's own `connectTimeout` is off unless given, and holds too.
 * - TCP keepalive is on, after 60 s (`keepAliveInitialDelay`), unless `enableKeepAlive` is false.
 * - A validation is COM_PING: a round trip that runs no statement.
 * - A connection that comes back with a transaction open is rolled back first, and one whose autocommit was changed gets it back:
 *   the server tells both with each answer. After an error it does not, so that a return straight after one costs a ROLLBACK. One
 *   that comes back with a query still running or queued, after `changeUser()`, or ended, destroyed or paused by its borrower, is replaced.
 *   So is one of which the server says after the reset that it is not what it was.
 * - A session that only a new one can mend is replaced: its statements were forgotten, or their number is used up (1243, 1461, 1615),
 *   the server became read-only (1290, 1836, 1874).
 * - Listeners that a borrower hung on the connection are removed when it comes back.
 * - `pool.transaction()` tries again, if asked to, after deadlocks (1213), lock wait timeouts (1205) and MariaDB's "record has changed"
 *   (1020). A commit of a transaction that the server had ended by itself, on a deadlock that the callback caught, is an error. A
 *   statement that failed for another reason leaves the transaction open, and the commit keeps the rest, as MySQL has it.
 * - What else a borrower leaves behind in the session (SET, USE, temporary tables, locks) stays, unless `resetOnRelease` undoes it.
 * - When a connection ends while a query runs, the query is answered with an error at once, and the connection keeps its place until the
 *   server has let go: for 750 ms the query may end by itself, then it is killed, by at most one helper connection without a database.
 *
 * ```ts
 * const pool = createPool(mysql('mysql://web@db.internal/shop'), { max: 20 })
 * const [rows] = await pool.use(connection => connection.query('select 6 * 7 as answer'))
 * ```
 *
 * @throws OptionsError naming the option and what it may be, and never a secret.
 */
export function mysql(config: MysqlConfig | string = {}): Driver<Connection> {
  const parsed = parseConfig(config)
  const { sessionOf: _internal, ...driver } = driverFor<Connection>(parsed, {
    create: options => mysql2.createConnection(options),
    faceOf: core => core.promise(),
    coreOf,
    prepare: parsed.onConnect,
    keepsListeners: true,
  })
  return driver
}

/** Its typings leave it out of all connections but those of mysql2's pool. */
function coreOf(connection: Connection): CallbackConnection {
  return (connection as unknown as { connection: CallbackConnection }).connection
}
