// What an idle connection takes in the heap, besides the driver's own object: 1,000 idle ones against none, after a collection.

import { setTimeout as pause } from 'node:timers/promises'
import { StubConnection, StubDatabase } from '../loan.js'
import { collect } from '../measure.js'
import type { BenchPool, Peer } from '../peer.js'
import { everybody, type Scenario } from '../scenario.js'

const connections = 1_000
const quickly = ['statepool', 'generic-pool', 'pg-pool']

export const memory: Scenario = {
  name: 'memory',
  title: 'memory: 1,000 idle connections',
  metrics: { memory: { title: 'an idle connection', unit: 'bytes', better: 'lower' } },
  contestants: (peers, { quick }) => everybody(peers).filter(peer => !quick || quickly.includes(peer)),
  async prepare(peer) {
    await weigh(peer) // code and inline caches come to stay
    return async () => [{ metric: 'memory', value: await weigh(peer) }]
  },
}

/** Its connections are made before the weighing starts, and kept after it. */
class WarmDatabase extends StubDatabase {
  readonly #made = Array.from({ length: connections }, () => new StubConnection())

  protected override make(): StubConnection {
    return this.#made[this.opened - 1] ?? new StubConnection()
  }
}

/**
 * Bytes per idle connection; the pool's own are among them, shared by all. Every connection was lent once, as the peers that open
 * on demand need it.
 */
async function weigh(peer: Peer): Promise<number> {
  const database = new WarmDatabase()
  const before = await heap()
  const pool = await peer.open(database, { min: connections, max: connections })
  await lendAll(pool)
  const after = await heap()
  if (database.open !== connections)
    throw new Error(`${database.open} connections are open, and not ${connections}.`)
  await pool.close()
  return (after - before) / connections
}

async function lendAll(pool: BenchPool<StubConnection>): Promise<void> {
  const held = await Promise.all(Array.from({ length: connections }, () => pool.acquire()))
  for (const one of held) pool.release(one)
}

/**
 * The heap in use once collecting makes no more difference. Some of what is let go of goes a turn later, and the engine keeps unused
 * hidden classes over two collections.
 */
async function heap(): Promise<number> {
  let used = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < 12; pass++) {
    const before = used
    await pause(5)
    collect()
    used = process.memoryUsage().heapUsed
    if (pass > 4 && before - used < 2_000) break
  }
  return used
}
