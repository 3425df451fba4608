// What a pool answers while it is open, and refuses when it is closing or closed.
import { PoolClosedError } from '../core/errors.js'
import { ofPool } from './names.js'
import type { PoolSystem } from './pool-actor.js'
import { poolState } from './watching/stats.js'

/** Settles when `min` connections are open; rejects when a connect fails first, or when the pool is closing or closed. */
export function whenReady<C>(system: PoolSystem<C>): Promise<void> {
  const state = poolState(system)
  if (state === 'draining' || state === 'closed')
    return Promise.reject(closed(system, 'The pool will not be ready: it is closing or closed.'))
  const { roster, size } = system.actor.getSnapshot().context
  // A pool that is down serves no caller, also if `min` is 0.
  const needed = state === 'backingOff' ? Math.max(1, size.min) : size.min
  return roster.established >= needed ? Promise.resolve() : system.readiness.wait()
}

/**
 * @param done what would have been done to the pool: `paused`
 * @throws PoolClosedError
 */
export function refuseIfClosing<C>(system: PoolSystem<C>, done: string): void {
  const state = poolState(system)
  if (state === 'draining' || state === 'closed')
    throw closed(system, `The pool was not ${done}: it is closing or closed.`)
}

function closed<C>({ parts }: PoolSystem<C>, what: string): PoolClosedError {
  return ofPool(parts, new PoolClosedError(what))
}
