// HikariCP's "spike demand": a pool of 5 to 50, a connect takes 150 ms and a query 2 ms, and 50 callers come at the same time.
//
// The pool has been at work before, 20 queries on each of the 5, so that it may know how long leases and connects take. What is
// counted is what the database sees: all connects that were started, the first 5 included.

import { setTimeout as pause } from 'node:timers/promises'
import { Ledger, type StubConnection, StubDatabase } from '../loan.js'
import { collect } from '../measure.js'
import type { BenchPool, Peer } from '../peer.js'
import { everybody, type Scenario } from '../scenario.js'

const connectTime = 150
const queryTime = 2
const callers = 50

export const spike: Scenario = {
  name: 'spike',
  title: 'spike: 50 callers at once, min 5, max 50, connect 150 ms, query 2 ms',
  metrics: {
    'spike-connections': { title: 'connections opened', unit: 'connections', better: 'lower' },
    'spike-time': { title: 'until all are served', unit: 'ms', better: 'lower' },
  },
  // The limit has no way to open one more.
  contestants: (peers, { quick }) =>
    everybody(peers).filter(peer => peer !== 'limit' && !(quick && peer === 'statepool (interpreted)')),
  async prepare(peer, { rounds }) {
    const arenas = await Promise.all(Array.from({ length: rounds + 1 }, () => openArena(peer)))
    const next = async () => {
      const arena = arenas.pop() ?? (await openArena(peer))
      collect()
      return rush(arena)
    }
    await next() // the first one meets cold code
    return async () => {
      const { opened, time } = await next()
      return [
        { metric: 'spike-connections', value: opened },
        { metric: 'spike-time', value: time },
      ]
    }
  },
}

interface Arena {
  readonly pool: BenchPool<StubConnection>
  readonly database: StubDatabase
}

async function openArena(peer: Peer): Promise<Arena> {
  const database = new StubDatabase(connectTime)
  const pool = await peer.open(database, { min: 5, max: callers, defaultPace: true })
  const worker = async () => {
    for (let index = 0; index < 20; index++) await query(pool, new Ledger())
  }
  await Promise.all(Array.from({ length: 5 }, worker))
  return { pool, database }
}

async function rush({ pool, database }: Arena): Promise<{ opened: number; time: number }> {
  const ledger = new Ledger()
  const start = performance.now()
  await Promise.all(Array.from({ length: callers }, () => query(pool, ledger)))
  const time = performance.now() - start
  ledger.check(callers)
  await pause(50) // what was started for callers who have gone by now counts too
  if (database.most > callers)
    throw new Error(`${database.most} connections were open, and not ${callers} at most.`)
  return { opened: database.opened, time }
}

async function query(pool: BenchPool<StubConnection>, ledger: Ledger): Promise<void> {
  const held = await pool.acquire()
  const connection = pool.connectionOf(held)
  ledger.take(connection)
  await pause(queryTime)
  ledger.give(connection)
  pool.release(held)
}
