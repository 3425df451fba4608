// Callers who hold a connection and want another one, in simulated time.
import type { PoolNotice, PoolOptions } from '../../src/index.js'
import { type PoolInSimulatedTime, poolInSimulatedTime, watch } from './pool-in-simulated-time.js'

type Pool = PoolInSimulatedTime['pool']

/** A pool whose `max` connections are open, and the names of its notices about deadlocks. */
export async function openedPool(max: number, options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({
    min: max,
    max,
    maxConnecting: max,
    validateAfter: false,
    deadlockCheck: 'error',
    ...options,
  })
  const notices: PoolNotice[] = []
  parts.pool.events$.subscribe(event => {
    if (event.type === 'acquire.refused' || event.type === 'acquire.deadlocked') notices.push(event)
  })
  await parts.clock.advance(100)
  return { ...parts, notices }
}

/** A callback that waits until it is told to go on, and then for whatever it is told to do. */
export function pausedWork<T>() {
  let goOn: (work: () => Promise<T>) => void = () => {}
  const told = new Promise<() => Promise<T>>(resolve => {
    goOn = resolve
  })
  return { work: async () => (await told)(), goOn: (work: () => Promise<T>) => goOn(work) }
}

/** A use with such a callback. */
export function pausedUse<T>(pool: Pool) {
  const { work, goOn } = pausedWork<T>()
  return { outcome: watch(pool.use(work)), goOn }
}
