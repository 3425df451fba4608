// The pool's options: the meaning, default and range of each, and the one place that checks them.

import { type AdaptiveOptions, adaptive, checkAdaptive } from './adaptive-options.js'
import type { Budget } from './budget.js'
import { type Clock, systemClock } from './clock.js'
import { OptionsError } from './errors.js'
import { guardedClock, guardedRandom } from './guarded.js'
import type { PoolHooks } from './hooks.js'
import { type LaneOptions, lanes } from './lane-options.js'
import { checkSize, max, maxWaiting, min } from './live-options.js'
import type { Hint } from './names.js'
import { counterpartOf, hintOf, normal } from './other-pools.js'
import {
  boolean,
  fn,
  having,
  is,
  limit,
  number,
  oneOf,
  optional,
  or,
  type Parsed,
  parse,
  textLike,
  wait,
} from './shape.js'
import { type ShareOptions, share } from './share-options.js'
import { type ShedOptions, shed } from './shed-options.js'

/** The options of a pool. All times are in milliseconds. `C` is the type of its driver's connections, for hooks. */
export interface PoolOptions<C = unknown> extends PoolHooks<C> {
  /**
   * The pool's name in events, errors, warnings and snapshots. Default: where its driver connects to, without secrets. A name that
   * another open pool in the process already has gets a number: `orders#2`.
   */
  name?: string | undefined
  /**
   * The number of connections that the pool keeps open, even when idle. Default 2 (or `max`, if that is smaller); 0 = the pool opens
   * none until a caller needs one. The same as HikariCP's `minimumIdle` plus those in use. In a `group` the default is 0, and what is set
   * is kept for the pool: createPool refuses a `min` that the group cannot guarantee.
   */
  min?: number | undefined
  /** The maximum number of connections, as the database counts them: connecting and closing ones included. Default 10; at least 1. */
  max?: number | undefined
  /** How long an acquire waits, not counting the time that the pool is paused. Default 30,000; 0 = fail at once unless a connection is free and needs no validation; Infinity = wait forever. */
  acquireTimeout?: number | undefined
  /** How long opening a connection may take; after that the pool destroys its socket. Default 10,000; more than 0; Infinity = no limit. */
  connectTimeout?: number | undefined
  /**
   * How long a connection may stay idle while there are more than `min`; after that the pool retires it, the longest idle first, one at
   * a time, up to 10 % later than set (jitter). Default 300,000; 0 = as soon as it is idle; Infinity = never.
   */
  idleTimeout?: number | undefined
  /**
   * The maximum age of a connection; the pool retires an older one as soon as it is not leased. Each connection gets up to 25 % less at
   * random, so that connections opened together do not expire together. Default 1,800,000; more than 0; Infinity = any age.
   */
  maxLifetime?: number | undefined
  /** How many times the pool leases a connection before retiring it on release. Default Infinity; at least 1. As in node-postgres. */
  maxUses?: number | undefined
  /**
   * The pool validates a connection that was idle for longer than this, by a round trip, before leasing it. Default 500 (HikariCP's
   * aliveBypassWindow); 0 = always validate; false = never.
   */
  validateAfter?: number | false | undefined
  /** How long a validation may take; after that the pool destroys the connection. Default 5,000; more than 0; Infinity = no limit. */
  validateTimeout?: number | undefined
  /** How often the pool validates idle connections, so that firewalls do not drop them. Default 120,000; more than 0; false = never. */
  keepalive?: number | false | undefined
  /** How long the reset of a released connection may take; after that the pool destroys it. Default 5,000; more than 0; Infinity = no limit. */
  resetTimeout?: number | undefined
  /** How long a graceful close may take; after that the pool destroys the socket. Default 5,000; 0 = destroy without a graceful close. */
  closeTimeout?: number | undefined
  /** How long `close()` waits for leases before it destroys their connections. With `closeTimeout`, which may follow, the default stays below the 30 seconds that Kubernetes gives a process. Default 20,000; 0 = destroy at once; Infinity = wait forever. */
  drainTimeout?: number | undefined
  /** The maximum number of connections that the pool opens at the same time. Default 2; at least 1. From MongoDB's CMAP specification. */
  maxConnecting?: number | undefined
  /** The maximum number of callers in the queue; the pool refuses the next one with a QueueFullError. Callers that it can still open a connection for do not count. Default Infinity; 0 = no queue: a caller never waits for another one's lease. */
  maxWaiting?: number | undefined
  /**
   * What happens to callers when the database is down: no connection is left, and none can be opened. Default 'wait': they wait for the
   * database to come back, each within its timeout; 'fail' = the pool refuses them at once with a DatabaseDownError, and tries the next
   * connect within half a second, so that it serves callers soon after the database is back; 'try' = the pool tries one connect at once,
   * shared by all callers that came before it began, and refuses them with a DatabaseDownError when it fails, as in node-postgres;
   * 'fail-until-up' = like 'try' until the pool has had its first connection, because a pool that never connected is usually
   * misconfigured, and like 'wait' after that.
   */
  whenDown?: 'wait' | 'fail' | 'fail-until-up' | 'try' | undefined
  /**
   * How long a caller may hold a lease before the pool reports it as a leak: `lease.leaked` on `events$` and a process warning with the
   * code STATEPOOL_LEAK, both with the stack of the `acquire()` or `use()` call, once for each lease; then `lease.recovered` and a second
   * warning if the lease ends. The pool does not revoke the lease. An AcquireTimeoutError also says where each holder acquired, and its
   * own stack leads to the acquire that timed out. Default false = off, at no cost; more than 0. Recording the stack makes an acquire
   * about ten times as expensive (microseconds); `leakSampling` makes that rare. From HikariCP's leakDetectionThreshold.
   */
  leakWarning?: number | false | undefined
  /**
   * The share of acquires, drawn at random, whose stack the pool records while `leakWarning` is on; it reports the others without a
   * stack. Default 1 = all; more than 0, up to 1. The pool formats a stack only when a report shows it.
   */
  leakSampling?: number | undefined
  /**
   * What happens to an acquire inside `pool.use()` that can never be served, because callbacks of `use()` that wait for another
   * connection themselves hold every connection of the pool: with `max` 1, any acquire inside `use()` that waits. 'error' = the pool
   * refuses it at once with a SelfDeadlockError; 'warn' = it waits, and a process warning (STATEPOOL_DEADLOCK) and `acquire.deadlocked`
   * on `events$` report it. Default false = off, at no cost: the other values follow every asynchronous call of the process with an
   * AsyncLocalStorage, and make a `use()` about three times as expensive.
   *
   * A plain `acquire()` has no known owner, so it never triggers this check. The check assumes that a callback awaits every acquire
   * inside it; start work that the callback does not await outside of it. An acquire with a timeout of 0 does not wait.
   */
  deadlockCheck?: 'warn' | 'error' | false | undefined
  /**
   * Lets the process exit while all connections are idle and no caller waits: a script that forgets `close()` still ends. Default true;
   * false = an open pool keeps the process alive until it is closed. node-postgres has the same option, with false as its default.
   */
  allowExitOnIdle?: boolean | undefined
  /**
   * Measures how long callers wait and how long leases are held, for `pool.stats()`: percentiles since the start and over the last minute,
   * in 16 kB of memory. Default false; that saves some nanoseconds for each acquire and release.
   */
  measure?: boolean | undefined
  /**
   * Lets the statements of `pool.query()` share connections: several are sent on one connection without waiting for each other's answers
   * (PostgreSQL's pipeline mode), so that ten connections carry what more than twenty would. Statements that leave something in the
   * session, or whose text does not tell, get a connection of their own, as without this option. Default false; true = the defaults
   * of {@link ShareOptions}. Not through a proxy that cannot pipeline (Supavisor in transaction mode).
   */
  share?: boolean | ShareOptions | undefined
  /**
   * The group that the pool belongs to: `poolGroup({ max })`, one cap over many pools in this process. The pool asks the group before it
   * opens a connection; its own `max` applies, too. Default: none. See docs/guides/groups.md.
   */
  group?: Budget | undefined
  /**
   * The fleet that the pool belongs to: `fleet({ name, connections })` from `statepool/fleet`, one budget over the pools of many
   * processes. Not together with `group`. The default of `min` is 0. Default: none. See docs/guides/fleet.md.
   */
  fleet?: Budget | undefined
  /**
   * Refuses callers early while they arrive faster than the pool serves them: when for a whole `interval` no caller was served within `target`,
   * the pool is overloaded, and until that ends it refuses each caller that has waited for `target`, with an OverloadedError. It serves the
   * others in time, instead of letting all wait for `acquireTimeout`. Shorter bursts wait, as without this option. Default
   * false; true = the defaults of {@link ShedOptions}. From db_connection's `queue_target` and `queue_interval`, after the CoDel algorithm. See
   * docs/guides/overload.md.
   */
  shed?: boolean | ShedOptions | undefined
  /**
   * Has the pool find out by itself how many connections serve its callers best, from `min` to `max`: the smallest number whose throughput is
   * within `tolerance` of the best. It measures only while callers wait, and begins with `max`. Default false; true = the defaults of
   * {@link AdaptiveOptions}. Not together with `share`. Callers that acquire while they hold a lease need a `min` of as many as they
   * hold at a time. See docs/guides/adaptive-size.md.
   */
  adaptive?: boolean | AdaptiveOptions | undefined
  /**
   * Lanes by their names, such as `{ reports: { max: 3 } }`: callers of `acquire({ lane: 'reports' })` hold at most so many connections at a time, so
   * that slow work cannot take the rest. Callers of a full lane wait for it, within their timeouts, and hold up no others; `maxWaiting` bounds
   * their number for each lane. Default: none, at no cost. A bulkhead, as in resilience4j. See docs/guides/fair-queueing.md.
   */
  lanes?: Readonly<Record<string, LaneOptions>> | undefined
  /** The clock that the pool runs on. Default: the system's monotonic clock. */
  clock?: Clock | undefined
  /** The source of the pool's randomness (jitter): a function that returns numbers from 0 to below 1. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** A clock; the system's if none is given. */
export const clockShape = or(having<Clock>('now', 'setTimeout', 'clearTimeout'), systemClock)

function isBudget(value: unknown): boolean {
  const { join, admit } = Object(value) as Partial<Budget>
  return typeof join === 'function' && typeof admit === 'function'
}

/** With `closeTimeout` it stays within the 30 seconds between SIGTERM and SIGKILL in Kubernetes, with room for what comes before. */
export const defaultDrainTimeout = 20_000

const shape = {
  min: optional(min), // its default depends on max
  max: or(max, 10),
  acquireTimeout: or(wait, 30_000),
  connectTimeout: or(limit, 10_000),
  idleTimeout: or(wait, 300_000),
  maxLifetime: or(limit, 1_800_000),
  maxUses: or(number({ least: 1, integer: true }), Number.POSITIVE_INFINITY),
  validateAfter: or(number({ least: 0, off: 'false to never validate on checkout' }), 500),
  validateTimeout: or(limit, 5_000),
  keepalive: or(number({ above: 0, off: 'false to send no keepalives' }), 120_000),
  resetTimeout: or(limit, 5_000),
  closeTimeout: or(wait, 5_000),
  drainTimeout: or(wait, defaultDrainTimeout),
  maxConnecting: or(number({ least: 1, integer: true }), 2),
  maxWaiting: or(maxWaiting, Number.POSITIVE_INFINITY),
  whenDown: or(oneOf(['wait', 'fail', 'fail-until-up', 'try']), 'wait'),
  leakWarning: or(number({ above: 0, off: 'false to report no leaks' }), Number.POSITIVE_INFINITY),
  leakSampling: or(number({ above: 0, most: 1, kind: 'a number' }), 1),
  name: optional(textLike('a non-empty string', /\S/)),
  deadlockCheck: or(oneOf(['warn', 'error', false]), false),
  allowExitOnIdle: or(boolean, true),
  measure: or(boolean, false),
  share,
  group: optional(is<Budget>('a group made by poolGroup({ max })', isBudget)),
  fleet: optional(is<Budget>('a fleet made by fleet({ name, connections })', isBudget)),
  shed,
  adaptive,
  lanes: optional(lanes),
  onConnect: optional(fn<NonNullable<PoolHooks<unknown>['onConnect']>>()),
  onLend: optional(fn<NonNullable<PoolHooks<unknown>['onLend']>>()),
  onReturn: optional(fn<NonNullable<PoolHooks<unknown>['onReturn']>>()),
  onClose: optional(fn<NonNullable<PoolHooks<unknown>['onClose']>>()),
  clock: clockShape,
  random: or(fn<() => number>(), Math.random),
}

/** The options as the pool uses them: complete, checked and frozen; `Infinity` stands for "no limit" and "off" throughout. */
export type ResolvedPoolOptions = Parsed<typeof shape> & { readonly min: number }

/** The names of {@link PoolOptions}: so that drivers and drop-ins can say where an option belongs. */
export const poolOptionNames: readonly string[] = Object.keys(shape)

/** The option of the pool that a name stands for, in this pool or in another one, with its unit or meaning if these may differ. */
export function poolOptionFor(name: string): string | undefined {
  if (poolOptionNames.includes(name)) return name
  return counterpartOf(name)?.meant ?? poolOptionNames.find(own => normal(own) === normal(name))
}

/** The refusal of an option of the pool, or of another pool, that a driver is given. */
export const hintAtPool: Hint = (name, owner) => {
  const option = poolOptionFor(name)
  return option === undefined
    ? hintOf(name, owner)
    : `${name} is not an option of ${owner}(): give createPool the option ${option}.`
}

/**
 * Checks a pool's options and fills in the defaults.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseOptions<C>(given: PoolOptions<C> = {}): ResolvedPoolOptions {
  const parsed = parse('createPool', shape, given, { hint: hintOf })
  const { max, clock, random, group, fleet, adaptive, share } = parsed
  if (group !== undefined && fleet !== undefined)
    throw new OptionsError(
      'fleet',
      undefined,
      'fleet and group exclude each other: a pool shares one budget. Omit one of them.',
    )
  const { min = (group ?? fleet) === undefined ? Math.min(2, max) : 0 } = parsed
  checkSize(min, max)
  if (adaptive !== undefined) checkAdaptive(given.adaptive, min === max, share !== undefined)
  return Object.freeze({ ...parsed, min, clock: guardedClock(clock), random: guardedRandom(random) })
}
