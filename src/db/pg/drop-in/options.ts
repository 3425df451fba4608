// What the drop-in takes: everything that pg.Pool takes, and three options of its own; translated for the driver and the pool.

import type pg from 'pg'
import { OptionsError } from '../../../core/errors.js'
import { checkSize, type Tuning } from '../../../core/live-options.js'
import { type Hint, refuseUnknown } from '../../../core/names.js'
import { type PoolOptions, poolOptionFor } from '../../../core/options.js'
import { hintOf } from '../../../core/other-pools.js'
import { discreetRefusal } from '../../../core/refusal.js'
import {
  anything,
  type Check,
  callable,
  checkGiven,
  fromText,
  is,
  isOptions,
  type NumberRange,
  number,
} from '../../../core/shape.js'
import { checks } from '../driver/checks.js'
import type { HostOptions } from '../driver/hosts.js'
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
export interface PoolConfig extends Omit<pg.PoolConfig, 'onConnect'>, HostOptions {
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
  /** What has been changed of `pool.options` since, for new clients, if anything was. */
  readonly changes: () => pg.ClientConfig | undefined
  /** How many clients idle timeouts leave, as `pool.options` has it. */
  readonly keepIdle: number
  readonly onConnect: ((client: pg.ClientBase) => unknown) | undefined
  /** At first: `pool.options` may get another one. */
  readonly verify: Verify | undefined
  /** How long `verify` may take, in milliseconds. */
  readonly verifyTimeout: number
}

/** Looks at a client that is leased for the first time, and answers by calling back. */
export type Verify = (client: pg.PoolClient, done: (error?: Error) => void) => void

/** Of the underlying pool, unless it is told another one; in ms. */
const validateTimeout = 5_000

const never = Number.POSITIVE_INFINITY

/** What pg.Pool takes for no limit, and what an environment has that sets none. */
const none: readonly unknown[] = [undefined, null, false, '']

/** Settings are often read from the environment, where numbers are texts. */
function limit(range: NumberRange): Check<number> {
  const check = fromText(number({ least: 0, ...range }))
  return (name, value) => (none.includes(value) ? 0 : check(name, value, discreetRefusal))
}

const count = limit({ integer: true })
const size = limit({ integer: true, finite: true })
const time = limit({})
const seconds = limit({ kind: 'a number of seconds' })

/** What the pool takes for itself; all else is for the clients. The limits are read by those who need them. */
const own = {
  max: anything,
  min: anything,
  poolSize: anything,
  idleTimeoutMillis: anything,
  connectionTimeoutMillis: anything,
  maxUses: anything,
  maxLifetimeSeconds: anything,
  allowExitOnIdle: anything,
  onConnect: callable,
  verify: callable,
  log: callable,
  statepool: isOptions, // createPool refuses a wrong name in it
  likePgPool: is<PoolConfig['likePgPool']>(
    `true, false or a list of: ${habits.join(', ')}`,
    value =>
      typeof value === 'boolean' || (Array.isArray(value) && value.every(habit => habits.includes(habit))),
  ),
  Client: callable,
}

/** Whether it is an option at all: pg.Pool takes any name, a mistyped `pasword` as well. */
export const isKnown = (name: string): boolean =>
  Object.hasOwn(own, name) || Object.hasOwn(checks, name) || name === 'Promise'

/** pg.Pool opens a connection for each caller at once; so does this pool, up to so many at the same time. */
const burst = 10

/**
 * Refuses what is no configuration at all, before anything is read from it.
 * @throws OptionsError
 */
export function checkConfig(config: unknown): void {
  if (config === undefined || config === null) return
  if (typeof config === 'object' && !Array.isArray(config)) return
  const message = 'Pool takes an object; pass a connection string as { connectionString }.'
  throw new OptionsError('config', undefined, message) // not the value: it is a connection string more often than not
}

/**
 * Translates a configuration. What pg.Pool takes for "no limit" (0, null, nothing) is no limit here.
 * @param given what the application passed
 * @param options the same with pg.Pool's defaults, as it computed them
 * @param ownClient whether the class of clients is the application's, which may take options of its own
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseSettings(given: PoolConfig, options: PoolConfig, ownClient: boolean): Settings {
  if (!ownClient) refuseUnknown('pg.Pool', given, Object.keys(given).filter(isOurs), hint)
  checkGiven(own, given, discreetRefusal)
  const client: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given))
    if (!Object.hasOwn(own, name)) client[name] = unlessEmpty(name, value)
  // Not enumerable in the options of a pool, or of a client, of which others are made.
  if ('password' in given) client.password = unlessEmpty('password', given.password)
  const { likePgPool = false, statepool } = given
  const wanted = new Set(likePgPool === true ? habits : likePgPool || [])
  const pool = { ...translate(given, options, wanted), ...statepool }
  return {
    client: client as PostgresConfig,
    pool,
    habits: wanted,
    changes: changesOf(options),
    keepIdle: size('min', options.min),
    get onConnect() {
      return options.onConnect ?? undefined
    },
    verify: options.verify ?? undefined,
    get verifyTimeout() {
      const ofCaller = time('connectionTimeoutMillis', options.connectionTimeoutMillis) || never
      return Math.min(ofCaller, pool.validateTimeout ?? (wanted.has('waitForever') ? never : validateTimeout))
    },
  }
}

/** Compares with what there was: `pool.options.password = …` is for the clients that are opened afterwards. */
function changesOf(options: PoolConfig): () => pg.ClientConfig | undefined {
  const values = options as Record<string, unknown>
  const before: Record<string, unknown> = {}
  for (const name of Object.getOwnPropertyNames(options)) before[name] = values[name]
  return () => {
    let changed: Record<string, unknown> | undefined
    for (const name of Object.getOwnPropertyNames(options)) {
      if (values[name] === before[name] || Object.hasOwn(own, name) || name === 'toJSON') continue // which presentOptions adds
      changed ??= {}
      changed[name] = unlessEmpty(name, values[name])
    }
    return changed
  }
}

/** The limits that can be changed at run time by `pool.options.… = …`; the underlying pool has other names for them. */
export const liveLimits = {
  min: value => ({ keepIdle: size('min', value) }),
  idleTimeoutMillis: value => ({ idleTimeout: time('idleTimeoutMillis', value) || never }),
  maxUses: value => ({ maxUses: count('maxUses', value) || never }),
  maxLifetimeSeconds: value => ({ maxLifetime: seconds('maxLifetimeSeconds', value) * 1_000 || never }),
  connectionTimeoutMillis: value => {
    const most = time('connectionTimeoutMillis', value) || never
    return { acquireTimeout: most, connectTimeout: most }
  },
  allowExitOnIdle: value => ({ allowExitOnIdle: Boolean(value) }),
} satisfies Record<string, (value: unknown) => Tuning>

/** In a parsed connection string, next to what pg reads; pg.Pool ignores it. */
const ofLibpq = 'connect_timeout'

/** pg.Pool takes any option without a word; what belongs to the underlying pool, or to another one, would have no effect here. */
const isOurs = (name: string): boolean =>
  isKnown(name) || name === ofLibpq || hint(name, 'pg.Pool') === undefined

const hint: Hint = (name, owner) => {
  const option = poolOptionFor(name)
  if (option === undefined) return hintOf(name, owner)
  return option === name
    ? `${name} is an option of the underlying pool: give Pool the option statepool: { ${name}: … }.`
    : `${name} is not an option of pg.Pool: give Pool the option statepool, and in it ${option}.`
}

function translate(given: PoolConfig, options: PoolConfig, wanted: ReadonlySet<PgPoolHabit>): PoolOptions {
  const limit = unlessEmpty('connectionTimeoutMillis', given.connectionTimeoutMillis)
  const wait = limit ?? (wanted.has('waitForever') ? 0 : undefined)
  const max = size('max', options.max)
  checkSize(size('min', options.min), max)
  return {
    max,
    min: 0, // what pg.Pool keeps at least it does not open in advance
    maxConnecting: Math.min(max, burst),
    ...liveLimits.idleTimeoutMillis(options.idleTimeoutMillis),
    ...liveLimits.maxUses(options.maxUses),
    ...liveLimits.maxLifetimeSeconds(options.maxLifetimeSeconds),
    ...liveLimits.allowExitOnIdle(options.allowExitOnIdle),
    whenDown: wanted.has('failWhenDown') ? 'try' : 'fail-until-up',
    ...(wait !== undefined && liveLimits.connectionTimeoutMillis(wait)),
    ...(wanted.has('waitForever') && { drainTimeout: never }),
  }
}

/** What is not set in the environment is often an empty text; to pg, nothing was given then. But `ssl` that is empty is off. */
function unlessEmpty(name: string, value: unknown): unknown {
  if (value !== '' || name === 'resetQuery') return value
  return name === 'ssl' ? false : undefined
}
