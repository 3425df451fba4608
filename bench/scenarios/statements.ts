// One statement for each of many callers, by `pool.query()`: queries per second, what each costs this process, and who waits for a slow one.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import pgClient from 'pg'
import { cpuClock } from '../measure.js'
import type { BenchPool, Marks, Source } from '../peer.js'
import type { Reading, Scenario } from '../scenario.js'

const connections = 10
const callers = 64
/** One in ten. */
const slowCallers = 6
/** What a slow statement takes, in seconds. */
const nap = 0.2
/** How long the far and the slow load run at least, in milliseconds: until then too few have been answered. */
const least = 1_000

const peers = [
  'statepool',
  'statepool (shared)',
  'statepool/pg',
  'statepool/pg (shared)',
  'pg-pool',
  'postgres.js',
]

export const statements: Scenario = {
  name: 'statements',
  title: `pool.query() on PostgreSQL, ${callers} callers on ${connections} connections`,
  metrics: {
    'statements-rate': { title: 'loopback', unit: 'queries/s', better: 'higher' },
    'statements-cpu': { title: 'loopback', unit: 'µs of CPU/query', better: 'lower' },
    'statements-far': { title: '2 ms away, each way', unit: 'queries/s', better: 'higher' },
    'statements-slow-p99': {
      title: '99th percentile, while one caller in ten runs queries of 200 ms',
      unit: 'ms',
      better: 'lower',
    },
    'statements-slow-rate': {
      title: 'the others, while one caller in ten runs queries of 200 ms',
      unit: 'queries/s',
      better: 'higher',
    },
  },
  contestants: all => all.filter(peer => peers.includes(peer)),
  needsPostgres: true,
  async prepare(peer, { roundTime, connectionString = '' }) {
    await createNap(connectionString)
    const open = async (address: string): Promise<Query> => {
      const pool = await peer.open(sourceOf(address), { min: connections, max: connections })
      return queryOf(pool)
    }
    const near = await open(connectionString)
    const far = await open(await throughProxy(connectionString))
    const time = 3 * roundTime
    await run(near, callers, 2 * time)
    await run(far, callers, time)
    return async () => {
      const readings: Reading[] = []
      const stop = cpuClock()
      const fast = await run(near, callers, time)
      const cpu = stop()
      readings.push({ metric: 'statements-rate', value: fast.rate })
      readings.push({ metric: 'statements-cpu', value: cpu / 1_000 / fast.latencies.length })
      readings.push({
        metric: 'statements-far',
        value: (await run(far, callers, Math.max(time, least))).rate,
      })
      const beside = await besideSlowOnes(near, Math.max(2 * time, 2 * least))
      const { latencies } = beside
      latencies.sort((one, other) => one - other)
      readings.push({
        metric: 'statements-slow-p99',
        value: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
      })
      readings.push({ metric: 'statements-slow-rate', value: beside.rate })
      return readings
    }
  },
}

type Query = (text: string, values: unknown[]) => Promise<readonly Record<string, unknown>[]>

interface Load {
  readonly latencies: number[]
  readonly rate: number
}

/** Callers who each ask again as soon as they are answered. */
async function run(query: Query, count: number, time: number): Promise<Load> {
  const latencies: number[] = []
  const start = performance.now()
  const caller = async (number: number): Promise<void> => {
    for (let now = performance.now(); now - start < time; ) {
      const [row] = await query('SELECT $1::int AS n', [number])
      if (row?.n !== number) throw new Error(`The caller of ${number} got ${row?.n}.`)
      const answered = performance.now()
      latencies.push(answered - now)
      now = answered
    }
  }
  await Promise.all(Array.from({ length: count }, (_, number) => caller(number)))
  return { latencies, rate: latencies.length / ((performance.now() - start) / 1_000) }
}

async function besideSlowOnes(query: Query, time: number): Promise<Load> {
  let over = false
  const slow = Array.from({ length: slowCallers }, async (_, number) => {
    await new Promise(resolve => setTimeout(resolve, (number * nap * 1_000) / slowCallers))
    while (!over) await query('SELECT bench_nap($1)', [nap])
  })
  const load = await run(query, callers - slowCallers, time)
  over = true
  await Promise.all(slow)
  return load
}

function queryOf<C extends Marks>({ query }: BenchPool<C>): Query {
  if (query === undefined) throw new Error('This pool runs no statements.')
  return query
}

async function createNap(connectionString: string): Promise<void> {
  const client = new pgClient.Client({ connectionString })
  await client.connect()
  await client.query(
    `CREATE OR REPLACE FUNCTION bench_nap(seconds float8) RETURNS int LANGUAGE plpgsql AS
     $$ BEGIN PERFORM pg_sleep(seconds); RETURN 1; END $$`,
  )
  await client.end()
}

/** The same database through a proxy in a process of its own, which ends with this one. */
async function throughProxy(connectionString: string): Promise<string> {
  const url = new URL(connectionString)
  const proxy = fork(new URL('../proxy.js', import.meta.url))
  proxy.send({ host: url.hostname, port: Number(url.port) })
  const [port] = await Promise.race([once(proxy, 'message'), once(proxy, 'exit').then(() => [])])
  if (port === undefined) throw new Error('The proxy did not start.')
  url.port = String(port)
  return url.href
}

function sourceOf(connectionString: string): Source<Marks> {
  const none = (): never => {
    throw new Error('Pools bring their own connections here.')
  }
  return { connectionString, connect: none, close: none }
}
