// The driver for MySQL and MariaDB, on mysql2: a peer dependency, loaded by this file and not by the pool.

import mysql2, { type Connection as CallbackConnection } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import type { Driver, Host } from '../../driver.js'
import {
  type MysqlConfig,
  type MysqlHostsConfig,
  type ParsedConfig,
  parseConfig,
  parseHosts,
} from './config.js'
import { driverFor } from './driver.js'

export type { MysqlConfig, MysqlHostsConfig } from './config.js'

/**
 * Several servers, a primary and its read-only replicas, for `createHostPool()` of `statepool/hosts`.
 *
 * ```ts
 * const pool = createHostPool(mysql({ hosts: ['db1:3306', 'db2:3306'], user: 'web', database: 'shop' }), { max: 10 })
 * ```
 *
 * @returns a driver for each host
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function mysql(config: MysqlHostsConfig): { readonly hosts: readonly Host<Connection>[] }
/**
 * Connections to MySQL or MariaDB. Takes a URI, or everything that mysql2's `createConnection` takes; `password` may be a function
 * that is called on each connect, so that tokens can rotate. Callers get a connection of `mysql2/promise`; its `connection` is the one
 * with callbacks, which can stream rows.
 *
 * - The pool's `connectTimeout` limits a connect, including name lookup, TLS and password function; when it expires, the pool destroys
 *   the socket. mysql2's own `connectTimeout` is off unless set, and applies too.
 * - TCP keepalive is on, after 60 s (`keepAliveInitialDelay`), unless `enableKeepAlive` is false.
 * - A validation is COM_PING: a round trip that runs no statement.
 * - When a caller releases a connection with an open transaction or a changed autocommit, the driver rolls back and restores autocommit:
 *   the server reports both with each answer. It does not after an error, so a release straight after one costs a ROLLBACK. The pool
 *   replaces a connection that is released with a query still running or queued, after `changeUser()`, or after its holder ended,
 *   destroyed or paused it; and one that the reset does not restore, as the server reports.
 * - The pool replaces a stale session: the server has forgotten its statements, or it reached their limit (1243, 1461, 1615), or the
 *   server became read-only (1290, 1836, 1874): all sessions that are open then, and later ones one by one until one has written.
 * - On release the driver removes listeners that the holder added to the connection.
 * - With `retry`, `pool.transaction()` repeats a transaction after deadlocks (1213), lock wait timeouts (1205) and MariaDB's "record has
 *   changed" (1020). The commit of a transaction that the server had already ended, on a deadlock that the callback caught, is an error.
 *   A statement that fails for another reason leaves the transaction open, and the commit keeps the rest, as usual in MySQL.
 * - On release the driver unlocks tables that the holder locked, and resets a session whose transactions only read since `SET SESSION TRANSACTION
 *   READ ONLY`: when a statement's text shows it, or an error (1099, 1100, 1223, 1792).
 * - Other changes of a holder to the session (SET, USE, temporary tables, GET_LOCK) stay, unless `resetOnRelease` undoes them.
 * - When a connection ends while a query runs, the query fails at once, and the connection keeps its slot until the server has released
 *   it: the query may end by itself for 750 ms, then at most one helper connection, without a database, kills it.
 *
 * ```ts
 * const pool = createPool(mysql('mysql://web@db.internal/shop'), { max: 20 })
 * const [rows] = await pool.use(connection => connection.query('select 6 * 7 as answer'))
 * ```
 *
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function mysql(config?: MysqlConfig | string): Driver<Connection>
export function mysql(
  config: MysqlConfig | MysqlHostsConfig | string = {},
): Driver<Connection> | { readonly hosts: readonly Host<Connection>[] } {
  return typeof config === 'object' && config !== null && 'hosts' in config
    ? { hosts: parseHosts(config).map(parsed => ({ name: parsed.place, driver: driverOf(parsed) })) }
    : driverOf(parseConfig(config))
}

function driverOf(parsed: ParsedConfig): Driver<Connection> {
  const { sessionOf: _internal, ...driver } = driverFor<Connection>(parsed, {
    create: options => mysql2.createConnection(options),
    faceOf: core => core.promise(),
    coreOf,
    prepare: parsed.onConnect,
  })
  return driver
}

/** Its typings leave it out of all connections but those of mysql2's pool. */
function coreOf(connection: Connection): CallbackConnection {
  return (connection as unknown as { connection: CallbackConnection }).connection
}
