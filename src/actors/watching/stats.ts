// What `pool.stats()` answers.

import type { EndReason } from '../../machines/connection-types.js'
import type { HostStats } from '../../machines/host-types.js'
import type { LaneStats } from '../callers/lanes.js'
import type { AdaptiveStats } from '../connections/adaptive-size.js'
import type { PoolParts } from '../parts.js'
import type { PoolSystem } from '../pool-actor.js'
import type { Counters } from './counters.js'
import type { DurationStats } from './durations.js'
import type { PoolState } from './events.js'
import { oldestLease, oldestWaiter } from './holders-and-waiters.js'

/** A pool at one moment: gauges of its present state, and counters and durations since its creation. Times are in milliseconds. */
export interface PoolStats extends Readonly<Counters> {
  readonly state: PoolState
  /** How many connections the pool keeps open. */
  readonly min: number
  /** The maximum number of connections; of an `adaptive` pool, the one that it has given itself for now. */
  readonly max: number
  /** How an adaptive pool looks for its size; undefined without the option `adaptive`. */
  readonly adaptive: AdaptiveStats | undefined
  /** All connections, in any state; never more than `max`, unless `max` was just lowered. */
  readonly total: number
  /** Connections being opened. */
  readonly connecting: number
  /** Open connections that the pool can lease at once. */
  readonly idle: number
  /** Leased connections. */
  readonly busy: number
  /** The busy connections that statements of `query()` share. */
  readonly shared: number
  /** The statements under way on these. */
  readonly underWay: number
  /** Those being validated, reset, or prepared for a caller by `onLend`. */
  readonly validating: number
  /** Connections being closed, and those whose server has yet to let go of them. */
  readonly closing: number
  /** Callers in the queue; those who wait for a lane are in `lanes`. */
  readonly waiting: number
  /** The pool's lanes, by name; undefined without the option `lanes`. */
  readonly lanes: Readonly<Record<string, LaneStats>> | undefined
  /** Whether the pool wants one more connection, and the budget that it shares with others (`group`, `fleet`) has none left. */
  readonly heldBack: boolean
  /** Whether the engine that keeps that budget (of the pool's `fleet`) does not answer: the pool keeps its connections, and opens few. */
  readonly budgetAway: boolean
  /** The most connections of all pools that share that budget; undefined if the pool shares none. */
  readonly budgetMax: number | undefined
  /** The host whose pool it is; undefined unless the pool belongs to a pool of hosts. */
  readonly host: HostStats | undefined
  /** When the lease that has been held longest was granted, on the pool's clock; undefined if there is no lease. */
  readonly oldestLease: number | undefined
  /** When the caller that has waited longest called `acquire`, in the queue or for a lane, on the pool's clock; undefined if no caller waits. */
  readonly oldestWaiter: number | undefined
  /** The parts of `closed` by the reason; reasons that did not occur are absent. */
  readonly closedBy: Readonly<Partial<Record<EndReason, number>>>
  /** How long connects that succeeded took. */
  readonly connectTime: DurationStats
  /** How long callers waited for their leases, including callers served at once; undefined unless `measure` is on. */
  readonly waitTime: DurationStats | undefined
  /** How long leases that have ended were held; undefined unless `measure` is on. */
  readonly leaseTime: DurationStats | undefined
  /** Grows whenever a connection turns out dead, and with `evict()`; the pool validates older connections before it leases them again. */
  readonly generation: number
}

/** States of connections that callers have, or are about to have. */
const inUse = { busy: 0, validating: 0, lending: 0 }

/** States that a connection never rests in. */
const passedThrough = { available: 0, failed: 0, destroyed: 0 }

/** Reads a pool's figures off the snapshots of its actors. */
export function readStats<C>(system: PoolSystem<C>): PoolStats {
  const snapshot = system.actor.getSnapshot()
  const { parts } = system
  const now = parts.config.clock.now()
  const states = { connecting: 0, idle: 0, ...inUse, closing: 0, closed: 0, ...passedThrough }
  let total = 0
  for (const record of parts.roster.records) {
    states[topState(record.actor.getSnapshot().value)]++
    total++
  }
  const {
    closed: _ended,
    available: _free,
    failed: _failed,
    destroyed: _destroyed,
    lending,
    ...gauges
  } = states
  gauges.validating += lending // to a caller both are a wait for a connection that is there
  return Object.freeze({
    state: poolState(system),
    ...snapshot.context.size,
    adaptive: system.adaptive?.stats,
    total,
    ...gauges,
    shared: sharedBy(parts),
    underWay: parts.sharing?.underWay ?? 0,
    waiting: parts.queue.length,
    lanes: parts.lanes?.stats,
    heldBack: parts.budget?.isHeldBack ?? false,
    budgetAway: parts.budget?.isAway ?? false,
    budgetMax: (parts.config.group ?? parts.config.fleet)?.max,
    host: hostOf(parts.host),
    oldestLease: oldestLease(parts),
    oldestWaiter: firstWaiter(parts),
    closedBy: parts.connectionTimings.closedBy,
    connectTime: parts.connectionTimings.connects.stats(now),
    waitTime: parts.leaseTimings?.waits.stats(now),
    leaseTime: parts.leaseTimings?.uses.stats(now),
    generation: parts.generation.current,
    ...parts.counters,
  })
}

/** Those who wait for a lane, too. */
function firstWaiter<C>(parts: PoolParts<C>): number | undefined {
  const lanes = [...(parts.lanes?.all ?? [])].map(({ queue }) => queue.oldest)
  const all = [oldestWaiter(parts), ...lanes].filter(at => at !== undefined)
  return all.length === 0 ? undefined : Math.min(...all)
}

const hostOf = (host: HostStats | undefined): HostStats | undefined =>
  host && { name: host.name, state: host.state, seeking: host.seeking }

/** The state that a pool's machine is in; a pool whose machine stopped for whatever reason is closed. */
export function poolState<C>(system: PoolSystem<C>): PoolState {
  const { status, value } = system.actor.getSnapshot()
  return status === 'active' ? topState(value) : 'closed'
}

/** `busy` of `{ busy: 'leased' }`. */
function topState<V extends string | object>(value: V): TopState<V> {
  return (typeof value === 'string' ? value : Object.keys(value)[0]) as TopState<V>
}

type TopState<V> = V extends string ? V : keyof V

/** Those included that retire meanwhile. */
function sharedBy<C>({ sharing }: PoolParts<C>): number {
  let shared = 0
  for (const { lease } of sharing?.connections ?? []) if (lease.held) shared++
  return shared
}
