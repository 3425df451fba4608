// How throughput and waits depend on the size of the pool, on a real PostgreSQL: always the same callers, who ask again as soon as they have
// their answer, and one more connection each time.

import { cpus, loadavg } from 'node:os'
import { postgres } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { spreadOf } from '../stat.js'

/** What a pool of one size did under one load. */
export interface Point {
  readonly max: number
  /** Queries per second. */
  readonly rate: number
  /** How long a query took, in ms: the median. */
  readonly query: number
  /** From `acquire()` to the answer, in ms: the median, and what one in a hundred exceeds. */
  readonly median: number
  readonly p99: number
}

/** A load, and what it is called. */
export interface Load {
  readonly title: string
  readonly sql: string
}

/** What docs/bench/sizing.json holds. */
export interface Sizing {
  readonly date: string
  readonly machine: string
  readonly server: string
  /** How many programs were ready to run when it began: what else the machine did. */
  readonly load: number
  readonly callers: number
  readonly rounds: number
  readonly loads: readonly (Load & { readonly points: readonly Point[] })[]
}

export const loads: readonly Load[] = [
  {
    title: 'work for the processor, about 1 ms',
    sql: 'select sum(sqrt(i)) from generate_series(1, 8000) i',
  },
  {
    title: 'the same work, and 10 ms of waiting for a disk or a lock',
    sql: 'select sum(sqrt(i)), pg_sleep(0.01) from generate_series(1, 8000) i',
  },
]
const sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
const callers = 64
const rounds = 3
/** How long each size is measured in a round, in ms. */
const time = 500

interface Round {
  readonly rate: number
  readonly queries: readonly number[]
  readonly waits: readonly number[]
}

/** Sizes in turns, and several rounds, so that what else the machine does slows all of them. */
export async function measureSizing(connectionString: string): Promise<Sizing> {
  const load = Math.round(loadavg()[0] ?? 0)
  const measured = []
  for (const load of loads) {
    const taken = new Map<number, Round[]>(sizes.map(max => [max, []]))
    for (let round = 0; round < rounds; round++)
      for (const max of sizes) taken.get(max)?.push(await measure(connectionString, load.sql, max))
    measured.push({ ...load, points: sizes.map(max => pointOf(max, taken.get(max) ?? [])) })
  }
  const cores = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cores.length} × ${cores[0]?.model.replace(/ \d+-Core Processor$/, '').trim()}, client and server on it`,
    server: await versionOf(connectionString),
    load,
    callers,
    rounds,
    loads: measured,
  }
}

async function versionOf(connectionString: string): Promise<string> {
  await using pool = createPool(postgres({ connectionString }), { max: 1 })
  const { rows } = await pool.use(client => client.query('show server_version'))
  return `PostgreSQL ${String(rows[0].server_version).split(' ')[0]}`
}

async function measure(connectionString: string, sql: string, max: number): Promise<Round> {
  await using pool = createPool(postgres({ connectionString }), {
    min: max,
    max,
    maxConnecting: max,
    acquireTimeout: 60_000,
  })
  await pool.ready()
  const queries: number[] = []
  const waits: number[] = []
  const run = async (until: number, keep: boolean): Promise<void> => {
    while (performance.now() < until) {
      const asked = performance.now()
      const lease = await pool.acquire()
      const got = performance.now()
      await lease.connection.query(sql)
      const answered = performance.now()
      lease.release()
      if (!keep) continue
      queries.push(answered - got)
      waits.push(answered - asked)
    }
  }
  const all = (until: number, keep: boolean) =>
    Promise.all(Array.from({ length: callers }, () => run(until, keep)))
  await all(performance.now() + time / 3, false)
  const begun = performance.now()
  await all(begun + time, true)
  return { rate: (queries.length / (performance.now() - begun)) * 1_000, queries, waits }
}

function pointOf(max: number, measured: readonly Round[]): Point {
  const waits = measured.flatMap(round => round.waits).sort((a, b) => a - b)
  const queries = measured.flatMap(round => round.queries)
  return {
    max,
    rate: Math.round(spreadOf(measured.map(({ rate }) => rate)).median),
    query: tenths(spreadOf(queries).median),
    median: tenths(spreadOf(waits).median),
    p99: tenths(waits[Math.floor(waits.length * 0.99)] ?? Number.NaN),
  }
}

const tenths = (value: number): number => Math.round(value * 10) / 10
