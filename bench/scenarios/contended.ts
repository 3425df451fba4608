// 100 tasks on 10 connections, each of which holds its connection for one tick: until the microtask queue comes to it again.
//
// A tick is a microtask (`await null`) and not a timer or setImmediate: those cost several times what is measured, and the same
// for everybody, so that all pools would look alike.

import { Ledger, StubDatabase } from '../loan.js'
import { calibrate, timeBatches } from '../measure.js'
import { type Scenario, withRecorded } from '../scenario.js'

const tasks = 100
const perTask = 50

export const contended: Scenario = {
  name: 'contended',
  title: 'contended: 100 tasks on 10 connections, each held for one tick',
  metrics: { contended: { title: 'acquire + release', unit: 'ns of CPU', better: 'lower' } },
  contestants: withRecorded,
  async prepare(peer, { roundTime }) {
    const pool = await peer.open(new StubDatabase(), { min: 10, max: 10 })
    const ledger = new Ledger()
    const task = async () => {
      for (let index = 0; index < perTask; index++) {
        const held = await pool.acquire()
        const connection = pool.connectionOf(held)
        ledger.take(connection)
        await null
        ledger.give(connection)
        pool.release(held)
      }
    }
    const batch = async () => {
      await Promise.all(Array.from({ length: tasks }, task))
      ledger.check(tasks * perTask)
      return tasks * perTask
    }
    const count = await calibrate(batch, roundTime)
    return async () => [{ metric: 'contended', value: await timeBatches(batch, count) }]
  },
}
