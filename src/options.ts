// The pool's options: what each means, its default and range, and the one place that checks them.

import {
  checkBoolean,
  checkChoice,
  checkClock,
  checkFunction,
  checkNumber,
  describeRange,
  type NumberRange,
  refusal,
  refuseUnknown,
} from './check.js'
import { type Clock, systemClock } from './clock.js'
import { OptionsError } from './errors.js'
import { guardedClock, guardedRandom } from './guarded.js'
import { counterpartOf, hintOf } from './other-pools.js'

/** Everything that can be set on a pool. Times are milliseconds. */
export interface PoolOptions {
  /**
   * What the pool is called in its events, errors, warnings and snapshot. Default: where its driver connects to, without secrets. A name that
   * another open pool in the process has gets a number: `orders#2`.
   */
  name?: string | undefined
  /**
   * Connections kept open at least, even when idle. Default 2 (or `max`, if that is smaller); 0 = open none until one is needed.
   * The same as HikariCP's `minimumIdle` plus those in use.
   */
  min?: number | undefined
  /** Connections open at most, as the database counts them: connecting and closing ones included. Default 10; at least 1. */
  max?: number | undefined
  /** How long an acquire waits, not counting the time that the pool is paused. Default 30,000; 0 = fail at once unless a connection is free and need not be validated first; Infinity = wait for ever. */
  acquireTimeout?: number | undefined
  /** How long opening a connection may take; then its socket is destroyed. Default 10,000; more than 0; Infinity = no limit. */
  connectTimeout?: number | undefined
  /**
   * How long a connection may stay idle while there are more than `min`; then one is retired, the longest idle first, one at a
   * time, up to 10 % later than set (jitter). Default 300,000; 0 = as soon as it is idle; Infinity = never.
   */
  idleTimeout?: number | undefined
  /**
   * How old a connection may get; then it is retired as soon as nobody holds it. Each one gets up to 25 % less at random, so
   * that connections opened together do not die together. Default 1,800,000; more than 0; Infinity = any age.
   */
  maxLifetime?: number | undefined
  /** How often a connection may be lent; then it is retired on release. Default Infinity; at least 1. As in node-postgres. */
  maxUses?: number | undefined
  /**
   * A connection that was idle for longer is validated, by a round trip, before it is lent. Default 500 (HikariCP's
   * aliveBypassWindow); 0 = always validate; false = never.
   */
  validateAfter?: number | false | undefined
  /** How long a validation may take; then the connection is destroyed. Default 5,000; more than 0; Infinity = no limit. */
  validateTimeout?: number | undefined
  /** Idle connections are validated this often, so that firewalls do not cut them. Default 120,000; more than 0; false = never. */
  keepalive?: number | false | undefined
  /** How long making a returned connection clean may take; then it is destroyed. Default 5,000; more than 0; Infinity = no limit. */
  resetTimeout?: number | undefined
  /** How long the goodbye to the server may take; then the socket is destroyed. Default 5,000; 0 = destroy without a goodbye. */
  closeTimeout?: number | undefined
  /** How long `close()` waits for leases before it destroys them. Default 30,000; 0 = destroys at once; Infinity = waits. */
  drainTimeout?: number | undefined
  /** Connections being opened at the same time, at most. Default 2; at least 1. From MongoDB's CMAP specification. */
  maxConnecting?: number | undefined
  /** Callers that may wait for a lease to end at the same time; the next one is refused. Callers for whom a connection can still be opened do not count. Default Infinity; 0 = nobody waits for a lease to end. */
  maxWaiting?: number | undefined
  /**
   * What happens to callers while no connection can be opened and none is left. Default 'wait': they wait for the database to come back,
   * each within its timeout; 'fail' = they are refused at once with a DatabaseDownError, and the next connect is tried within half a
   * second of that, so that callers are served soon after the database is back; 'try' = a connect is tried at once, shared by all who
   * ask meanwhile, and they are refused with a DatabaseDownError when it fails, as in node-postgres; 'fail-until-up' = like 'try' as
   * long as the pool has never had a connection, because a pool that never connected is usually misconfigured, and like 'wait' later on.
   */
  whenDown?: 'wait' | 'fail' | 'fail-until-up' | 'try' | undefined
  /**
   * How long a lease may be held before it is reported as a leak: `lease.leaked` on `events$` and a process warning with the code
   * STATEPOOL_LEAK, both with the stack of the `acquire()` or `use()` that took it, once for each lease; and `lease.recovered` and
   * a second warning if it ends after all. The connection is not taken away. The holders in an AcquireTimeoutError say where they
   * acquired, too, and its stack says where the acquire was called that timed out. Default false = off, which costs nothing; more
   * than 0. Recording its stack makes an acquire about ten times as expensive (microseconds); `leakSampling` makes that rare. From
   * HikariCP's leakDetectionThreshold.
   */
  leakWarning?: number | false | undefined
  /**
   * The share of acquires whose stack is recorded while `leakWarning` is on, drawn at random: the others are reported without it.
   * Default 1 = all; more than 0, up to 1. The text of a stack is only made when a report shows it.
   */
  leakSampling?: number | undefined
  /**
   * What becomes of an acquire inside `pool.use()` that can never be served, because every connection that the pool may have is
   * held by callbacks of `use()` that wait for another one themselves: with `max` 1, any acquire inside `use()` that waits.
   * 'error' = it is refused at once with a SelfDeadlockError; 'warn' = it waits, and a process warning (STATEPOOL_DEADLOCK) and
   * `acquire.deadlocked` on `events$` say so. Default false = off, which costs nothing: the others follow every asynchronous call
   * of the process with an AsyncLocalStorage, and make a `use()` about three times as expensive.
   *
   * Leases of a bare `acquire()` are nobody's, so that they never raise an alarm. An acquire inside a callback counts as one that
   * the callback waits for; start what it need not wait for outside of it. One with a timeout of 0 does not wait.
   */
  deadlockCheck?: 'warn' | 'error' | false | undefined
  /**
   * Lets the process exit while all connections are idle and no caller waits: a script that forgets `close()` ends by itself. Default
   * true; false = an open pool keeps the process alive until it is closed. node-postgres has the same option, with false as default.
   */
  allowExitOnIdle?: boolean | undefined
  /** Where the pool gets its time from. Default: the system's monotonic clock. */
  clock?: Clock | undefined
  /** Where the pool gets its randomness (jitter) from: numbers from 0 to below 1. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** The options as the pool uses them: complete, checked and frozen; `Infinity` stands for "no limit" throughout. */
export type PoolConfig = {
  readonly [Name in Exclude<keyof PoolOptions, 'name' | keyof typeof switchable>]-?: Exclude<
    PoolOptions[Name],
    undefined
  >
} & {
  /** Undefined = called after the driver's target. */
  readonly name: string | undefined
} & {
  /** Infinity = off. */
  readonly [Name in keyof typeof switchable]: number
}

/** What the drop-ins change while a pool runs. @internal */
export interface Tuning {
  readonly acquireTimeout?: number
  /** For connections opened from now on; so is `maxUses`. */
  readonly connectTimeout?: number
  readonly idleTimeout?: number
  /** For connections opened from now on. */
  readonly maxLifetime?: number
  readonly maxUses?: number
  /** Idle timeouts leave so many connections, if they are more than `min`; none is opened for that. */
  readonly keepIdle?: number
}

/** What `acquire()` takes. */
export interface AcquireOptions {
  /**
   * How long to wait, in milliseconds, instead of the pool's `acquireTimeout`; 0 and Infinity mean the same as there. The time that
   * the pool is paused counts.
   */
  timeout?: number | undefined
  /** Aborts the wait. A lease that was granted before stays granted. */
  signal?: AbortSignal | undefined
  /** Served before callers of lower priority. An integer, default 0. One hand-off in eight goes to the longest waiting. */
  priority?: number | undefined
}

/** What `close()` takes. */
export interface CloseOptions {
  /** How long to wait for leases, in milliseconds, instead of the pool's `drainTimeout`; 0 and Infinity mean the same as there. */
  timeout?: number | undefined
}

const numbers = {
  min: { fallback: 2, least: 0, integer: true, finite: true },
  max: { fallback: 10, least: 1, integer: true, finite: true },
  acquireTimeout: { fallback: 30_000, least: 0 },
  connectTimeout: { fallback: 10_000, least: 0, exclusive: true },
  idleTimeout: { fallback: 300_000, least: 0 },
  maxLifetime: { fallback: 1_800_000, least: 0, exclusive: true },
  maxUses: { fallback: Number.POSITIVE_INFINITY, least: 1, integer: true },
  validateTimeout: { fallback: 5_000, least: 0, exclusive: true },
  resetTimeout: { fallback: 5_000, least: 0, exclusive: true },
  closeTimeout: { fallback: 5_000, least: 0 },
  drainTimeout: { fallback: 30_000, least: 0 },
  maxConnecting: { fallback: 2, least: 1, integer: true },
  maxWaiting: { fallback: Number.POSITIVE_INFINITY, least: 0, integer: true },
  leakSampling: { fallback: 1, least: 0, most: 1, exclusive: true, kind: 'a number' },
} as const satisfies Record<string, NumberRange>

/** What can be switched off, by false and by nothing else; to the pool, it is then due after an infinite time. */
const switchable = {
  validateAfter: { fallback: 500, least: 0, finite: true, off: 'never validate on checkout' },
  keepalive: {
    fallback: 120_000,
    least: 0,
    finite: true,
    exclusive: true,
    off: 'leave idle connections alone',
  },
  leakWarning: {
    fallback: Number.POSITIVE_INFINITY,
    least: 0,
    finite: true,
    exclusive: true,
    off: 'report no leaks',
  },
} as const satisfies Record<string, NumberRange & { readonly off: string }>

/** The names of {@link PoolOptions}: drivers and drop-ins say where these belong when they are given them. */
export const poolOptionNames: readonly string[] = [
  ...Object.keys(numbers),
  'name',
  ...Object.keys(switchable),
  'whenDown',
  'deadlockCheck',
  'allowExitOnIdle',
  'clock',
  'random',
]

/** The pool's option that is meant by a name, be it another pool's; with its unit or meaning where that may differ. */
export function poolOptionFor(name: string): string | undefined {
  return poolOptionNames.includes(name) ? name : counterpartOf(name)?.meant
}

/** What a driver says of an option of the pool, or of another pool, after "sqlite has no option …". */
export function hintAtPool(name: string): string | undefined {
  const option = poolOptionFor(name)
  return option === undefined ? hintOf(name) : `; the pool has one: ${option}.`
}

/**
 * Checks a pool's options and fills in the defaults.
 * @throws OptionsError naming the option, its value and what it may be.
 */
export function parseOptions(given: PoolOptions = {}): PoolConfig {
  refuseUnknown('createPool', given, poolOptionNames, hintOf)
  const options = { ...given } // each is read once: a getter may answer differently the next time
  const values = options as Record<string, unknown>
  const { whenDown = 'wait', allowExitOnIdle = true, clock = systemClock, random = Math.random } = options
  const parsed: Record<string, unknown> = {}
  for (const [name, range] of Object.entries<NumberRange>(numbers)) {
    parsed[name] = values[name] === undefined ? range.fallback : checkNumber(name, values[name], range)
  }
  if (options.min === undefined) parsed.min = Math.min(parsed.min as number, parsed.max as number)
  checkSize(parsed.min as number, parsed.max as number)
  for (const [name, range] of Object.entries(switchable)) {
    parsed[name] = parseUnlessFalse(name, values[name], range)
  }
  parsed.name = parseName(options.name)
  parsed.deadlockCheck = parseDeadlockCheck(options.deadlockCheck)
  parsed.whenDown = checkChoice('whenDown', whenDown, ['wait', 'fail', 'fail-until-up', 'try'])
  parsed.allowExitOnIdle = checkBoolean('allowExitOnIdle', allowExitOnIdle)
  parsed.clock = guardedClock(checkClock(clock))
  parsed.random = guardedRandom(checkFunction('random', random))
  return Object.freeze(parsed) as unknown as PoolConfig
}

/** What `resize()` changes; what is not given stays as it is. */
export interface SizeOptions {
  min?: number | undefined
  max?: number | undefined
  maxWaiting?: number | undefined
}

/**
 * Checks what `resize()` was given and completes it from the sizes in force. A `min` that was not given gives way to `max`, as
 * it does in `createPool`.
 * @throws OptionsError naming the option, its value and what it may be.
 */
export function parseSize(
  size: SizeOptions,
  current: { min: number; max: number; maxWaiting: number },
): { min: number; max: number; maxWaiting: number } {
  refuseUnknown('resize', size, ['min', 'max', 'maxWaiting'])
  const max = size.max === undefined ? current.max : checkNumber('max', size.max, numbers.max)
  const min = size.min === undefined ? Math.min(current.min, max) : checkNumber('min', size.min, numbers.min)
  checkSize(min, max)
  const maxWaiting =
    size.maxWaiting === undefined
      ? current.maxWaiting
      : checkNumber('maxWaiting', size.maxWaiting, numbers.maxWaiting)
  return { min, max, maxWaiting }
}

/** The names of {@link AcquireOptions}. */
export const acquireNames: readonly string[] = ['timeout', 'signal', 'priority']

/**
 * Checks what `acquire()` was given.
 * @throws OptionsError naming the option, its value and what it may be.
 */
export function checkAcquireOptions(options: AcquireOptions): AcquireOptions {
  refuseUnknown('acquire', options, acquireNames)
  return checkAcquireValues(options)
}

/** The same for options whose names were checked before, because there are others among them. */
export function checkAcquireValues(options: AcquireOptions): AcquireOptions {
  const { timeout, signal, priority } = options
  if (timeout !== undefined) checkNumber('timeout', timeout, numbers.acquireTimeout)
  if (priority !== undefined && !Number.isSafeInteger(priority)) {
    throw refusal('priority', priority, 'an integer (higher is served first, default 0)')
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw refusal('signal', signal, 'an AbortSignal')
  return { timeout, signal, priority }
}

/**
 * Checks what `close()` was given, and answers how long to wait for leases.
 * @throws OptionsError naming the option, its value and what it may be.
 */
export function parseCloseOptions(options: CloseOptions, fallback: number): number {
  refuseUnknown('close', options, ['timeout'])
  return options.timeout === undefined
    ? fallback
    : checkNumber('timeout', options.timeout, numbers.drainTimeout)
}

function checkSize(min: number, max: number): void {
  if (min > max) throw new OptionsError('min', min, `min (${min}) must not be greater than max (${max}).`)
}

/** A number, or false for never, which is `Infinity` to the pool. */
function parseUnlessFalse(
  name: string,
  value: unknown,
  range: NumberRange & { readonly off: string },
): number {
  if (value === undefined) return range.fallback
  if (value === false) return Number.POSITIVE_INFINITY
  try {
    return checkNumber(name, value, range)
  } catch {
    throw refusal(name, value, `${describeRange(range)}, or false to ${range.off}`)
  }
}

function parseName(name: unknown): string | undefined {
  if (name === undefined || (typeof name === 'string' && /\S/.test(name))) return name as string | undefined
  throw refusal('name', name, 'a text that is not empty')
}

function parseDeadlockCheck(value: 'warn' | 'error' | false = false): 'warn' | 'error' | false {
  if (value === false || value === 'warn' || value === 'error') return value
  throw refusal('deadlockCheck', value, "'warn', 'error' or false")
}
