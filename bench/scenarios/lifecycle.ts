// What a pool costs before and after it is used: a test suite creates and closes one for each test, and a pool opens and closes connections all its life.

import { StubDatabase } from '../loan.js'
import { type Batch, calibrate, timeBatches } from '../measure.js'
import type { Peer } from '../peer.js'
import { everybody, type Scenario } from '../scenario.js'

const pools = 50
const connections = 100

export const lifecycle: Scenario = {
  name: 'lifecycle',
  title: 'lifecycle: pools and connections are opened and closed, and not used',
  metrics: {
    'lifecycle-pool': {
      title: 'creating and closing a pool without a connection',
      unit: 'ns of CPU',
      better: 'lower',
    },
    'lifecycle-connection': {
      title: `opening and closing a connection, ${connections} at a time`,
      unit: 'ns of CPU',
      better: 'lower',
    },
  },
  // The limit is no pool: it opens all of its connections at once.
  contestants: peers => everybody(peers).filter(peer => peer !== 'limit'),
  async prepare(peer, { roundTime }) {
    const empty: Batch = async () => {
      for (let index = 0; index < pools; index++) await openAndClose(peer, 0)
      return pools
    }
    const full: Batch = async () => {
      await openAndClose(peer, connections)
      return connections
    }
    const countOfEmpty = await calibrate(empty, roundTime)
    const countOfFull = await calibrate(full, 2 * roundTime)
    return async () => [
      { metric: 'lifecycle-pool', value: await timeBatches(empty, countOfEmpty) },
      { metric: 'lifecycle-connection', value: await timeBatches(full, countOfFull) },
    ]
  },
}

async function openAndClose(peer: Peer, size: number): Promise<void> {
  const database = new StubDatabase()
  const pool = await peer.open(database, { min: size, max: Math.max(size, 10) })
  await pool.close()
  if (database.opened !== size || database.open !== 0)
    throw new Error(
      `${database.opened} connections were opened instead of ${size}; ${database.open} are open still.`,
    )
}
