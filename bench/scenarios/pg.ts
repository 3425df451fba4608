// `select 1` on a real PostgreSQL over loopback: queries per second, and what each costs this process in CPU time.
//
// pg-pool is `pg.Pool` here, statepool/pg the drop-in for it, the limit is bare clients taken from an array, and statepool uses its own driver, which also looks at
// each return whether a transaction was left open.

import pgClient from 'pg'
import { Ledger } from '../loan.js'
import { calibrate, cpuClock } from '../measure.js'
import type { Marks, Source } from '../peer.js'
import { type Reading, type Scenario, withRecorded } from '../scenario.js'

type Client = pgClient.Client & Marks

const connections = 10
const loads = [1, 10, 100]

export const pg: Scenario = {
  name: 'pg',
  title: 'select 1 on PostgreSQL, 10 connections',
  metrics: {
    'pg-1-rate': { title: '1 task', unit: 'queries/s', better: 'higher' },
    'pg-1-cpu': { title: '1 task', unit: 'µs of CPU/query', better: 'lower' },
    'pg-10-rate': { title: '10 tasks', unit: 'queries/s', better: 'higher' },
    'pg-10-cpu': { title: '10 tasks', unit: 'µs of CPU/query', better: 'lower' },
    'pg-100-rate': { title: '100 tasks', unit: 'queries/s', better: 'higher' },
    'pg-100-cpu': { title: '100 tasks', unit: 'µs of CPU/query', better: 'lower' },
  },
  contestants: (peers, { quick }) =>
    quick
      ? peers.filter(peer => ['limit', 'statepool', 'statepool/pg', 'pg-pool'].includes(peer))
      : withRecorded(peers),
  needsPostgres: true,
  async prepare(peer, { roundTime, connectionString = '' }) {
    const pool = await peer.open(sourceOf(connectionString), { min: connections, max: connections })
    const ledger = new Ledger()
    const task = async (queries: number) => {
      for (let index = 0; index < queries; index++) {
        const held = await pool.acquire()
        const client = pool.connectionOf(held)
        ledger.take(client)
        await client.query('select 1')
        ledger.give(client)
        pool.release(held)
      }
    }
    const batchOf = (tasks: number) => async () => {
      await Promise.all(Array.from({ length: tasks }, () => task(1_000 / tasks)))
      ledger.check(1_000)
      return 1_000
    }
    const batches = loads.map(tasks => ({ tasks, batch: batchOf(tasks) }))
    const counts: number[] = []
    for (const { batch } of batches) counts.push(await calibrate(batch, 3 * roundTime)) // a database is noisier
    return async () => {
      const readings: Reading[] = []
      for (const [index, { tasks, batch }] of batches.entries()) {
        let queries = 0
        const stop = cpuClock()
        const start = performance.now()
        for (let round = 0; round < (counts[index] ?? 1); round++) queries += await batch()
        const time = performance.now() - start
        const cpu = stop()
        readings.push(
          { metric: `pg-${tasks}-rate`, value: queries / (time / 1_000) },
          { metric: `pg-${tasks}-cpu`, value: cpu / 1_000 / queries },
        )
      }
      return readings
    }
  },
}

function sourceOf(connectionString: string): Source<Client> {
  return {
    connectionString,
    async connect() {
      const client = new pgClient.Client({ connectionString })
      await client.connect()
      return client
    },
    close: client => client.end(),
  }
}
