// How telemetry gets at a pool: the pool behind what the user gave, its name and parts, and its durations.
import { systemBehind } from '../actors/create-pool.js'
import type { Pool } from '../actors/pool.js'
import type { PoolSystem } from '../actors/pool-actor.js'
import type { PoolActorRef } from '../actors/pool-ref.js'
import { type Tracker, track } from '../actors/watching/trackers.js'
import { discreetRefusal } from '../core/refusal.js'

export type { Tracker } from '../actors/watching/trackers.js'

/** A pool, whatever its connections are. */
export interface AnyPool
  extends Pick<Pool<unknown>, 'name' | 'stats' | 'health' | 'leases' | 'waiting' | 'events$'> {
  readonly actor: object
}

/** What can be measured: a pool, or a drop-in, which has the underlying pool as `statepool`. */
export type Measurable = AnyPool | { readonly statepool: AnyPool }

/**
 * The pool that is meant.
 * @throws OptionsError when it is neither a pool nor a drop-in.
 */
export function underlyingPool(given: Measurable): AnyPool {
  const pool = given !== null && typeof given === 'object' && 'statepool' in given ? given.statepool : given
  systemOf(pool)
  return pool
}

/**
 * The running system of a pool.
 * @throws OptionsError when it is not a pool.
 */
export function systemOf(pool: AnyPool): PoolSystem<unknown> {
  const system = systemBehind(pool?.actor as PoolActorRef | undefined)
  if (system === undefined)
    throw discreetRefusal('pool', pool, 'a pool of this copy of statepool, or a drop-in made of one')
  return system
}

/**
 * Has a tracker told of the pool's durations and outcomes from now on. While a pool has no tracker, it pays one comparison for each
 * lease and each release.
 * @returns a function that stops it; a second call does nothing
 * @throws OptionsError when `pool` is neither a pool nor a drop-in.
 */
export function attach(pool: Measurable, tracker: Tracker): () => void {
  return track(systemOf(underlyingPool(pool)).parts, tracker)
}
