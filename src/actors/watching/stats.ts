// What `pool.stats()` answers.

import type { PoolSystem } from '../pool-actor.js'
import type { Counters } from './counters.js'
import type { PoolState } from './events.js'

/** A pool at one moment: gauges of its present state, and counters since its creation. */
export interface PoolStats extends Readonly<Counters> {
  readonly state: PoolState
  readonly min: number
  readonly max: number
  /** All connections, in any state; never more than `max`, unless `max` was just lowered. */
  readonly total: number
  readonly connecting: number
  readonly idle: number
  readonly busy: number
  readonly validating: number
  readonly closing: number
  /** Callers in the queue. */
  readonly waiting: number
  /** Grows whenever a connection turns out dead, and with `evict()`; the pool validates older connections before it leases them again. */
  readonly generation: number
}

/** States that a connection never rests in. */
const passedThrough = { available: 0, failed: 0, destroyed: 0 }

/** Reads a pool's figures off the snapshots of its actors. */
export function readStats<C>(system: PoolSystem<C>): PoolStats {
  const snapshot = system.actor.getSnapshot()
  const states = { connecting: 0, idle: 0, busy: 0, validating: 0, closing: 0, closed: 0, ...passedThrough }
  let total = 0
  for (const record of system.parts.roster.records) {
    states[topState(record.actor.getSnapshot().value)]++
    total++
  }
  const { closed: _ended, available: _free, failed: _failed, destroyed: _destroyed, ...gauges } = states
  return Object.freeze({
    state: poolState(system),
    ...snapshot.context.size,
    total,
    ...gauges,
    waiting: system.parts.queue.length,
    generation: system.parts.generation.current,
    ...system.parts.counters,
  })
}

/** The state that a pool's machine is in; a pool whose machine stopped for whatever reason is closed. */
export function poolState<C>(system: PoolSystem<C>): PoolState {
  const { status, value } = system.actor.getSnapshot()
  return status === 'active' ? topState(value) : 'closed'
}

/** `busy` of `{ busy: 'lent' }`. */
function topState<V extends string | object>(value: V): TopState<V> {
  return (typeof value === 'string' ? value : Object.keys(value)[0]) as TopState<V>
}

type TopState<V> = V extends string ? V : keyof V
