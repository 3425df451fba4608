// A SQLite pool under load while its workers die, another process locks the file and dies, and the disk is full.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqlitePool, type SqlitePool, sqlite } from '../../src/db/sqlite/index.js'
import { temporaryFile } from '../support/sqlite-file.js'
import { crash } from '../support/sqlite-workers.js'
import { until } from '../support/until.js'

interface Load {
  /** Rows whose insert was confirmed. */
  readonly inserted: ReadonlySet<number>
  /** Rows whose insert was not, and may have been made all the same. */
  readonly doubtful: ReadonlySet<number>
  readonly reads: number
  readonly errors: { readonly inserts: unknown[]; readonly reads: unknown[] }
  stop(): Promise<void>
}

/** Two writers and four readers, over and over. */
function startLoad(pool: SqlitePool): Load {
  const inserted = new Set<number>()
  const doubtful = new Set<number>()
  const errors = { inserts: [] as unknown[], reads: [] as unknown[] }
  let stopped = false
  let number = 0
  let reads = 0
  const rest = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 2))
  const insert = async (): Promise<void> => {
    const own = ++number
    try {
      await pool.transaction(writer => writer.run('INSERT INTO t VALUES (?)', [own]))
      inserted.add(own)
    } catch (error) {
      doubtful.add(own)
      errors.inserts.push(error)
    }
  }
  const read = async (): Promise<void> => {
    try {
      await pool.use(reader => reader.get('SELECT count(*) FROM t'), { readOnly: true })
      reads++
    } catch (error) {
      errors.reads.push(error)
    }
  }
  const loops = [insert, insert, read, read, read, read].map(async step => {
    while (!stopped) {
      await step()
      await rest()
    }
  })
  return {
    inserted,
    doubtful,
    errors,
    get reads() {
      return reads
    },
    async stop() {
      stopped = true
      await Promise.all(loops)
    },
  }
}

describe('a SQLite pool under load', () => {
  let pool: SqlitePool
  let load: Load
  let filename: string
  let remove: () => Promise<void>
  beforeEach(async () => {
    ;({ filename, remove } = await temporaryFile())
    pool = createSqlitePool({ filename, readers: 2, isolation: 'process', busyTimeout: 20_000 })
    await pool.use(writer => writer.exec('CREATE TABLE t (i INTEGER)'))
    load = startLoad(pool)
    await progress()
  })
  afterEach(async () => {
    await load.stop()
    await pool.close({ timeout: 0 })
    await remove()
  })

  /** Both kinds of work are done from now on. */
  async function progress(): Promise<void> {
    const { reads } = load
    const { size } = load.inserted
    await until(() => load.reads > reads + 5 && load.inserted.size > size + 5, 'rows are read and written')
  }

  async function rows(): Promise<number[]> {
    const found = await pool.use(writer => writer.all('SELECT i FROM t'))
    return found.map(row => (row as { i: number }).i)
  }

  it('survives the death of its workers: at most one call each fails, and no row that was confirmed is lost', async () => {
    const kills = 3
    for (let kill = 0; kill < kills; kill++) {
      for (const readOnly of [false, true]) {
        const victim = await pool.use(connection => connection, { readOnly })
        crash(victim)
        await progress()
      }
    }
    await load.stop()
    expect(load.errors.inserts.length).toBeLessThanOrEqual(kills)
    expect(load.errors.reads.length).toBeLessThanOrEqual(kills)
    const found = await rows()
    expect(new Set(found).size).toBe(found.length)
    expect([...load.inserted].filter(row => !found.includes(row))).toEqual([])
    expect(found.filter(row => !load.inserted.has(row) && !load.doubtful.has(row))).toEqual([])
  })

  it('waits for another process that has the lock, and goes on when that one is killed in its transaction', async () => {
    const driver = sqlite({ filename, isolation: 'process', busyTimeout: 20_000 })
    const other = await driver.connect({ signal: new AbortController().signal, onLost() {} })
    await other.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (-1)')
    const { size } = load.inserted
    const { reads } = load
    await until(() => load.reads > reads + 20, 'rows are read meanwhile')
    expect(load.inserted.size).toBeLessThanOrEqual(size + 2) // which had been made, and were not told of yet
    crash(other)
    await progress()
    await load.stop()
    expect(load.errors).toEqual({ inserts: [], reads: [] })
    expect(await rows()).not.toContain(-1)
  })

  it('a full disk costs the inserts, and neither reads nor connections', async () => {
    const limit = (pages: number): Promise<unknown> =>
      pool.use(writer => writer.get(`PRAGMA max_page_count = ${pages}`))
    await pool.use(writer => writer.exec('CREATE TABLE filling (text TEXT)'))
    await limit(1) // which is: as many as there are
    const fill = (): Promise<unknown> =>
      pool.transaction(writer => writer.run('INSERT INTO filling VALUES (?)', ['x'.repeat(100_000)]))
    await expect(fill()).rejects.toMatchObject({ code: 'SQLITE_FULL', fatal: false })
    const { reads } = load
    await until(() => load.reads > reads + 5, 'rows are read')
    await limit(1_000_000)
    await fill()
    await progress()
    await load.stop()
    expect(load.errors.reads).toEqual([])
    expect(pool.stats()).toMatchObject({ write: { opened: 1 }, read: { lost: 0 } })
  })
})
