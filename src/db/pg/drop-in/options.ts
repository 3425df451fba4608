// What the drop-in takes: everything that pg.Pool takes, and three options of its own; translated for the driver and the pool.

import type pg from 'pg'
import { checkFunction, checkNumber, type NumberRange, refusal, refuseUnknown } from '../../../core/check.js'
import { OptionsError } from '../../../core/errors.js'
import { type PoolOptions, poolOptionFor, type Tuning } from '../../../core/options.js'
import type { PostgresConfig } from '../driver/postgres.js'

/**
 * Behaviour of pg.Pool that causes trouble, and that {@link PoolConfig.likePgPool} brings back:
 *
 * - `throwUnhandledErrors`: the error of an idle client without an `error` listener on the pool, and of a leased client without a
 *   listener on the client, is an uncaught exception and ends the process.
 * - `closeOnQueryError`: any error of a `pool.query()`, a unique violation too, closes its connection.
 * - `keepOpenTransactions`: a client that is released with an open transaction or a running query is leased again as it is.
 * - `allowUseAfterRelease`: a released client still runs queries.
 * - `ignoreConnectListeners`: a client is leased before the promises of `connect` listeners settle.
 * - `waitForever`: `connect()` and `query()` wait without a limit unless `connectionTimeoutMillis` sets one, and so does `end()`
 *   for clients that are not released.
 * - `failWhenDown`: while the database is down and no connection is left, `connect()` and `query()` always fail at once with the driver's error,
 *   not only before the first connection.
 */
export type PgPoolHabit =
  | 'throwUnhandledErrors'
  | 'closeOnQueryError'
  | 'keepOpenTransactions'
  | 'allowUseAfterRelease'
  | 'ignoreConnectListeners'
  | 'waitForever'
  | 'failWhenDown'

const habits: readonly PgPoolHabit[] = [
  'throwUnhandledErrors',
  'closeOnQueryError',
  'keepOpenTransactions',
  'allowUseAfterRelease',
  'ignoreConnectListeners',
  'waitForever',
  'failWhenDown',
]

/** Everything that `pg.Pool` takes, and: */
export interface PoolConfig extends Omit<pg.PoolConfig, 'onConnect'> {
  /**
   * Prepares a new client. No caller gets the client before this settles; if it throws or rejects, so does the `connect()` for which the
   * pool opened the client. It is part of the connect, and so of its timeout.
   */
  onConnect?: ((client: pg.ClientBase) => void | Promise<void>) | undefined
  /** The old name of `max`. */
  poolSize?: number | undefined
  /** SQL to run on each release, such as `'DISCARD ALL'`. Default: none. As in `postgres()`. */
  resetQuery?: string | undefined
  /**
   * Options of the underlying pool that pg.Pool does not have (`validateAfter`, `keepalive`, `drainTimeout`, `maxConnecting`, …); they
   * take precedence over those translated from pg.Pool's options.
   */
  statepool?: PoolOptions<pg.PoolClient> | undefined
  /** The habits of pg.Pool to bring back: true for all of them, or a list. Default: none. */
  likePgPool?: boolean | readonly PgPoolHabit[] | undefined
}

/** What the drop-in works with. */
export interface Settings {
  /** For `postgres()`; without a class of clients. */
  readonly client: PostgresConfig
  /** For `createPool()`. */
  readonly pool: PoolOptions<pg.PoolClient>
  readonly habits: ReadonlySet<PgPoolHabit>
  /** What has been changed of `pool.options` since, for new clients. */
  readonly changes: () => pg.ClientConfig
  /** How many clients idle timeouts leave, as `pool.options` has it. */
  readonly keepIdle: number
  readonly onConnect: ((client: pg.ClientBase) => unknown) | undefined
  readonly verify: Verify | undefined
}

/** Looks at a client that is leased for the first time, and answers by calling back. */
export type Verify = (client: pg.PoolClient, done: (error?: Error) => void) => void

/** What the pool takes for itself; all else is for the clients. */
const own = [
  'max',
  'min',
  'poolSize',
  'idleTimeoutMillis',
  'connectionTimeoutMillis',
  'maxUses',
  'maxLifetimeSeconds',
  'allowExitOnIdle',
  'onConnect',
  'verify',
  'log',
  'statepool',
  'likePgPool',
  'Client',
]

/** pg.Pool opens a connection for each caller at once; so does this pool, up to so many at the same time. */
const burst = 10

const never = Number.POSITIVE_INFINITY
const size: NumberRange = { fallback: 10, least: 0, integer: true, finite: true }
const time: NumberRange = { fallback: 0, least: 0 }
const seconds: NumberRange = { fallback: 0, least: 0, kind: 'a number of seconds' }
const times: NumberRange = { fallback: never, least: 0, integer: true }

/**
 * Refuses what is no configuration at all, before anything is read from it.
 * @throws OptionsError
 */
export function checkConfig(config: unknown): void {
  if (config === undefined || config === null) return
  if (typeof config === 'object' && !Array.isArray(config)) return
  throw new OptionsError(
    'config',
    undefined, // not the value: it is a connection string more often than not
    'Pool takes an object; pass a connection string as { connectionString }.',
  )
}

/**
 * Translates a configuration. What pg.Pool takes for "no limit" (0, null, nothing) is no limit here.
 * @param given what the application passed
 * @param options the same with pg.Pool's defaults, as it computed them
 * @param ownClient whether the class of clients is the application's, which may take options of its own
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseSettings(given: PoolConfig, options: PoolConfig, ownClient: boolean): Settings {
  if (!ownClient) refuseMisplaced(given)
  const client: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given))
    if (!own.includes(name)) client[name] = unlessEmpty(name, value)
  // Not enumerable in the options of a pool, or of a client, of which others are made.
  if ('password' in given) client.password = unlessEmpty('password', given.password)
  const { onConnect, verify, log, statepool = {} } = given
  for (const [name, value] of Object.entries({ onConnect, verify, log })) {
    if (value !== undefined && value !== null) checkFunction(name, value)
  }
  refuseOptionsOfTheDropIn(statepool)
  const wanted = parseHabits(given.likePgPool)
  return {
    client: client as PostgresConfig,
    pool: { ...translate(given, options, wanted), ...statepool },
    habits: wanted,
    changes: changesOf(options),
    keepIdle: read('min', options.min, size),
    get onConnect() {
      return options.onConnect ?? undefined
    },
    get verify() {
      return options.verify ?? undefined
    },
  }
}

/** Compares with what there was: `pool.options.password = …` is for the clients that are opened afterwards. */
function changesOf(options: PoolConfig): () => pg.ClientConfig {
  const names = (): string[] => Object.getOwnPropertyNames(options).filter(name => !own.includes(name))
  const values = options as Record<string, unknown>
  const before = Object.fromEntries(names().map(name => [name, values[name]]))
  return () => {
    const changed: Record<string, unknown> = {}
    for (const name of names())
      if (values[name] !== before[name]) changed[name] = unlessEmpty(name, values[name])
    return changed
  }
}

/** The limits that can be changed at run time by `pool.options.… = …`; the underlying pool has other names for them. */
export const liveLimits: Readonly<Record<string, (value: unknown) => Tuning>> = {
  min: value => ({ keepIdle: read('min', value, size) }),
  idleTimeoutMillis: value => ({ idleTimeout: read('idleTimeoutMillis', value, time) || never }),
  maxUses: value => ({ maxUses: read('maxUses', value, times) || never }),
  maxLifetimeSeconds: value => ({
    maxLifetime: read('maxLifetimeSeconds', value, seconds) * 1_000 || never,
  }),
  connectionTimeoutMillis: value => {
    const most = read('connectionTimeoutMillis', value, time) || never
    return { acquireTimeout: most, connectTimeout: most }
  },
  allowExitOnIdle: value => ({ allowExitOnIdle: Boolean(value) }),
}

/** pg.Pool takes any option without a word; what belongs to the underlying pool would have no effect here. */
function refuseMisplaced(given: PoolConfig): void {
  for (const name of Object.keys(given)) {
    const option = own.includes(name) ? undefined : poolOptionFor(name)
    if (option === undefined) continue
    const message =
      option === name
        ? `${name} is an option of the underlying pool: give Pool the option statepool: { ${name}: … }.`
        : `${name} is not an option of pg.Pool: give Pool the option statepool, and in it ${option}.`
    throw new OptionsError(name, undefined, message)
  }
}

function translate(given: PoolConfig, options: PoolConfig, wanted: ReadonlySet<PgPoolHabit>): PoolOptions {
  const limit = unlessEmpty('connectionTimeoutMillis', given.connectionTimeoutMillis)
  const wait = limit ?? (wanted.has('waitForever') ? 0 : undefined)
  const max = read('max', options.max, size)
  checkMin(read('min', options.min, size), max)
  const translated: PoolOptions = {
    max,
    min: 0, // what pg.Pool keeps at least it does not open in advance
    maxConnecting: Math.min(max, burst),
    idleTimeout: read('idleTimeoutMillis', options.idleTimeoutMillis, time) || never,
    maxUses: read('maxUses', options.maxUses, times) || never,
    maxLifetime: read('maxLifetimeSeconds', options.maxLifetimeSeconds, seconds) * 1_000 || never,
    allowExitOnIdle: Boolean(options.allowExitOnIdle),
    whenDown: wanted.has('failWhenDown') ? 'try' : 'fail-until-up',
  }
  if (wait !== undefined) {
    const most = read('connectionTimeoutMillis', wait, time) || never
    translated.acquireTimeout = most
    translated.connectTimeout = most
  }
  if (wanted.has('waitForever')) translated.drainTimeout = never
  return translated
}

function checkMin(min: number, max: number): void {
  if (min > max) throw new OptionsError('min', min, `min (${min}) must not be greater than max (${max}).`)
}

/** Settings are often read from the environment, where numbers are texts; pg.Pool takes them, for JavaScript compares such. */
function read(name: string, value: unknown, range: NumberRange): number {
  if (value === undefined || value === null || value === false || value === '') return 0
  return checkNumber(name, typeof value === 'string' && value.trim() !== '' ? Number(value) : value, range)
}

/** What is not set in the environment is often an empty text; to pg, nothing was given then. But `ssl` that is empty is off. */
function unlessEmpty(name: string, value: unknown): unknown {
  if (value !== '' || name === 'resetQuery') return value
  return name === 'ssl' ? false : undefined
}

function parseHabits(value: PoolConfig['likePgPool']): ReadonlySet<PgPoolHabit> {
  if (value === undefined || value === false) return new Set()
  if (value === true) return new Set(habits)
  if (Array.isArray(value) && value.every(habit => habits.includes(habit))) return new Set(value)
  throw refusal('likePgPool', value, `true, false or a list of: ${habits.join(', ')}`)
}

/** A wrong name in there is refused by createPool; a wrong kind of thing must be refused before it is spread. */
function refuseOptionsOfTheDropIn(statepool: unknown): void {
  if (typeof statepool !== 'object' || statepool === null || Array.isArray(statepool))
    refuseUnknown('statepool', statepool, [])
}
