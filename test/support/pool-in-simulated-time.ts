// A pool on a simulated database and a simulated clock, and a way to look at a promise without waiting for it.

import {
  type SimulatedConnection,
  type SimulatedDatabase,
  type SimulatedDriver,
  type SimulatedOptions,
  simulated,
} from '../../src/db/simulated/index.js'
import { createPool, type Driver, type Pool, type PoolOptions } from '../../src/index.js'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.js'

export interface PoolInSimulatedTime {
  readonly pool: Pool<SimulatedConnection>
  readonly clock: SimulatedClock
  readonly database: SimulatedDatabase
}

/**
 * A pool in simulated time without chance: validations succeed, and nothing is jittered (`random` is 0) unless a test says so.
 * Connects take 100 ms, everything else 10 ms.
 *
 * @param misbehave replaces methods of the driver
 */
export function poolInSimulatedTime(
  options: PoolOptions<SimulatedConnection> = {},
  settings: SimulatedOptions = {},
  misbehave?: (driver: SimulatedDriver, clock: SimulatedClock) => Partial<Driver<SimulatedConnection>>,
): PoolInSimulatedTime {
  const clock = createSimulatedClock()
  const driver = simulated({ clock, unhealthyRate: 0, ...settings })
  const pool = createPool(
    { ...driver, ...misbehave?.(driver, clock) },
    { clock, random: () => 0, ...options },
  )
  return { pool, clock, database: driver.database }
}

/** What became of a promise so far. */
export interface Outcome<T> {
  state: 'pending' | 'fulfilled' | 'rejected'
  value?: T
  error?: unknown
}

/** Watches a promise: its rejection counts as handled, and its outcome can be looked at at any time. */
export function watch<T>(promise: Promise<T>): Outcome<T> {
  const outcome: Outcome<T> = { state: 'pending' }
  promise.then(
    value => Object.assign(outcome, { state: 'fulfilled', value }),
    error => Object.assign(outcome, { state: 'rejected', error }),
  )
  return outcome
}
