// A pool on the simulated database, which fails in the ways that a network cannot be made to.

import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type SimulatedSettings, simulated } from '../src/db/simulated/index.js'
import { createPool } from '../src/index.js'
import { countingClock } from './counting-clock.js'
import { poolCounts } from './pool-counts.js'
import { type Fault, max, type Subject, workers } from './subject.js'
import { startWorkers } from './workers.js'

const calm: SimulatedSettings = {
  connectLatency: [5, 20],
  queryLatency: [1, 5],
  validateLatency: 2,
  resetLatency: 2,
  closeLatency: 2,
  unhealthyRate: 0,
  connectFailureRate: 0,
  connectHangRate: 0,
  queryFailureRate: 0,
  queryHangRate: 0,
  validateHangRate: 0,
  resetFailureRate: 0,
  resetHangRate: 0,
  closeHangRate: 0,
  loseAfter: Number.POSITIVE_INFINITY,
}

const deadlines = { connectTimeout: 100, validateTimeout: 50, resetTimeout: 50, closeTimeout: 50 }
const lives = { maxUses: 200, maxLifetime: 20_000, idleTimeout: 2_000, keepalive: 300, validateAfter: 10 }
/** A caller's own patience with a query, after which it destroys its lease; in milliseconds. */
const queryTimeout = 60

export async function onSimulated(): Promise<Subject> {
  const clock = countingClock()
  const driver = simulated({ ...calm, seed: 1, clock })
  const { database } = driver
  const { signal } = new AbortController()
  setMaxListeners(0, signal) // all callers who wait listen to it
  const pool = createPool(driver, { min: 2, max, acquireTimeout: 5_000, clock, ...deadlines, ...lives })
  let number = 0
  let mistaken = 0
  const crew = startWorkers(workers, async () => {
    const own = ++number
    if (own % 11 === 0) {
      const impatient = new AbortController()
      setTimeout(() => impatient.abort(), 2)
      return pool.use(({ query }) => void query, { signal: impatient.signal })
    }
    await pool.use(
      async (connection, lease) => {
        const timer = setTimeout(() => lease.destroy(new Error('The query took too long.')), queryTimeout)
        try {
          if (own % 20 === 0) await connection.query('BEGIN')
          const { rows } = await connection.query(own)
          if (rows[0]?.sql !== own) mistaken++
        } finally {
          clearTimeout(timer)
        }
      },
      { signal, timeout: own % 13 === 0 ? 5 : 5_000, priority: own % 3 },
    )
    if (own % 7 === 0) await pause(30)
  })

  const lasting = (name: string, settings: SimulatedSettings, time = 500): Fault => ({
    name,
    async run() {
      database.change(settings)
      await pause(time)
      database.change(calm)
    },
  })
  const faults: Fault[] = [
    // Those that make connects fail are apart from each other: after several in a row a pool tries ever more slowly.
    lasting('connects fail', { connectFailureRate: 0.4, loseAfter: [20, 200] }),
    lasting('queries fail', { queryFailureRate: 0.3 }),
    lasting('queries hang', { queryHangRate: 0.05 }),
    lasting('resets fail', { resetFailureRate: 0.5 }),
    {
      name: 'killed',
      async run() {
        for (const connection of database.connections) database.kill(connection)
      },
    },
    lasting('connects hang', { connectHangRate: 0.3, loseAfter: [20, 200] }),
    lasting('resets hang', { resetHangRate: 0.5 }),
    lasting('goodbyes hang', { closeHangRate: 0.8 }),
    lasting('validations fail', { unhealthyRate: 0.5 }),
    lasting('validations hang', { validateHangRate: 0.3 }),
    {
      name: 'stopped',
      async run() {
        database.stop()
        await pause(300)
        database.start()
      },
    },
    lasting('connections are lost', { loseAfter: [5, 100] }),
    {
      name: 'resized',
      async run() {
        pool.resize({ min: 1, max: 3 })
        await pause(200)
        pool.resize({ min: 2, max })
      },
    },
    lasting('too many clients', { maxConnections: 4, loseAfter: [5, 100] }),
  ]

  return {
    name: 'simulated',
    clock,
    workers: crew,
    faults,
    get mistaken() {
      return mistaken
    },
    counts: () => ({ ...poolCounts(pool, clock, signal), sessions: database.open }),
    async close() {
      await crew.stop()
      await pool.close({ timeout: 1_000 })
      return {
        timers: clock.pending,
        children: Object.keys(pool.actor.getSnapshot().children).length,
        sessions: database.open,
      }
    },
  }
}
