// A leak that shows only when two callers meet at the wrong moment: the simulation finds it, and the fixed code survives.

import type { Pool } from 'statepool'
import type { SimulatedConnection } from 'statepool/simulated'
import { type Client, SimulationFailure, simulate } from 'statepool/testing'

type Database = Pool<SimulatedConnection>

/** Copies a row from one session to another; works in every test that runs it once. */
async function copy(pool: Database): Promise<void> {
  const source = await pool.acquire({ timeout: 200 })
  const target = await pool.acquire({ timeout: 200 }) // and if this one is not served in time?
  try {
    await source.connection.query('select row from a')
    await target.connection.query('insert into b')
  } finally {
    source.release()
    target.release()
  }
}

/** The same, giving back whatever it got, however far it came. */
async function copySafely(pool: Database): Promise<void> {
  await using source = await pool.acquire({ timeout: 200 })
  await using target = await pool.acquire({ timeout: 200 })
  await source.connection.query('select row from a')
  await target.connection.query('insert into b')
}

/** Three users come at any time within 100 ms, and all want two of three connections. */
async function test(seed: number, work: (pool: Database) => Promise<void>): Promise<void> {
  const user: Client = async ({ pool, sleep }) => {
    await sleep([0, 100])
    await work(pool)
  }
  await simulate({ seed, clients: [user, user, user], pool: { max: 3, maxWaiting: 10 } })
}

for (let seed = 1; seed <= 300; seed++) {
  try {
    await test(seed, copy)
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error
    console.log(error.message)
    break
  }
}

for (let seed = 1; seed <= 300; seed++) await test(seed, copySafely)
console.log('copySafely survives 300 seeds')
