// One task that acquires and releases, over and over, in a pool of 10 that has no other caller.

import { Ledger, StubDatabase } from '../loan.js'
import { calibrate, timeBatches } from '../measure.js'
import { type Scenario, withRecorded } from '../scenario.js'

const perBatch = 5_000

export const serial: Scenario = {
  name: 'serial',
  title: 'serial: one task acquires and releases, 10 connections',
  metrics: { serial: { title: 'acquire + release', unit: 'ns of CPU', better: 'lower' } },
  contestants: withRecorded,
  async prepare(peer, { roundTime }) {
    const pool = await peer.open(new StubDatabase(), { min: 10, max: 10 })
    const ledger = new Ledger()
    const batch = async () => {
      for (let index = 0; index < perBatch; index++) {
        const held = await pool.acquire()
        const connection = pool.connectionOf(held)
        ledger.take(connection)
        ledger.give(connection)
        pool.release(held)
      }
      ledger.check(perBatch)
      return perBatch
    }
    const count = await calibrate(batch, roundTime)
    return async () => [{ metric: 'serial', value: await timeBatches(batch, count) }]
  },
}
