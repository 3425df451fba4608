// What the two sides of a pool, callers and connections, work with together.
import type { AnyActorScope } from 'xstate'
import type { Driver } from '../db/driver.js'
import type { PoolError } from '../errors.js'
import type { Generation } from '../machines/connection-types.js'
import type { ResolvedPoolOptions } from '../options.js'
import { asyncHooks } from '../outside.js'
import { type Counters, newCounters } from './counters.js'
import { describeTarget } from './driver-calls.js'
import type { PoolEmitted } from './events.js'
import type { Lease } from './lease.js'
import { Limits } from './limits.js'
import { WaitingLine } from './line.js'
import { takeName } from './names.js'
import { Nesting } from './nesting.js'
import { Notices } from './notices.js'
import { Roster } from './roster.js'
import type { Tracer } from './tracing.js'
import type { Trackers } from './trackers.js'

/** The pool's generation, as the pool's own actions see it. */
export interface RaisableGeneration extends Generation {
  current: number
}

/** What the maker of a pool is told in the midst of its work: how the drop-ins know of each lease. It may not throw, nor ask the pool for anything. */
export interface Hooks<C> {
  /** Of each lease, before the caller has it, however the caller asked for it. */
  readonly onLend?: (lease: Lease<C>) => void
}

/** The plain data of one pool. The actions of its actors change it; the façade only counts those whom it refuses itself. */
export interface PoolParts<C> {
  readonly driver: Driver<C>
  readonly config: ResolvedPoolOptions
  /** What the pool is called; no other open pool in the process has this name. */
  readonly name: string
  /** The actor system that the pool lives in, as the pool's actors see it: with the pool's clock. */
  readonly system: AnyActorScope['system']
  /** Where the driver connects to, for messages. */
  readonly target: string
  /** Whether idle connections let the process exit: the pool is to do so (`allowExitOnIdle`), and the driver can. */
  readonly mayExit: boolean
  /** Those of its numbers that can change. */
  readonly limits: Limits
  /** The connections. */
  readonly roster: Roster<C>
  /** Those who wait for one. */
  readonly line: WaitingLine<C>
  readonly counters: Counters
  readonly notices: Notices
  /** Undefined unless `deadlockCheck` is on. */
  readonly nesting: Nesting<C> | undefined
  readonly generation: RaisableGeneration
  readonly trouble: Trouble
  readonly onLend: Hooks<C>['onLend']
  /** Telemetry that wants durations; undefined while there is none. */
  tracker: Trackers | undefined
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
  hooks: Hooks<C> = {},
): PoolParts<C> {
  const Storage = config.deadlockCheck === false ? undefined : asyncHooks?.AsyncLocalStorage
  const nesting = Storage && new Nesting<C>(Storage)
  const target = describeTarget(driver)
  const counters = newCounters()
  const name = takeName(config.name ?? target)
  return {
    driver,
    config,
    name,
    system,
    target,
    mayExit: config.allowExitOnIdle && driver.ref !== undefined && driver.unref !== undefined,
    limits: new Limits(config),
    roster: new Roster(counters),
    line: new WaitingLine(),
    counters,
    notices: new Notices(name, () => config.clock.now(), emit),
    nesting,
    generation: { current: 1 },
    trouble: { invalid: undefined },
    onLend: hooks.onLend,
    tracker: undefined,
    tracers: undefined,
  }
}

/** Says in an error whose it is. */
export function ofPool<E extends PoolError>({ name }: { readonly name: string }, error: E): E {
  return Object.assign(error, { pool: name })
}
