// The loads of serial, contended and burst as an application makes them: pools with their own defaults, and an async function for each caller.
//
// `app-burst` is the burst alone. In `app-mixed` one process runs all three in turn: code that was optimised for one load has to do for the next.

import { Ledger, type StubConnection, StubDatabase } from '../loan.js'
import { calibrate, timeBatches } from '../measure.js'
import type { BenchPool } from '../peer.js'
import { everybody, type Metric, type Scenario } from '../scenario.js'

const burstOf = 20_000
const tasks = 100
const perTask = 50

const cost: Omit<Metric, 'title'> = { unit: 'ns of CPU', better: 'lower' }

/** The loads; each answers how many acquires it made. */
function loadsOn(pool: BenchPool<StubConnection>) {
  const ledger = new Ledger()
  const borrow = async (tick: boolean) => {
    const held = await pool.acquire()
    const connection = pool.connectionOf(held)
    ledger.take(connection)
    if (tick) await null
    ledger.give(connection)
    pool.release(held)
  }
  const checked = (count: number) => {
    ledger.check(count)
    return count
  }
  return {
    async serial() {
      for (let index = 0; index < tasks * perTask; index++) await borrow(false)
      return checked(tasks * perTask)
    },
    async contended() {
      const task = async () => {
        for (let index = 0; index < perTask; index++) await borrow(true)
      }
      await Promise.all(Array.from({ length: tasks }, task))
      return checked(tasks * perTask)
    },
    async burst() {
      await Promise.all(Array.from({ length: burstOf }, () => borrow(false)))
      return checked(burstOf)
    },
  }
}

const settings = { min: 10, max: 10, defaults: true }

export const appBurst: Scenario = {
  name: 'app-burst',
  title: 'burst as an application makes it: 20,000 async functions at once, default options',
  metrics: { 'app-burst': { ...cost, title: 'acquire + release' } },
  contestants: everybody,
  async prepare(peer, { roundTime }) {
    const { burst } = loadsOn(await peer.open(new StubDatabase(), settings))
    const count = await calibrate(burst, roundTime)
    return async () => [{ metric: 'app-burst', value: await timeBatches(burst, count) }]
  },
}

export const appMixed: Scenario = {
  name: 'app-mixed',
  title: 'serial, contended and burst in turn in one process, default options',
  metrics: {
    'app-mixed-serial': { ...cost, title: 'serial, acquire + release' },
    'app-mixed-contended': { ...cost, title: 'contended, acquire + release' },
    'app-mixed-burst': { ...cost, title: 'burst, acquire + release' },
  },
  contestants: everybody,
  async prepare(peer, { roundTime }) {
    const loads = loadsOn(await peer.open(new StubDatabase(), settings))
    // About the same time for each.
    const batches = { serial: 20, contended: 15, burst: 1 } as const
    const kinds = ['serial', 'contended', 'burst'] as const
    const inTurn = async () => {
      let acquires = 0
      for (const kind of kinds)
        for (let batch = 0; batch < batches[kind]; batch++) acquires += await loads[kind]()
      return acquires
    }
    const count = await calibrate(inTurn, 3 * roundTime)
    return async () => {
      const readings = []
      for (const kind of kinds) {
        const value = await timeBatches(loads[kind], count * batches[kind])
        readings.push({ metric: `app-mixed-${kind}`, value })
      }
      return readings
    }
  },
}
