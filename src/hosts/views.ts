// What a pool of hosts tells of itself at one moment.
import type { Pool } from '../actors/pool.js'
import type { PoolHealth } from '../actors/watching/health.js'
import type { PoolStats } from '../actors/watching/stats.js'
import { messageOf, milliseconds, withoutStop } from '../core/wording.js'
import { fits } from '../machines/decisions/hosts.js'
import type { HostState, HostTarget } from '../machines/host-types.js'
import type { RunningHost } from './running-host.js'

/** One host at one moment. */
export interface PooledHost<C> {
  /** Where it is: `'db1.internal:5432'`. */
  readonly host: string
  /** What is known of it: `'primary'`, `'standby'`, `'down'`, or `'unknown'`. */
  readonly state: HostState
  /** Since when, on the pool's clock, in milliseconds. */
  readonly since: number
  /** Why it is down, or no longer the primary; undefined while it is well. */
  readonly lastError: unknown
  /** Its own pool, for metrics and inspectors. Callers get connections from the pool of hosts. */
  readonly pool: Pool<C>
}

/** A pool of hosts at one moment: sums over its hosts' pools, and the figures of each. */
export interface HostPoolStats {
  /** Connections in any state. */
  readonly total: number
  readonly idle: number
  /** Connections that are leased. */
  readonly busy: number
  /** The `max` of all hosts together. */
  readonly max: number
  /** Callers that wait, for a connection or for a host. */
  readonly waiting: number
  /** Those of them that wait for a suitable host. */
  readonly seeking: number
  readonly hosts: readonly {
    readonly host: string
    readonly state: HostState
    /** Since when, on the pool's clock, in milliseconds. */
    readonly since: number
    readonly pool: PoolStats
  }[]
}

/** How a pool of hosts is, for a readiness probe. */
export interface HostPoolHealth {
  /** `ready` = all hosts serve; `degraded` = callers of the pool's `target` are served, but a host is down or unwell; `down` = they are not. */
  readonly status: PoolHealth['status']
  /** Why, in words. */
  readonly reason: string
  readonly hosts: readonly { readonly host: string; readonly state: HostState; readonly health: PoolHealth }[]
}

/** A host as users see it. */
export function viewOf<C>({ name, state, context, pool }: RunningHost<C>): PooledHost<C> {
  const { since, lastError } = context
  return Object.freeze({ host: name, state, since, lastError, pool })
}

/** The figures of all hosts. */
export function statsOf<C>(hosts: readonly RunningHost<C>[], seeking: number): HostPoolStats {
  const each = hosts.map(({ name: host, state, context: { since }, pool }) =>
    Object.freeze({ host, state, since, pool: pool.stats() }),
  )
  const sum = (of: (stats: PoolStats) => number): number => each.reduce((all, { pool }) => all + of(pool), 0)
  return Object.freeze({
    total: sum(({ total }) => total),
    idle: sum(({ idle }) => idle),
    busy: sum(({ busy }) => busy),
    max: sum(({ max }) => max),
    waiting: seeking + sum(({ waiting }) => waiting),
    seeking,
    hosts: Object.freeze(each),
  })
}

/** How all hosts are, for callers of one target. */
export function healthOf<C>(
  hosts: readonly RunningHost<C>[],
  target: HostTarget,
  now: number,
  options: { stalledAfter?: number | undefined },
): HostPoolHealth {
  const each = hosts.map(({ name: host, state, pool }) =>
    Object.freeze({ host, state, health: pool.health(options) }),
  )
  const words = hosts.map(host => inWords(host, now)).join('; ')
  const serving = each.filter(({ state, health }) => fits(state, target) && health.status !== 'down')
  const isWell = each.every(
    ({ state, health }) => state !== 'down' && state !== 'unknown' && health.status === 'ready',
  )
  const [status, reason] =
    serving.length === 0
      ? (['down', `No host serves callers of the target '${target}': ${words}.`] as const)
      : isWell
        ? (['ready', `Callers are served: ${words}.`] as const)
        : ([
            'degraded',
            `Callers of the target '${target}' are served, but not all hosts are well: ${words}.`,
          ] as const)
  return Object.freeze({ status, reason, hosts: Object.freeze(each) })
}

function inWords<C>(host: RunningHost<C>, now: number): string {
  const { state, lasted, lastError } = host.evidence(now)
  const why = lastError === undefined ? '' : ` (${withoutStop(messageOf(lastError))})`
  return `${host.name} is ${state} for ${milliseconds(lasted)}${why}`
}
