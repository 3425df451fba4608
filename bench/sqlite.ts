// `npx tsx bench/sqlite.ts`: what worker threads buy SQLite's users: the event loop's delay and the throughput of reads, beside
// the same library called directly. With --write, its tables go into docs/guides/sqlite.md.

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { createSqlitePool, type Isolation } from '../src/db/sqlite/index.js'
import { openEngine } from '../src/db/sqlite/worker/engine.js'
import { number } from './report.js'
import { limitOf } from './sqlite-limit.js'
import { type Load, loads, openDirect, places, type Read, rows } from './sqlite-loads.js'
import { writePart } from './written.js'

/** What answers them. */
interface Reader {
  readonly name: string
  /** Whether it reads in other processes. */
  readonly elsewhere?: boolean
  get(read: Read): Promise<unknown>
  close(): Promise<void>
}

interface Figures {
  readonly name: string
  readonly reads: number
  /** CPU time of a read in all threads, in microseconds; undefined where other processes have a part in it. */
  readonly cpu: number | undefined
  /** How late the event loop is, in milliseconds; undefined where there is none to speak of. */
  readonly delay?: { readonly median: number; readonly p99: number; readonly max: number }
}

const seconds = 3
const clients = 8

async function direct(filename: string): Promise<Reader> {
  const { name, get, close } = openDirect(filename)
  return {
    name: `${name}, called directly`,
    get: async read => get(read),
    close: async () => close(),
  }
}

async function pooled(filename: string, readers: number, isolation: Isolation): Promise<Reader> {
  const pool = createSqlitePool({ filename, readers, isolation })
  const leases = await Promise.all(Array.from({ length: readers }, () => pool.acquire({ readOnly: true })))
  for (const lease of leases) lease.release()
  return {
    name: `statepool, ${readers} ${readers === 1 ? 'reader' : 'readers'}, each in a ${isolation}`,
    elsewhere: isolation === 'process',
    get: ([sql, value]) => pool.use(connection => connection.get(sql, [value]), { readOnly: true }),
    close: () => pool.close(),
  }
}

async function measure(reader: Reader, load: Load): Promise<Figures> {
  let reads = 0
  let running = true
  const client = async (seed: number): Promise<void> => {
    for (let i = seed; running; i++) {
      await reader.get(load.read(i))
      reads++
      await new Promise(setImmediate) // as the next request of a server comes
    }
  }
  const loop = monitorEventLoopDelay({ resolution: 1 })
  const all = Array.from({ length: clients }, (_, seed) => client(seed))
  await delay(300)
  reads = 0
  loop.enable()
  const start = performance.now()
  const cpu = process.cpuUsage()
  await delay(seconds * 1_000)
  const took = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  loop.disable()
  running = false
  const counted = reads
  await Promise.all(all)
  await reader.close()
  const ms = (nanoseconds: number): number => nanoseconds / 1e6
  return {
    name: reader.name,
    reads: (counted / took) * 1_000,
    cpu: reader.elsewhere ? undefined : (user + system) / counted,
    delay: { median: ms(loop.percentile(50)), p99: ms(loop.percentile(99)), max: ms(loop.max) },
  }
}

const folder = await mkdtemp(join(tmpdir(), 'statepool-bench-'))
try {
  const filename = join(folder, 'orders.db')
  const engine = openEngine(undefined, { filename, readonly: false, lockWait: 0, places })
  engine.exec(`
    PRAGMA journal_mode = wal;
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total INTEGER, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${rows})
    INSERT INTO orders SELECT i, i % 1000, i * 31 % 1000, 'order ' || i FROM n`)
  engine.close()
  const tables: string[] = []
  for (const [i, load] of loads.entries()) {
    console.log(`\n${load.words}:`)
    const figures: Figures[] = []
    for (const open of [
      () => direct(filename),
      () => pooled(filename, 1, 'thread'),
      () => pooled(filename, 4, 'thread'),
      () => pooled(filename, 4, 'process'),
    ]) {
      figures.push(await measure(await open(), load))
      console.log(line(figures.at(-1) as Figures, figures[0] as Figures))
    }
    const name = `the limit: ${cpus().length} processes that are asked nothing`
    figures.push({ name, ...(await limitOf({ filename, load: i, seconds })) })
    console.log(line(figures.at(-1) as Figures, figures[0] as Figures))
    tables.push(table(load, figures))
  }
  if (process.argv.includes('--write'))
    await writePart(
      new URL('../docs/guides/sqlite.md', import.meta.url),
      '<!-- numbers: written by `npx tsx bench/sqlite.ts --write` -->',
      '<!-- end of numbers -->',
      tables.join('\n\n'),
    )
} finally {
  await rm(folder, { recursive: true, force: true })
}

function table({ words }: Load, figures: readonly Figures[]): string {
  const processors = cpus()
  return [
    '| | reads a second | to the first | CPU time of a read, µs | delay of the event loop, ms: median | 99 % | longest |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...figures.map(each => line(each, figures[0] as Figures)),
    '',
    `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'processor'}, ${seconds} s each, ${clients} clients, a table of ${number(rows)} rows; ${words}.`,
  ].join('\n')
}

function line({ name, reads, cpu, delay }: Figures, first: Figures): string {
  const cells = [
    name,
    number(reads),
    `${number(reads / first.reads)} ×`,
    ...[cpu, delay?.median, delay?.p99, delay?.max].map(each => (each === undefined ? '–' : number(each))),
  ]
  return `| ${cells.join(' | ')} |`
}
