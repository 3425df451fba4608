// `select 1` on a real database over loopback, by 1, 10 and 100 tasks on 10 connections: queries per second, and what each costs this process in CPU
// time. The same for each database.

import { Ledger } from '../loan.js'
import { calibrate, cpuClock } from '../measure.js'
import type { Marks, Peer, Source } from '../peer.js'
import type { Metric, Plan, Reading, Round } from '../scenario.js'

const connections = 10
const loads = [1, 10, 100]

/** A metric's name: `pg-10-rate`. */
const named = (prefix: string, tasks: number, what: 'rate' | 'cpu') => `${prefix}-${tasks}-${what}`

/** @param prefix of the metrics' names */
export function metricsOf(prefix: string): Record<string, Metric> {
  return Object.fromEntries(
    loads.flatMap((tasks): [string, Metric][] => {
      const title = `${tasks} ${tasks === 1 ? 'task' : 'tasks'}`
      return [
        [named(prefix, tasks, 'rate'), { title, unit: 'queries/s', better: 'higher' }],
        [named(prefix, tasks, 'cpu'), { title, unit: 'µs of CPU/query', better: 'lower' }],
      ]
    }),
  )
}

/** @param ask runs `select 1` on a connection */
export async function selectOne<C extends Marks>(
  prefix: string,
  peer: Peer,
  source: Source<C>,
  ask: (connection: C) => Promise<unknown>,
  { roundTime }: Plan,
): Promise<Round> {
  const pool = await peer.open(source, { min: connections, max: connections })
  const ledger = new Ledger()
  const task = async (queries: number) => {
    for (let index = 0; index < queries; index++) {
      const held = await pool.acquire()
      const connection = pool.connectionOf(held)
      ledger.take(connection)
      await ask(connection)
      ledger.give(connection)
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
        { metric: named(prefix, tasks, 'rate'), value: queries / (time / 1_000) },
        { metric: named(prefix, tasks, 'cpu'), value: cpu / 1_000 / queries },
      )
    }
    return readings
  }
}
