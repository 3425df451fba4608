// What mysql() takes: everything that mysql2's createConnection takes, and three things of its own; checked before anything connects.

import mysql2, { type Connection, type ConnectionOptions } from 'mysql2'
import type { Connection as PromiseConnection } from 'mysql2/promise'
import { checkBoolean, checkFunction, refusal, refuseUnknown } from '../../check.js'
import { OptionsError } from '../../errors.js'
import { poolOptionNames } from '../../options.js'
import { messageOf } from '../../wording.js'

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
  /** One of mysql2's profiles, or TLS options; false, the default, is without TLS. */
  ssl?: ConnectionOptions['ssl'] | false | undefined
  /** The password, or a function that is asked for it on each connect, so that tokens can rotate. */
  password?: string | (() => string | Promise<string>) | undefined
  /**
   * Whether each connection that comes back is made as good as new (COM_RESET_CONNECTION: variables, temporary tables, locks,
   * prepared statements), as mysql2's pool has it under the same name. Default false: only a transaction left open is rolled back,
   * for this costs two round trips on each release. It needs MySQL 5.7.3 or MariaDB 10.2.
   */
  resetOnRelease?: boolean | undefined
  /**
   * Makes a new connection ready for its borrowers (`SET time_zone = …`, say), and again after each reset that `resetOnRelease` asks
   * for. Nobody gets the connection before it has settled; if it rejects, the connect has failed. It is part of the connect, which
   * the pool's `connectTimeout` bounds.
   */
  onConnect?: ((connection: PromiseConnection) => void | Promise<void>) | undefined
}

/** What the driver needs to know, worked out once. */
export interface ParsedConfig {
  /** What a new connection is made of; a new object each time, for mysql2 writes to it. Waits for a password function. */
  readonly connectionOptions: () => Promise<ConnectionOptions>
  readonly resetOnRelease: boolean
  readonly onConnect: MysqlConfig['onConnect']
  /** Where it connects to, without secrets. */
  readonly description: string
}

/** The operating system's own default is two hours, which is as good as no keepalive. */
const keepAliveDelay = 60_000

const checks: Record<string, (name: string, value: unknown) => void> = {
  host: expectString,
  localAddress: expectString,
  socketPath: expectString,
  user: expectString,
  database: expectString,
  charset: expectString,
  timezone: expectTimezone,
  port: expectPort,
  uri: expectUri,
  password: expectPassword,
  password1: expectSecret,
  password2: expectSecret,
  password3: expectSecret,
  passwordSha1: () => {},
  ssl: expectSsl,
  connectTimeout: expectTime,
  keepAliveInitialDelay: expectTime,
  authSwitchHandler: checkFunction,
  infileStreamFactory: checkFunction,
  queryFormat: checkFunction,
  onConnect: checkFunction,
  resetOnRelease: checkBoolean,
  bigNumberStrings: checkBoolean,
  compress: checkBoolean,
  decimalNumbers: checkBoolean,
  disableEval: checkBoolean,
  enableCleartextPlugin: checkBoolean,
  enableKeepAlive: checkBoolean,
  insecureAuth: checkBoolean,
  jsonStrings: checkBoolean,
  multipleStatements: checkBoolean,
  namedPlaceholders: checkBoolean,
  rowsAsArray: checkBoolean,
  stringifyObjects: checkBoolean,
  supportBigNumbers: checkBoolean,
  trace: checkBoolean,
}

/** Of many kinds, or of mysql2's own; not checked here. */
const unchecked = [
  'authPlugins',
  'charsetNumber',
  'connectAttributes',
  'dateStrings',
  'debug',
  'flags',
  'maxPreparedStatements',
  'nestTables',
  'stream',
  'typeCast',
]

/** The options of mysql2's pool, which its users have next to those for the connection. */
const poolOptions: Record<string, string> = {
  connectionLimit: 'max',
  maxIdle: 'min',
  idleTimeout: 'idleTimeout',
  queueLimit: 'maxWaiting',
  waitForConnections: 'maxWaiting (0 = nobody waits)',
}

/** The names of the options that {@link parseConfig} takes. */
export const configNames: readonly string[] = [...Object.keys(checks), ...unchecked]

/** @throws OptionsError for what belongs to the pool, saying where. */
function refuseMisplaced(config: MysqlConfig, where: string): void {
  for (const name of Object.keys(config ?? {})) {
    if (configNames.includes(name)) continue
    const option = Object.hasOwn(poolOptions, name)
      ? poolOptions[name]
      : poolOptionNames.find(own => own === name)
    if (option === undefined) continue
    throw new OptionsError(
      name,
      undefined,
      `${name} is not for ${where}(): give createPool the option ${option}, or use the drop-in createPool of 'statepool/mysql2'.`,
    )
  }
}

/**
 * Checks a configuration.
 * @param where whose options these are, for messages
 * @throws OptionsError naming the option, its value unless it may be secret, and what it may be.
 */
export function parseConfig(given: MysqlConfig | string, where = 'mysql'): ParsedConfig {
  const config: MysqlConfig = typeof given === 'string' ? { uri: given } : given
  refuseMisplaced(config, where)
  refuseUnknown(where, config, configNames)
  for (const [name, value] of Object.entries(config)) {
    if (value !== undefined && value !== null) checks[name]?.(name, value)
  }
  const { resetOnRelease = false, onConnect, password, ssl, ...rest } = config
  const options: ConnectionOptions = {
    ...definedOf(rest),
    ...(ssl && { ssl }),
    keepAliveInitialDelay: Number(rest.keepAliveInitialDelay ?? keepAliveDelay),
    connectTimeout: Number(rest.connectTimeout ?? 0), // 0 = none of mysql2's own: the pool has a deadline
  }
  return {
    async connectionOptions() {
      const secret = typeof password === 'function' ? await password() : password
      return secret === undefined ? { ...options } : { ...options, password: secret }
    },
    resetOnRelease,
    onConnect,
    description: describe(options),
  }
}

/** Without what is undefined. */
export function definedOf<T extends object>(options: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}

/** Asks mysql2 itself, for all of it can come from the `uri`. Its pool connects to nothing until it is asked for a connection. */
function describe(options: ConnectionOptions): string {
  const { stream: _notOpenedForThis, ...rest } = options
  let config: Connection['config']
  try {
    const pool = mysql2.createPool(rest)
    config = (pool.config as unknown as { connectionConfig: Connection['config'] }).connectionConfig
  } catch (error) {
    if (typeof options.ssl === 'string') throw unfitSsl('ssl')
    const option = options.uri === undefined ? 'options' : 'uri'
    const why = options.uri === undefined ? `: ${messageOf(error)}` : '.'
    throw new OptionsError(option, undefined, `mysql2 cannot use its configuration${why}`)
  }
  const { host = 'localhost', port = 3306, socketPath, database, user } = config
  const place = socketPath ?? `${host.includes(':') ? `[${host}]` : host}:${port}`
  return `mysql on ${place}/${database ?? ''}${user ? ` as ${user}` : ''}`
}

function expectString(name: string, value: unknown): void {
  if (typeof value !== 'string') throw refusal(name, value, 'a string')
}

/** mysql2 reads a text for a number, as environments have it. */
function expectTime(name: string, value: unknown): void {
  const time = typeof value === 'string' && value !== '' ? Number(value) : value
  if (!(typeof time === 'number' && time >= 0 && Number.isFinite(time)))
    throw refusal(name, value, 'a number of milliseconds of 0 or more')
}

function expectPort(name: string, value: unknown): void {
  const port = typeof value === 'string' && value !== '' ? Number(value) : value
  if (!(Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536))
    throw refusal(name, value, 'an integer from 1 to 65535')
}

/** mysql2 would take another one for UTC, and say so on the console only. */
function expectTimezone(name: string, value: unknown): void {
  if (typeof value !== 'string' || !/^(local|Z|[ +-]\d\d:\d\d)$/.test(value))
    throw refusal(name, value, "'local', 'Z', or an offset such as '+02:00'")
}

/** What was given is shown in none of these: it may be the secret, or have it inside. */
function expectPassword(name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'function') return
  throw new OptionsError(
    name,
    undefined,
    `${name} must be a string or a function that returns one or a promise of one; got neither.`,
  )
}

function expectSecret(name: string, value: unknown): void {
  if (typeof value !== 'string')
    throw new OptionsError(name, undefined, `${name} must be a string; got something else.`)
}

function expectUri(name: string, value: unknown): void {
  if (
    typeof value === 'string' &&
    /^(mysql|mariadb|mysqls)[a-z\d+.-]*:\/\//i.test(value) &&
    URL.canParse(value)
  )
    return
  throw new OptionsError(
    name,
    undefined,
    `${name} must look like mysql://user:password@host:port/database; got something else.`,
  )
}

function expectSsl(name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'object' && value !== false) throw unfitSsl(name)
}

function unfitSsl(name: string): OptionsError {
  return new OptionsError(
    name,
    undefined,
    `${name} must be the name of one of mysql2's profiles, such as 'Amazon RDS', an object of TLS options ({} turns TLS on), or false.`,
  )
}
