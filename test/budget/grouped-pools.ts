// Pools of one group on one simulated clock, each on a simulated database of its own.

import { type SimulatedConnection, type SimulatedDatabase, simulated } from '../../src/db/simulated/index.js'
import { createPool, type Pool, type PoolGroup, type PoolOptions, poolGroup } from '../../src/index.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

export interface Grouped {
  readonly pool: Pool<SimulatedConnection>
  readonly database: SimulatedDatabase
}

export interface Group {
  readonly group: PoolGroup
  readonly clock: SimulatedClock
  /** Creates one more pool of the group. Connects take 20 ms. */
  add(name: string, options?: PoolOptions<SimulatedConnection>): Grouped
  /** What all databases together count. */
  readonly open: number
  closeAll(): Promise<void>
}

export function groupOf(max: number): Group {
  const clock = createSimulatedClock()
  const group = poolGroup({ max })
  const all: Grouped[] = []
  return {
    group,
    clock,
    add(name, options) {
      const driver = simulated({ clock, unhealthyRate: 0, connectLatency: 20, seed: all.length })
      const pool = createPool(driver, { name, group, clock, random: () => 0, ...options })
      const one = { pool, database: driver.database }
      all.push(one)
      return one
    },
    get open() {
      return all.reduce((sum, { database }) => sum + database.open, 0)
    },
    async closeAll() {
      const closed = Promise.all(all.map(({ pool }) => pool.close({ timeout: 0 })))
      await clock.advance(20_000)
      await closed
    },
  }
}

/** What a promise resolves to in the next 200 ms. */
export async function settled<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  await clock.advance(200)
  return promise
}
