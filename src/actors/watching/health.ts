// What `pool.health()` answers: one word, and the reason for it.
import { limit, or, parse } from '../../core/shape.js'
import type { PoolContext } from '../../machines/pool-types.js'
import { remedyFor } from '../connections/driver-calls.js'
import type { PoolSystem } from '../pool-actor.js'
import { diagnose, type FailingConnects, type FindingKind, type PoolFacts } from './diagnosis.js'
import { heldLeases, oldestWaiter } from './holders-and-waiters.js'
import { poolState } from './stats.js'

/** A pool's health, for a readiness probe: an object that can be sent as JSON, without secrets. */
export interface PoolHealth {
  /**
   * `ready` = it serves callers; `degraded` = it serves fewer callers than it should, or serves them late, or it is paused; `down` = it serves
   * none, and the next caller would wait or be refused.
   */
  readonly status: 'ready' | 'degraded' | 'down'
  /** Why, in words. */
  readonly reason: string
  /** The kind of reason, for programs; undefined while the pool is ready. */
  readonly kind: FindingKind | undefined
  /** Since when, on the pool's clock, in milliseconds: the system's clock counts them since the epoch. */
  readonly since: number
}

/** The options of `health()`. */
export interface HealthOptions {
  /**
   * How long callers may wait while no caller gets a connection before the pool counts as down, in milliseconds; if others are still
   * served, it counts as degraded. Default 10,000; more than 0; Infinity = forever.
   */
  stalledAfter?: number | undefined
}

const shape = { stalledAfter: or(limit, 10_000) }

/**
 * Checks what `health()` was given.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseHealthOptions(options: HealthOptions): number {
  return parse('health', shape, options).stalledAfter
}

/** What the chart remembers of connects, while they fail. */
const failingConnects = ({ lastConnectError, failingSince: since, failures: count }: PoolContext) =>
  lastConnectError === undefined
    ? undefined
    : { since, count, lastError: lastConnectError as FailingConnects['lastError'] }

/** The facts of a running pool, as of now. Looks at all its connections, and at no more than one waiting caller of each priority. */
export function factsOf<C>(system: PoolSystem<C>): PoolFacts {
  const { parts, actor } = system
  const { roster, queue, config } = parts
  const { context } = actor.getSnapshot()
  return {
    now: config.clock.now(),
    state: poolState(system),
    stateSince: system.abandonedAt ?? context.enteredAt,
    ...context.size,
    limit: parts.adaptive?.limit,
    established: roster.established,
    connecting: roster.connecting,
    total: roster.total,
    leases: heldLeases(parts),
    waiting: queue.length,
    oldestWaiter: oldestWaiter(parts),
    lanes: [...(parts.lanes?.all ?? [])].map(({ name, max, queue: { length, oldest } }) => ({
      name,
      max,
      waiting: length,
      oldestWaiter: oldest,
    })),
    connects: failingConnects(context),
    lacking: roster.established === 0 ? remedyFor(parts.driver, undefined) : undefined,
    budget: parts.budget?.isHeldBack ? parts.budget.evidence() : undefined,
    away: parts.budget?.isAway ? parts.budget.evidence().away : undefined,
    leakWarning: config.leakWarning,
  }
}

/** How a pool is, by its facts. */
export function healthOf(facts: PoolFacts, stalledAfter: number): PoolHealth {
  const [worst] = diagnose(facts, stalledAfter)
  if (worst !== undefined) {
    const { severity: status, what: reason, kind, since } = worst
    return Object.freeze({ status, reason, kind, since })
  }
  const { leases, max, lanes = [], established, stateSince: since } = facts
  const waiting = lanes.reduce((sum, lane) => sum + lane.waiting, facts.waiting)
  const serves = established === 0 && waiting > 0 ? 'is opening a connection' : 'serves callers'
  const leased = `${leases.length} of at most ${max} ${max === 1 ? 'connection is' : 'connections are'} leased`
  const reason = `The pool ${serves}: ${leased}, ${waiting} ${waiting === 1 ? 'caller waits' : 'callers wait'}.`
  return Object.freeze({ status: 'ready', reason, kind: undefined, since })
}
