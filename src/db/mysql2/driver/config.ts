// What mysql() takes: everything that mysql2's createConnection takes, and four things of its own; checked before anything connects.

import mysql2, { type Connection, type ConnectionOptions } from 'mysql2'
import type { Connection as PromiseConnection } from 'mysql2/promise'
import { longestDelay } from '../../../core/clock.js'
import { OptionsError } from '../../../core/errors.js'
import { type Hint, refuseUnknown } from '../../../core/names.js'
import { hostAndPort, hostList, keepAliveDelay, longestKeepAliveDelay } from '../../../core/network.js'
import { hintAtPool, poolOptionFor } from '../../../core/options.js'
import { readable } from '../../../core/readable.js'
import { discreetRefusal } from '../../../core/refusal.js'
import { checkConfig, configNames, mysqlHost } from './checks.js'
import { readUri } from './uri.js'

export { configNames } from './checks.js'

/** Options that come from the environment may be undefined, which mysql2's typings would not have. */
export type Loose<T> = { [Name in keyof T]?: T[Name] | undefined }

type PoolOptionOfMysql2 =
  | 'connectionLimit'
  | 'maxIdle'
  | 'idleTimeout'
  | 'queueLimit'
  | 'waitForConnections'
  | 'gracefulEnd'
  | 'pool'
  | 'isServer'
  | 'Promise'

/**
 * Everything that mysql2's `createConnection` takes (see sidorares.github.io/node-mysql2: `host`, `uri`, `ssl`, `typeCast`,
 * `timezone`, …), and:
 */
export interface MysqlConfig extends Loose<Omit<ConnectionOptions, PoolOptionOfMysql2 | 'password' | 'ssl'>> {
  /** One of mysql2's TLS profiles, or TLS options. Default: false, without TLS. */
  ssl?: ConnectionOptions['ssl'] | false | undefined
  /** The password, or a function that returns it and is called on each connect, so that tokens can rotate. */
  password?: string | (() => string | Promise<string>) | undefined
  /**
   * Whether each release resets the session completely (COM_RESET_CONNECTION: variables, temporary tables, locks, prepared
   * statements), like the option of mysql2's pool with the same name. Default false: a release only rolls back an open transaction,
   * because a complete reset costs three round trips. It needs MySQL 5.7.3 or MariaDB 10.2; on an older server the pool replaces each
   * released connection.
   */
  resetOnRelease?: boolean | undefined
  /**
   * Whether the driver kills a running statement on the server when its connection closes, by one helper connection beside the pool's
   * `max`. Default true. False: the statement runs to its end and keeps its slot in the pool until then, or for the pool's `closeTimeout`
   * if that is shorter; with a long enough `closeTimeout` the server never counts more than `max`.
   */
  killStatements?: boolean | undefined
  /**
   * Prepares a new connection (for example `SET time_zone = …`), and again after each reset of `resetOnRelease`. No caller gets the
   * connection before this settles; if it rejects, the connect fails. It is part of the connect, and so of the pool's `connectTimeout`.
   */
  onConnect?: ((connection: PromiseConnection) => void | Promise<void>) | undefined
}

/** {@link MysqlConfig} for several servers of one cluster: all have the same accounts and databases. */
export interface MysqlHostsConfig extends Omit<MysqlConfig, 'host' | 'socketPath'> {
  /** The hosts, each with or without a port: `['db1:3306', 'db2:3306']`. They take the place of the host and the port in `uri`, if there is one. */
  hosts: readonly string[]
}

/** What the driver needs to know, worked out once. */
export interface ParsedConfig {
  /** What a new connection is made of; a new object each time, for mysql2 writes to it. Waits for a password function. */
  readonly connectionOptions: () => Promise<ConnectionOptions>
  readonly resetOnRelease: boolean
  readonly killStatements: boolean
  readonly onConnect: MysqlConfig['onConnect']
  /** The server's address. */
  readonly place: string
  /** Where it connects to, without secrets. */
  readonly description: string
  /** Whether mysql2 chose the host, because none was given. */
  readonly isUnaddressed: boolean
}

/** The options of mysql2's pool, which its users have next to those for the connection. */
export const poolLimits = ['connectionLimit', 'maxIdle', 'idleTimeout', 'queueLimit', 'waitForConnections']

/** Says where an option belongs. */
const hint: Hint = (name, owner) => {
  const option = poolOptionFor(name)
  return option === undefined
    ? hintAtPool(name, owner)
    : `${name} is not an option of ${owner}(): give createPool the option ${option}, or use the drop-in createPool of 'statepool/mysql2'.`
}

/**
 * Checks a configuration.
 * @param where whose options these are, for messages
 * @throws OptionsError, which names the option, its value unless it may be secret, and the valid values.
 */
export function parseConfig(given: MysqlConfig | string, where = 'mysql'): ParsedConfig {
  const config: MysqlConfig = typeof given === 'string' ? { uri: given } : readable(given, configNames)
  refuseUnknown(where, config, configNames, hint)
  checkConfig(config)
  const {
    resetOnRelease = false,
    killStatements = true,
    onConnect,
    password,
    ssl,
    ...rest
  } = withUri(config, where)
  const options: ConnectionOptions = {
    ...definedOf(rest),
    ...(ssl && { ssl }),
    keepAliveInitialDelay: Math.min(
      Number(rest.keepAliveInitialDelay ?? keepAliveDelay),
      longestKeepAliveDelay,
    ),
    connectTimeout: connectTimeout(Number(rest.connectTimeout ?? 0)),
  }
  return {
    async connectionOptions() {
      const secret: unknown = typeof password === 'function' ? await password() : password
      if (secret !== undefined && typeof secret !== 'string')
        throw new TypeError('The password function must return a string, or a promise of one.') // and what it returned is not shown
      return secret === undefined ? { ...options } : { ...options, password: secret }
    },
    resetOnRelease,
    killStatements,
    onConnect,
    isUnaddressed: !(options.host || options.socketPath || options.stream),
    ...describe(options),
  }
}

/**
 * Checks a configuration of several hosts.
 * @returns one for each
 * @throws OptionsError, which names the option, its value unless it may be secret, and the valid values.
 */
export function parseHosts(given: MysqlHostsConfig): readonly ParsedConfig[] {
  const { hosts, ...config }: MysqlHostsConfig & MysqlConfig = readable(given, [...configNames, 'hosts'])
  hostList('hosts', hosts, discreetRefusal)
  for (const other of ['host', 'socketPath'] as const)
    if (config[other])
      throw new OptionsError('hosts', undefined, `hosts and ${other} exclude each other. Omit ${other}.`)
  return hosts.map(host => parseConfig({ ...config, ...hostAndPort(host, config.port, mysqlHost) }))
}

/**
 * With what is in its `uri`, for which what is given beside it is better, as in mysql2. mysql2 does not get the URI itself: it would not
 * check it, and would write parts of it to the console.
 */
function withUri(config: MysqlConfig, where: string): MysqlConfig {
  const { uri, ...given } = config
  if (uri === undefined) return given
  const better = Object.entries(given).filter(([, value]) => value)
  const fromUri: object = readUri(uri, where, poolLimits)
  return { ...given, ...fromUri, ...Object.fromEntries(better) }
}

/** 0 = none of mysql2's own, because the pool has a deadline; one that Node's timers do not know would be over at once. */
function connectTimeout(given: number): number {
  return given > longestDelay ? 0 : given
}

/** Without what is undefined. */
export function definedOf<T extends object>(options: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}

/** Kept from the start: an application may put the drop-in's `createPool` into mysql2's place. */
export const { createPool: mysql2sPool } = mysql2

/** Asks mysql2 itself for its defaults. Its pool connects to nothing until it is asked for a connection. */
function describe(options: ConnectionOptions): Pick<ParsedConfig, 'place' | 'description'> {
  const { stream: _notOpenedForThis, ...rest } = options
  let config: Connection['config']
  try {
    const pool = mysql2sPool(rest)
    config = (pool.config as unknown as { connectionConfig: Connection['config'] }).connectionConfig
  } catch {
    // What it says may have the value in it.
    const option = typeof options.ssl === 'string' ? 'ssl' : 'options'
    const what =
      option === 'ssl' ? "ssl is not the name of one of mysql2's profiles" : 'mysql2 cannot use them'
    throw new OptionsError(option, undefined, `${what}.`)
  }
  const { host = 'localhost', port = 3306, socketPath, database, user } = config
  const place = socketPath ?? `${host.includes(':') ? `[${host}]` : host}:${port}`
  return { place, description: `mysql on ${place}/${database ?? ''}${user ? ` as ${user}` : ''}` }
}
