// 20,000 acquires in one tick on 10 connections; each is released as soon as it is granted.
//
// A caller is one callback shared by all: 20,000 async functions would cost more than the pools do.

import { Ledger, StubDatabase } from '../loan.js'
import { calibrate, timeBatches } from '../measure.js'
import { type Scenario, withRecorded } from '../scenario.js'

const callers = 20_000

export const burst: Scenario = {
  name: 'burst',
  title: 'burst: 20,000 acquires at once on 10 connections',
  metrics: { burst: { title: 'acquire + release', unit: 'ns of CPU', better: 'lower' } },
  contestants: (peers, { quick }) =>
    withRecorded(peers).filter(peer => !(quick && peer === 'statepool (interpreted)')),
  async prepare(peer, { roundTime }) {
    const pool = await peer.open(new StubDatabase(), { min: 10, max: 10 })
    const ledger = new Ledger()
    let over = () => {}
    const serve = (held: unknown) => {
      const connection = pool.connectionOf(held)
      ledger.take(connection)
      ledger.give(connection)
      pool.release(held)
      if (ledger.granted === callers) over()
    }
    const batch = async () => {
      const served = new Promise<void>(resolve => {
        over = resolve
      })
      for (let index = 0; index < callers; index++) pool.acquire().then(serve)
      await served
      ledger.check(callers)
      return callers
    }
    const count = await calibrate(batch, roundTime)
    return async () => [{ metric: 'burst', value: await timeBatches(batch, count) }]
  },
}
