// How telemetry gets at a pool: the pool behind what the user gave, its name and parts, and its durations.
import { systemBehind } from '../actors/create-pool.js'
import type { Pool } from '../actors/pool.js'
import type { PoolSystem } from '../actors/pool-actor.js'
import type { PoolActorRef } from '../actors/pool-ref.js'
import type { PoolStats } from '../actors/watching/stats.js'
import { type Tracker, track } from '../actors/watching/trackers.js'
import { discreetRefusal } from '../core/refusal.js'

export type { Tracker } from '../actors/watching/trackers.js'

/** What may be known of the host of a pool of hosts. */
export type HostState = NonNullable<PoolStats['host']>['state']

/** All of them. */
export const hostStates: readonly HostState[] = ['unknown', 'primary', 'standby', 'down']

/** A pool, whatever its connections are. */
export interface AnyPool
  extends Pick<Pool<unknown>, 'name' | 'stats' | 'health' | 'leases' | 'waiting' | 'events$'> {
  readonly actor: object
}

/** What can be measured: a pool, a drop-in, which has the underlying pool as `statepool`, or a pool of hosts, which has one for each host. */
export type Measurable =
  | AnyPool
  | { readonly statepool: AnyPool }
  | { hosts(): readonly { readonly pool: AnyPool }[] }

/**
 * The pools that are meant: one, or that of each host.
 * @throws OptionsError when it is neither a pool nor has some.
 */
export function underlyingPools(given: Measurable): readonly AnyPool[] {
  const pools = poolsIn(given)
  for (const pool of pools) systemOf(pool)
  return pools
}

function poolsIn(given: Measurable): readonly AnyPool[] {
  if (typeof given !== 'object' || given === null) return [given]
  if ('statepool' in given) return [given.statepool]
  return 'actor' in given || typeof given.hosts !== 'function'
    ? [given as AnyPool]
    : given.hosts().map(({ pool }) => pool)
}

/**
 * The running system of a pool.
 * @throws OptionsError when it is not a pool.
 */
export function systemOf(pool: AnyPool): PoolSystem<unknown> {
  const system = systemBehind(pool?.actor as PoolActorRef | undefined)
  if (system === undefined)
    throw discreetRefusal('pool', pool, 'a pool of this copy of statepool, or a drop-in or a pool of hosts')
  return system
}

/**
 * Has a tracker told of the pool's durations and outcomes from now on. While a pool has no tracker, it pays one comparison for each
 * lease and each release.
 * @returns a function that stops it; a second call does nothing
 * @throws OptionsError when `pool` is no pool.
 */
export function attach(pool: Measurable, tracker: Tracker): () => void {
  return together(underlyingPools(pool).map(own => track(systemOf(own).parts, tracker)))
}

/** Stops all of them. */
export function together(stops: readonly (() => void)[]): () => void {
  return () => {
    for (const stop of stops) stop()
  }
}
