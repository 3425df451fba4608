// What the two sides of a pool, callers and connections, work with together.
import type { AnyActorScope } from 'xstate'
import type { Allotment } from '../core/budget.js'
import { hooksOf, type PoolHooks } from '../core/hooks.js'
import type { ResolvedPoolOptions } from '../core/options.js'
import { asyncHooks } from '../core/outside.js'
import type { Driver } from '../db/driver.js'
import type { Generation } from '../machines/connection-types.js'
import type { HostStats } from '../machines/host-types.js'
import { Lanes } from './callers/lanes.js'
import { WaitingQueue } from './callers/queue.js'
import { QueueTimes } from './callers/queue-delay.js'
import { TimedQueue } from './callers/timed-queue.js'
import { canLetExit, describeTarget } from './connections/driver-calls.js'
import { Limits } from './connections/limits.js'
import { Roster } from './connections/roster.js'
import type { Lease } from './leases/lease.js'
import { type Counters, newCounters } from './watching/counters.js'
import type { PoolEmitted } from './watching/events.js'
import { type Followed, follow } from './watching/followers.js'
import { Nesting } from './watching/nesting.js'
import { Notices } from './watching/notices.js'
import { ConnectionTimings, LeaseTimings } from './watching/timings.js'
import type { Tracer } from './watching/tracer.js'
import { type Trackers, track } from './watching/trackers.js'

/** The pool's generation, as the pool's own actions see it. */
export interface RaisableGeneration extends Generation {
  current: number
}

/** What the maker of a drop-in is told besides what hooks tell its users. It may not throw, nor ask the pool for anything. */
export interface OwnHooks<C> {
  /** Of each lease, before the caller has it, however the caller asked for it: in the midst of the message that grants it. */
  readonly onLease?: (lease: Lease<C>) => void
  /** What holds the process is connections and callers, as in the pools of the drivers' libraries: a back-off that no caller waits for does not. */
  readonly heldByConnections?: boolean
  /** The host whose pool it is, as it is now. */
  readonly host?: HostStats
}

/** What can be seen of the sharing. */
export interface SharingView<C> {
  /** How many statements are under way. */
  readonly underWay: number
  /** The connections that are shared now, in the order in which they were taken. */
  readonly connections: readonly {
    readonly lease: Lease<C>
    readonly connection: C
    readonly open: boolean
    readonly drains: boolean
  }[]
}

/** The plain data of one pool. The actions of its actors change it; the façade only counts those whom it refuses itself. */
export interface PoolParts<C> extends Followed {
  readonly driver: Driver<C>
  readonly config: ResolvedPoolOptions
  /** What the pool is called; once its actor has started, no other open pool in the process has this name. */
  name: string
  /** The actor system that the pool lives in, as the pool's actors see it: with the pool's clock. */
  readonly system: AnyActorScope['system']
  /** Where the driver connects to, for messages. */
  readonly target: string
  /** Whether an idle pool lets the process exit: `allowExitOnIdle`, as it is now. */
  mayExit: boolean
  /** The same of its idle connections, if the driver can let them. */
  letsExit: boolean
  /** Whether only connections and callers hold it, although `mayExit` is false. */
  readonly heldByConnections: boolean
  /** Those of its numbers that can change. */
  readonly limits: Limits
  /** The connections. */
  readonly roster: Roster<C>
  /** What it has of the budget that it shares with other pools; undefined = it is on its own. */
  budget: Allotment | undefined
  /** What bounds the size that it gives itself; undefined without the option `adaptive`. */
  adaptive: { readonly limit: number } | undefined
  /** Those who wait for one. */
  readonly queue: WaitingQueue<C>
  /** How late they are served; undefined without the option `shed`. */
  readonly delay: QueueTimes<C> | undefined
  /** The doors in front of the queue; undefined without the option `lanes`. */
  readonly lanes: Lanes<C> | undefined
  readonly counters: Counters
  readonly notices: Notices
  /** Undefined unless `deadlockCheck` is on. */
  readonly nesting: Nesting<C> | undefined
  readonly generation: RaisableGeneration
  readonly trouble: Trouble
  /** The application's hooks; undefined if there are none. */
  hooks: PoolHooks<C> | undefined
  readonly onLease: OwnHooks<C>['onLease']
  /** Of a pool that belongs to a pool of hosts: its host, as it is now. */
  readonly host: HostStats | undefined
  /** Telemetry that wants durations; undefined while there is none. */
  tracker: Trackers | undefined
  /** What `stats()` tells of connects and closes. */
  readonly connectionTimings: ConnectionTimings
  /** What `stats()` tells of waits and leases; undefined unless `measure` is on. */
  readonly leaseTimings: LeaseTimings | undefined
  /** The statements that share connections; undefined without the option `share`. */
  sharing: SharingView<C> | undefined
  /** Telemetry that follows callers and connects; undefined while there is none. */
  tracers: readonly Tracer[] | undefined
}

/** What went wrong last, for the errors of those who wait. */
export interface Trouble {
  /** The last validation that failed: when, and how. */
  invalid: { readonly at: number; readonly error: unknown } | undefined
}

/**
 * The parts of a pool that has just been created.
 * @param scope the scope of the pool's actor
 */
export function createParts<C>(
  driver: Driver<C>,
  config: ResolvedPoolOptions,
  { system, emit }: { system: AnyActorScope['system']; emit: (event: PoolEmitted) => void },
  { onLease, heldByConnections = false, host }: OwnHooks<C> = {},
): PoolParts<C> {
  const Storage = config.deadlockCheck === false ? undefined : asyncHooks?.AsyncLocalStorage
  const nesting = Storage && new Nesting<C>(Storage)
  const target = describeTarget(driver)
  const counters = newCounters()
  const delay = config.shed && new QueueTimes<C>(config.shed, () => config.clock.now())
  const roster = new Roster<C>(counters)
  const hooks = hooksOf(config as PoolHooks<C>)
  const lanes = config.lanes && new Lanes<C>(config.lanes, roster, () => config.clock.now())
  const parts: PoolParts<C> = {
    // What each lease reads comes first, as in a connection's record.
    driver,
    config,
    roster,
    queue: delay === undefined ? new WaitingQueue() : new TimedQueue(delay),
    counters,
    attends: false,
    letsExit: config.allowExitOnIdle && canLetExit(driver),
    onLease,
    hooks,
    followers: 0,
    tracker: undefined,
    tracers: undefined,
    nesting,
    name: config.name ?? target,
    system,
    target,
    mayExit: config.allowExitOnIdle,
    heldByConnections,
    limits: new Limits(config),
    budget: undefined,
    adaptive: undefined,
    delay,
    lanes,
    notices: new Notices(
      () => parts.name,
      () => config.clock.now(),
      emit,
      change => {
        follow(parts, change)
      },
    ),
    generation: { current: 1 },
    trouble: { invalid: undefined },
    host,
    connectionTimings: new ConnectionTimings(),
    leaseTimings: config.measure ? new LeaseTimings() : undefined,
    sharing: undefined,
  }
  follow(parts, [hooks, lanes].filter(part => part !== undefined).length)
  if (parts.leaseTimings !== undefined) track(parts, parts.leaseTimings)
  return parts
}
