// A pool on a real PostgreSQL, behind a proxy that breaks its connections in every way it knows.

import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { postgres } from '../src/db/pg/driver/postgres.js'
import { createPool } from '../src/index.js'
import { startFaultProxy } from '../support/fault-proxy.js'
import { startPostgres } from '../support/postgres-server.js'
import { countingClock } from './counting-clock.js'
import { poolCounts } from './pool-counts.js'
import { type Fault, max, type Subject, workers } from './subject.js'
import { startWorkers } from './workers.js'

/** Deadlines far shorter than the defaults, so that a rotation of faults does not take minutes. */
const deadlines = { connectTimeout: 400, validateTimeout: 200, resetTimeout: 200, closeTimeout: 200 }
/** Connections are also used up and grow old. */
const lives = { maxUses: 500, maxLifetime: 20_000, idleTimeout: 3_000, keepalive: 500, validateAfter: 20 }

export async function onPostgres(): Promise<Subject> {
  const server = await startPostgres()
  const proxy = await startFaultProxy(server)
  const { user, password, database } = server
  const clock = countingClock()
  const { signal } = new AbortController()
  setMaxListeners(0, signal) // all callers who wait listen to it
  const pool = createPool(
    postgres({
      ...{ host: proxy.host, port: proxy.port, user, password, database },
      application_name: 'soak',
      query_timeout: 300,
    }),
    { min: 2, max, acquireTimeout: 8_000, clock, ...deadlines, ...lives },
  )
  let number = 0
  let mistaken = 0
  const crew = startWorkers(workers, async () => {
    const own = ++number
    const text = own % 50 === 0 ? "SELECT $1::int AS number, repeat('x', 20000)" : 'SELECT $1::int AS number'
    await pool.use(
      async client => {
        if (own % 20 === 0) await client.query('BEGIN') // left open: rolled back on return
        const { rows } = await client.query(text, [own])
        if (rows[0]?.number !== own) mistaken++
        if (own % 97 === 0) await client.query('SELECT nonsense')
      },
      { signal },
    )
    if (own % 7 === 0) await pause(30)
  })

  const lasting = (name: string, strike: () => void | Promise<void>, time: number): Fault => ({
    name,
    async run() {
      await strike()
      await pause(time)
      await proxy.pass()
    },
  })
  const faults: Fault[] = [
    lasting('RST', () => proxy.reset(), 0),
    lasting('frozen', () => proxy.freeze(), 700),
    lasting('lossy', () => proxy.drop('both'), 500),
    lasting('half-open, server gone', () => proxy.halfOpen('server'), 500),
    lasting('half-open, client gone', () => proxy.halfOpen('client'), 500),
    lasting('cut', () => proxy.limit(15_000, 'cut'), 500),
    lasting('slow', () => proxy.delay({ toServer: 20, toClient: 20 }), 500),
    lasting(
      'silent',
      () => {
        proxy.mute()
        proxy.reset()
      },
      600,
    ),
    lasting(
      'refused',
      async () => {
        await proxy.refuse()
        proxy.reset()
      },
      400,
    ),
    {
      name: 'terminated',
      async run() {
        const admin = new pg.Client(server.connectionString)
        await admin.connect()
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'soak'",
        )
        await admin.end()
      },
    },
    { name: 'restart', run: () => server.restart() },
  ]

  return {
    name: 'postgres',
    clock,
    workers: crew,
    faults,
    get mistaken() {
      return mistaken
    },
    counts: () => ({ ...poolCounts(pool, clock, signal), sockets: proxy.links.length }),
    async close() {
      await proxy.pass()
      await crew.stop()
      await pool.close({ timeout: 2_000 })
      const left = { timers: clock.pending, children: Object.keys(pool.actor.getSnapshot().children).length }
      await proxy.close()
      await server.stop()
      return left
    },
  }
}
