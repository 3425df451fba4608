// `npx tsx bench/sqlite.ts`: what worker threads buy SQLite's users: the event loop's delay and the throughput of reads, beside
// the same library called directly. With --write, its tables go into docs/guides/sqlite.md.

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { createSqlitePool, type Isolation } from '../src/db/sqlite/index.js'
import { pack, unpack } from '../src/db/sqlite/wire/rows.js'
import { openEngine } from '../src/db/sqlite/worker/engine.js'
import { number } from './report.js'
import { writePart } from './written.js'

const places = [import.meta.url]

/** One statement and its only parameter. */
type Read = readonly [sql: string, value: number]

/** What the clients ask. */
interface Load {
  /** For the table's caption. */
  readonly words: string
  read(i: number): Read
}

/** What answers them. */
interface Reader {
  readonly name: string
  get(read: Read): Promise<unknown>
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
const oneRow = 'SELECT * FROM orders WHERE id = ?'
const wholeTable = 'SELECT count(*) AS count, sum(total) AS total FROM orders WHERE total > ?'
const someRows =
  'SELECT count(*) AS count, sum(total) AS total FROM (SELECT total FROM orders WHERE id > ? LIMIT 6000)'

const loads: readonly Load[] = [
  {
    words: 'of ten reads nine are of one row by its key, and one goes through the whole table',
    read: i => (i % 10 === 0 ? [wholeTable, i % 100] : [oneRow, (i * 7919) % rows]),
  },
  {
    words: 'each read goes through 6,000 rows, which takes about half a millisecond',
    read: i => [someRows, (i * 7919) % (rows - 6_000)],
  },
]

async function direct(filename: string): Promise<Reader> {
  const engine = await openEngine(undefined, { filename, readonly: true, lockWait: 0, places })
  const statements = new Map([oneRow, wholeTable, someRows].map(sql => [sql, engine.prepare(sql)]))
  // As the driver hands rows out: numbers, not BigInts.
  const get = ([sql, value]: Read): unknown => {
    const packed = pack([statements.get(sql)?.get([value]) ?? {}], 'number')
    const out: Record<string, never>[] = []
    if (packed !== undefined) unpack(packed, out)
    return out[0]
  }
  return {
    name: `${engine.name}, called directly`,
    get: async read => get(read),
    close: async () => engine.close(),
  }
}

async function pooled(filename: string, readers: number, isolation: Isolation): Promise<Reader> {
  const pool = createSqlitePool({ filename, readers, isolation })
  const leases = await Promise.all(Array.from({ length: readers }, () => pool.acquire({ readOnly: true })))
  for (const lease of leases) lease.release()
  return {
    name: `statepool, ${readers} ${readers === 1 ? 'reader' : 'readers'}, each in a ${isolation}`,
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
  const tables: string[] = []
  for (const load of loads) {
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
    '| | reads a second | to the first | delay of the event loop, ms: median | 99 % | longest |',
    '|---|---:|---:|---:|---:|---:|',
    ...figures.map(each => line(each, figures[0] as Figures)),
    '',
    `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'processor'}, ${seconds} s each, ${clients} clients, a table of ${number(rows)} rows; ${words}.`,
  ].join('\n')
}

function line({ name, reads, median, p99, max }: Figures, first: Figures): string {
  const ratio = `${number(reads / first.reads)} ×`
  return `| ${name} | ${number(reads)} | ${ratio} | ${number(median)} | ${number(p99)} | ${number(max)} |`
}
