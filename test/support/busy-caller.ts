// A caller who never rests.

import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Lease, Pool } from '../../src/index.js'
import type { SimulatedClock } from './simulated-clock.js'

/** Acquires again and again, holding each lease for a while; counts how often. */
export function busyCaller(
  { pool }: { readonly pool: Pool<SimulatedConnection> },
  clock: SimulatedClock,
  holdFor: number,
): { readonly served: number; stop(): void } {
  let served = 0
  let stopped = false
  const next = (): void => {
    if (stopped) return
    pool.acquire({ timeout: Number.POSITIVE_INFINITY }).then(
      (lease: Lease<SimulatedConnection>) => {
        served++
        clock.setTimeout(() => {
          lease.release()
          next()
        }, holdFor)
      },
      () => {},
    )
  }
  next()
  return {
    get served() {
      return served
    },
    stop: () => {
      stopped = true
    },
  }
}
