// How many things a pool of statepool holds on to.

import { getEventListeners } from 'node:events'
import type { Pool } from '../src/index.js'
import type { CountingClock } from './counting-clock.js'

/** @param signal the one that all acquires were given, so that a listener left on it stays there */
export function poolCounts<C>(
  pool: Pool<C>,
  clock: CountingClock,
  signal: AbortSignal,
): Record<string, number> {
  const { total, waiting } = pool.stats()
  const { children } = pool.actor.getSnapshot()
  const { _scheduledEvents: scheduled } = pool.actor.system.getSnapshot() as { _scheduledEvents: object }
  return {
    children: Object.keys(children).length,
    connections: total,
    waiting,
    'XState timers': Object.keys(scheduled).length,
    timers: clock.pending,
    listeners: getEventListeners(signal, 'abort').length,
  }
}
