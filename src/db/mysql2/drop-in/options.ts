// What the drop-in createPool takes: the options of mysql2's, said again as the pool's own.

import type { PoolOptions as Mysql2PoolOptions, PoolConnection } from 'mysql2'
import { poolOptionFor } from '../../../core/options.js'
import { counterpartOf } from '../../../core/other-pools.js'
import { warn } from '../../../core/platform.js'
import { readable } from '../../../core/readable.js'
import { hiddenRefusal, type Refusal } from '../../../core/refusal.js'
import { callable, fromText, number, wait } from '../../../core/shape.js'
import { OptionsError, type PoolOptions } from '../../../index.js'
import {
  configNames,
  definedOf,
  type Loose,
  type MysqlConfig,
  type ParsedConfig,
  parseConfig,
  poolLimits,
} from '../driver/config.js'
import { type ParsedPoolOptions, type PoolLimits, readPoolOptions } from './bases.js'

/** Everything that mysql2's `createPool` takes, and: */
export interface DropInOptions extends Omit<MysqlConfig, 'onConnect'>, Loose<PoolLimits> {
  /** Whether `connection.end()` closes a leased connection, as in mysql2. Default false: it releases the connection, with a warning. */
  gracefulEnd?: boolean | undefined
  /** A Promise class for the promise API, as in mysql2. */
  Promise?: PromiseConstructor | null | undefined
  /** Options of the underlying pool, see PoolOptions: `{ acquireTimeout: 5_000, maxLifetime: 600_000 }`. They take precedence over mysql2's. */
  statepool?: PoolOptions<PoolConnection> | undefined
}

/** What the drop-in needs to know. */
export interface ParsedDropInOptions {
  readonly connection: ParsedConfig
  /** What mysql2's own class keeps. */
  readonly mysql2: ParsedPoolOptions
  readonly statepool: PoolOptions<PoolConnection>
  /** More idle connections than that are not kept. */
  readonly maxIdle: number
}

/** What is for the drop-in itself. */
export const own = ['gracefulEnd', 'Promise', 'statepool']
/** mysql2 opens a connection for each caller at once; so does this pool, up to so many at the same time. */
const burst = 100

/** `connectionLimit: 0` is no limit in mysql2. */
const noLimit = Number.MAX_SAFE_INTEGER

/**
 * Checks a configuration, and says it in the pool's own words.
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function parseDropInOptions(given: DropInOptions | string): ParsedDropInOptions {
  const known = [...configNames.filter(name => name !== 'onConnect'), ...poolLimits, ...own]
  const config: DropInOptions = typeof given === 'string' ? { uri: given } : readable(given, known)
  if (typeof config !== 'object' || config === null)
    throw new OptionsError('options', undefined, 'createPool takes a URI or an object of options.')
  const { known: knownOptions, unknown } = sorted(config, known)
  const { gracefulEnd, Promise: ofItsFace, statepool = {}, ...rest } = knownOptions
  const { connectionLimit, maxIdle, idleTimeout, queueLimit, waitForConnections, ...connection } = rest
  for (const [name, value] of Object.entries({ connectionLimit, maxIdle, queueLimit }))
    checkCount(name, value)
  checkTime('idleTimeout', idleTimeout)
  if (ofItsFace) callable('Promise', ofItsFace, refuse)
  const parsed = parseConfig(connection, 'createPool')
  const { password, ssl, resetOnRelease: _ours, killStatements: _oursToo, ...forMysql2 } = connection
  const asMysql2HasIt: Mysql2PoolOptions = {
    ...definedOf(forMysql2),
    ...(ssl && { ssl }),
    ...definedOf({ connectionLimit, maxIdle, idleTimeout, queueLimit, waitForConnections, gracefulEnd }),
    ...(typeof password === 'string' && { password }),
    ...unknown, // mysql2 writes their names to the console, and ignores them
  }
  const mysql2 = readPoolOptions(typeof given === 'string' ? given : asMysql2HasIt)
  return {
    connection: { ...parsed, connectionOptions: withGracefulEnd(parsed.connectionOptions, gracefulEnd) },
    mysql2,
    maxIdle: mysql2.maxIdle,
    statepool: {
      min: 0,
      max: asLimit(mysql2.connectionLimit),
      idleTimeout: mysql2.idleTimeout,
      maxWaiting: maxWaiting(mysql2),
      whenDown: 'fail-until-up',
      allowExitOnIdle: false, // as mysql2's pool, which holds the process until it is ended
      maxConnecting: Math.min(mysql2.connectionLimit || burst, burst),
      ...connectTimeout(connection.connectTimeout),
      ...statepool,
    },
  }
}

/** What is not known is ignored, as in mysql2, because libraries add options of other drivers. One of this pool, or of another, gets a hint. */
function sorted(config: DropInOptions, known: readonly string[]): { known: DropInOptions; unknown: object } {
  const isKnown = ([name]: [string, unknown]): boolean => known.includes(name)
  const entries = Object.entries(config)
  const unknown = entries.filter(entry => !isKnown(entry))
  for (const [name] of unknown) tellOf(name)
  return { known: Object.fromEntries(entries.filter(isKnown)), unknown: Object.fromEntries(unknown) }
}

function tellOf(name: string): void {
  const place = placeOf(name)
  if (place !== undefined) warn(`createPool ignores ${name}${place}`, 'Warning', 'STATEPOOL_OPTION')
}

/** Where an option belongs that mysql2 does not have; undefined = it is not one of a pool. */
function placeOf(name: string): string | undefined {
  if (name === 'hosts')
    return ': it has one host. createHostPool() of statepool/hosts takes mysql({ hosts }).'
  const option = poolOptionFor(name)
  if (option === name) return `, an option of the underlying pool: use statepool: { ${name}: … }.`
  if (option !== undefined) return `: give it the option statepool, and in it ${option}.`
  const needless = counterpartOf(name)?.needless
  return needless && `. ${needless}`
}

/**
 * The `max` of the underlying pool for a `connectionLimit`.
 * @throws OptionsError for what is no count.
 */
export function asLimit(connectionLimit: unknown): number {
  checkCount('connectionLimit', connectionLimit)
  return Number(connectionLimit) || noLimit
}

/** The `maxWaiting` of the underlying pool. */
export function maxWaiting({
  waitForConnections,
  queueLimit,
}: Pick<ParsedPoolOptions, 'queueLimit' | 'waitForConnections'>): number {
  if (!waitForConnections) return 0
  return queueLimit === 0 ? Number.POSITIVE_INFINITY : queueLimit
}

function connectTimeout(given: number | undefined): PoolOptions {
  if (given === undefined) return {}
  return { connectTimeout: Number(given) || Number.POSITIVE_INFINITY }
}

function withGracefulEnd(
  connectionOptions: ParsedConfig['connectionOptions'],
  gracefulEnd: boolean | undefined,
): ParsedConfig['connectionOptions'] {
  if (!gracefulEnd) return connectionOptions
  return async () => ({ ...(await connectionOptions()), gracefulEnd })
}

const count = fromText(number({ least: 0, integer: true, finite: true }))
const time = fromText(wait)

const refuse: Refusal = (name, _value, expected) => hiddenRefusal(name, `must be ${expected}`)

/**
 * mysql2 reads a text for a number, and takes its default for anything else without a word.
 * @throws OptionsError for what is no count
 */
export function checkCount(name: string, value: unknown): void {
  if (value !== undefined && value !== null) count(name, value, refuse)
}

/** The same for a time, in milliseconds; Infinity = no limit. */
export function checkTime(name: string, value: unknown): void {
  if (value !== undefined && value !== null) time(name, value, refuse)
}
