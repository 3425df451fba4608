// What commands work on: the pool with its holders and callers, and what is done to them.

import { getEventListeners } from 'node:events'
import type { SimulatedConnection, SimulatedDatabase } from '../db/simulated/index.js'
import { type AcquireOptions, type Lease, LeaseError, type Pool } from '../index.js'
import type { Jobs } from './jobs.js'
import type { SimulatedClock } from './simulated-clock.js'
import type { Statements } from './statements.js'
import type { Trace } from './trace.js'
import { demand } from './violation.js'
import type { PoolWatch } from './watch.js'

/** What commands work on. */
export interface Scene {
  readonly pool: Pool<SimulatedConnection>
  readonly clock: SimulatedClock
  readonly database: SimulatedDatabase
  readonly watch: PoolWatch
  readonly trace: Trace
  /** Leases that commands took; those that have ended are dropped when it is read. */
  readonly taken: readonly Lease<SimulatedConnection>[]
  /** Told when a command got a lease. */
  take(lease: Lease<SimulatedConnection>): void
  /** Those whom a command made ask, and how to make them give up. */
  readonly asking: Set<AbortController>
  readonly statements: Statements
  readonly jobs: Jobs
  /** Leases that a command has released. */
  readonly ended: Lease<SimulatedConnection>[]
}

/** A command to a lease that is out, whichever `which` stands for. */
export const toLease =
  (what: string, act: (lease: Lease<SimulatedConnection>, scene: Scene) => void) =>
  (scene: Scene, details: { which: number }): void => {
    const { taken } = scene
    const lease = taken[details.which % Math.max(1, taken.length)]
    if (lease === undefined) return
    scene.trace.note(() => `the holder of lease ${lease.id} ${what}`)
    act(lease, scene)
  }

export const giveBack =
  (end: (lease: Lease<SimulatedConnection>) => void) => (lease: Lease<SimulatedConnection>, scene: Scene) => {
    scene.ended.push(lease)
    end(lease)
  }

/** Asks for a connection, with a signal that must have no listener left once the caller knows. */
export function ask(scene: Scene, options: AcquireOptions): void {
  const controller = new AbortController()
  const { signal } = controller
  scene.asking.add(controller)
  const settled = () => {
    scene.asking.delete(controller)
    scene.watch.attempt(() => {
      const left = getEventListeners(signal, 'abort').length
      demand(left === 0, 'remains', () => `${left} listeners are left on the signal of a caller who was told`)
    })
  }
  scene.pool.acquire({ ...options, signal }).then(lease => {
    settled()
    scene.take(lease)
  }, settled)
}

/** Whether it can still be told to change. */
export function isOpen(pool: Pool<SimulatedConnection>): boolean {
  const { state } = pool.stats()
  return state !== 'draining' && state !== 'closed'
}

/** Whether it throws as the use of a lease that has ended does. */
export function refuses(misuse: () => unknown): boolean {
  try {
    misuse()
    return false
  } catch (error) {
    return error instanceof LeaseError
  }
}
