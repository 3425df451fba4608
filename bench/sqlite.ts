// `npx tsx bench/sqlite.ts`: what worker threads buy SQLite's users: the event loop's delay and the throughput of mixed reads, beside
// the same library called directly. With --write, its table goes into docs/guides/sqlite.md.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { createSqlitePool, type Isolation } from '../src/db/sqlite/index.js'
import { pack, unpack } from '../src/db/sqlite/wire/rows.js'
import { openEngine } from '../src/db/sqlite/worker/engine.js'
import { number } from './report.js'

const places = [import.meta.url]

/** Reads one row by its key, or counts half a table: nine of the first for each of the second. */
interface Reader {
  readonly name: string
  small(id: number): Promise<unknown>
  large(from: number): Promise<unknown>
  close(): Promise<void>
}

interface Figures {
  readonly name: string
  readonly reads: number
  readonly median: number
  readonly p99: number
  readonly max: number
}

const rows = 200_000
const seconds = 3
const clients = 8
const small = 'SELECT * FROM orders WHERE id = ?'
const large = 'SELECT count(*) AS count, sum(total) AS total FROM orders WHERE total > ?'

async function direct(filename: string): Promise<Reader> {
  const engine = await openEngine(undefined, { filename, readonly: true, lockWait: 0, places })
  const one = engine.prepare(small)
  const many = engine.prepare(large)
  // As the driver hands rows out: numbers, not BigInts.
  const read = (statement: typeof one, value: number): unknown => {
    const packed = pack([statement.get([value]) ?? {}], 'number')
    const out: Record<string, never>[] = []
    if (packed !== undefined) unpack(packed, out)
    return out[0]
  }
  return {
    name: `${engine.name}, called directly`,
    small: async id => read(one, id),
    large: async from => read(many, from),
    close: async () => engine.close(),
  }
}

async function pooled(filename: string, readers: number, isolation: Isolation): Promise<Reader> {
  const pool = createSqlitePool({ filename, readers, isolation })
  const leases = await Promise.all(Array.from({ length: readers }, () => pool.acquire({ readOnly: true })))
  for (const lease of leases) lease.release()
  const read = (sql: string, value: number) =>
    pool.use(connection => connection.get(sql, [value]), { readOnly: true })
  return {
    name: `statepool, ${readers} ${readers === 1 ? 'reader' : 'readers'}, each in a ${isolation}`,
    small: id => read(small, id),
    large: from => read(large, from),
    close: () => pool.close(),
  }
}

async function measure(reader: Reader): Promise<Figures> {
  let reads = 0
  let running = true
  const client = async (seed: number): Promise<void> => {
    for (let i = seed; running; i++) {
      if (i % 10 === 0) await reader.large(i % 100)
      else await reader.small((i * 7919) % rows)
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
  await delay(seconds * 1_000)
  const took = performance.now() - start
  loop.disable()
  running = false
  const counted = reads
  await Promise.all(all)
  await reader.close()
  const ms = (nanoseconds: number): number => nanoseconds / 1e6
  return {
    name: reader.name,
    reads: (counted / took) * 1_000,
    median: ms(loop.percentile(50)),
    p99: ms(loop.percentile(99)),
    max: ms(loop.max),
  }
}

const folder = await mkdtemp(join(tmpdir(), 'statepool-bench-'))
try {
  const filename = join(folder, 'orders.db')
  const engine = await openEngine(undefined, { filename, readonly: false, lockWait: 0, places })
  engine.exec(`
    PRAGMA journal_mode = wal;
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total INTEGER, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${rows})
    INSERT INTO orders SELECT i, i % 1000, i * 31 % 1000, 'order ' || i FROM n`)
  engine.close()
  const figures: Figures[] = []
  for (const open of [
    () => direct(filename),
    () => pooled(filename, 1, 'thread'),
    () => pooled(filename, 4, 'thread'),
    () => pooled(filename, 4, 'process'),
  ]) {
    figures.push(await measure(await open()))
    console.log(line(figures.at(-1) as Figures))
  }
  const processors = cpus()
  const table = [
    '| | reads a second | delay of the event loop, ms: median | 99 % | longest |',
    '|---|---:|---:|---:|---:|',
    ...figures.map(line),
    '',
    `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'processor'}, ${seconds} s each, ${clients} clients, a table of ${number(rows)} rows; of ten reads nine are of one row by its key, and one goes through the whole table.`,
  ].join('\n')
  if (process.argv.includes('--write')) await write(table)
} finally {
  await rm(folder, { recursive: true, force: true })
}

function line({ name, reads, median, p99, max }: Figures): string {
  return `| ${name} | ${number(reads)} | ${number(median)} | ${number(p99)} | ${number(max)} |`
}

/** @throws Error when the page has no place for the table. */
async function write(table: string): Promise<void> {
  const page = new URL('../docs/guides/sqlite.md', import.meta.url)
  const begin = '<!-- numbers: written by `npx tsx bench/sqlite.ts --write` -->'
  const end = '<!-- end of numbers -->'
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${page.pathname} has no "${begin}" … "${end}".`)
  await writeFile(page, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`)
}
