// Two pools on one SQLite file, because SQLite has one writer and many readers.

import { createPool } from '../../actors/create-pool.js'
import type { Lease } from '../../actors/leases/lease.js'
import type { TransactionOptions } from '../../actors/leases/transaction-options.js'
import type { Pool } from '../../actors/pool.js'
import type { PoolStats } from '../../actors/watching/stats.js'
import { abortable } from '../../core/abortable.js'
import type { AcquireOptions, CloseOptions } from '../../core/call-options.js'
import { type Clock, systemClock } from '../../core/clock.js'
import { ConnectError, OptionsError } from '../../core/errors.js'
import { type Hint, refuseUnknown } from '../../core/names.js'
import { type PoolOptions, poolOptionFor } from '../../core/options.js'
import { hintOf } from '../../core/other-pools.js'
import { discreetRefusal } from '../../core/refusal.js'
import { boolean, callable, number } from '../../core/shape.js'
import type { Driver } from '../driver.js'
import type { SqliteConnection } from './driver/connection.js'
import { hintAtSqlite, type SqliteOptions, sqliteOptionNames } from './driver/options.js'
import { sqlite } from './driver/sqlite.js'

/** The options of {@link createSqlitePool}: all options of {@link sqlite} except `readonly`, and: */
export interface SqlitePoolOptions extends Omit<SqliteOptions, 'readonly'> {
  /** The maximum number of reading connections; the pool opens them when callers need them. Default 4; at least 1. */
  readers?: number | undefined
  /**
   * Options for both pools, except their sizes. Some defaults differ from createPool's, because a file does not age and the pool notices
   * the end of a worker at once: `maxLifetime` Infinity, `keepalive` and `validateAfter` false. And `whenDown` is 'fail-until-up',
   * because a file that cannot be opened at first does not appear by itself: callers learn why at once.
   */
  pool?: Omit<PoolOptions, 'min' | 'max' | 'maxConnecting'> | undefined
}

/** The options of {@link SqlitePool.use} and {@link SqlitePool.acquire}. */
export interface SqliteAcquireOptions extends AcquireOptions {
  /** true = lease a reader. Default false: lease the writer. */
  readOnly?: boolean | undefined
}

/**
 * One writer and several readers of one file. With the journal in WAL mode, the default, readers see what was committed when
 * they began, and readers and the writer do not wait for each other. Callers that write wait in the pool's queue, in order and with
 * deadlines, rather than in SQLite's busy loop.
 */
export class SqlitePool implements AsyncDisposable {
  /** The pool of the one connection that may write. */
  readonly write: Pool<SqliteConnection>
  /** The pool of the read-only connections. */
  readonly read: Pool<SqliteConnection>
  readonly #clock: Clock

  /** @internal */
  constructor(write: Pool<SqliteConnection>, read: Pool<SqliteConnection>, clock: Clock) {
    this.write = write
    this.read = read
    this.#clock = clock
  }

  /** Settles when the writer is open: the file exists then, and readers can open it. Rejects like `Pool.ready()`. */
  ready(): Promise<void> {
    return this.write.ready()
  }

  /** Leases a connection: the writer, or with `readOnly` a reader. Throws like `Pool.acquire()`. */
  async acquire(options: SqliteAcquireOptions = {}): Promise<Lease<SqliteConnection>> {
    const { pool, rest } = this.#choose(options)
    return pool.acquire(rest)
  }

  /** Leases a connection, the writer or with `readOnly` a reader, for the duration of a callback. Throws like `Pool.use()`. */
  async use<T>(
    callback: (connection: SqliteConnection, lease: Lease<SqliteConnection>) => T | PromiseLike<T>,
    options: SqliteAcquireOptions = {},
  ): Promise<T> {
    callable('callback', callback)
    const { pool, rest } = this.#choose(options)
    return pool.use(callback, rest)
  }

  /**
   * Runs the callback in a transaction: on the writer, where it holds the write lock from the start; with `readOnly` on a reader, where
   * everything it reads belongs to one moment. Throws like `Pool.transaction()`; `retry` helps when another process writes too.
   */
  async transaction<T>(
    callback: (connection: SqliteConnection, lease: Lease<SqliteConnection>) => T | PromiseLike<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return (options.readOnly ? this.read : this.write).transaction(callback, options)
  }

  /** Both pools at this moment. */
  stats(): { readonly read: PoolStats; readonly write: PoolStats } {
    return Object.freeze({ read: this.read.stats(), write: this.write.stats() })
  }

  /**
   * Closes both pools, the readers first: the writer's connection is then the last one on the file, and SQLite writes the journal back
   * into it. The timeout covers both. A second call is harmless, and waits for the same end; a shorter timeout makes it come sooner.
   * Throws like `Pool.close()`.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const start = this.#clock.now()
    await this.read.close(options)
    const { timeout } = options
    const left = timeout === undefined ? undefined : Math.max(0, timeout - (this.#clock.now() - start))
    await this.write.close({ timeout: left })
  }

  /** The same as {@link SqlitePool.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The pool, and the options for it, if there are any: a caller without options goes a shorter way. */
  #choose(options: SqliteAcquireOptions): {
    pool: Pool<SqliteConnection>
    rest: AcquireOptions | undefined
  } {
    const { readOnly = false } = options
    const pool = boolean('readOnly', readOnly) ? this.read : this.write
    if (hasOnlyReadOnly(options)) return { pool, rest: undefined }
    const { readOnly: _, ...rest } = options
    return { pool, rest }
  }
}

function hasOnlyReadOnly(options: SqliteAcquireOptions): boolean {
  for (const name in options) if (name !== 'readOnly') return false
  return true
}

const optionNames = [...sqliteOptionNames.filter(name => name !== 'readonly'), 'readers', 'pool']

/** Options of the pool that follow from `readers`. */
const sizes = ['min', 'max', 'maxConnecting'] as const

const writerAndReaders = 'it has one writer, and the readers option sets the maximum number of readers.'

/** Says where an option belongs. */
const hint: Hint = (name, owner) => {
  if (name === 'readonly')
    return 'createSqlitePool has no readonly option: only its readers are read-only. For a read-only pool: createPool(sqlite({ filename, readonly: true })).'
  const own = hintAtSqlite(name, owner)
  if (own !== undefined) return own
  const option = poolOptionFor(name)
  if (option === undefined) return hintOf(name, owner)
  if (sizes.some(size => size === option.split(' ')[0]))
    return `${name} is not an option of ${owner}(): ${writerAndReaders}`
  return `${name} is not an option of ${owner}(): give it the option pool, and in it ${option}.`
}

/**
 * Opens a SQLite file with one connection for writing and up to `readers` for reading, and starts at once.
 *
 * ```ts
 * const db = createSqlitePool({ filename: 'shop.db' })
 * await db.use(writer => writer.run('insert into orders (customer) values (?)', [7]))
 * const orders = await db.use(reader => reader.all('select * from orders'), { readOnly: true })
 * ```
 *
 * @throws OptionsError, which names the option, its value and the valid values; also for `':memory:'`, because each connection
 *   would have a database of its own.
 */
export function createSqlitePool(options: SqlitePoolOptions): SqlitePool {
  refuseUnknown('createSqlitePool', options, optionNames, hint)
  const { readers = 4, pool, ...rest } = options
  if (rest.filename === ':memory:') {
    throw new OptionsError(
      'filename',
      rest.filename,
      "':memory:' is a separate database for each connection, so readers would not see what the writer writes. Use a file in a temporary folder, or one connection for everything: createPool(sqlite({ filename: ':memory:' }), { max: 1, maxLifetime: Infinity }).",
    )
  }
  number({ least: 1, integer: true, finite: true })('readers', readers, discreetRefusal)
  if (pool !== undefined && (typeof pool !== 'object' || pool === null))
    throw discreetRefusal('pool', pool, 'an object of options')
  for (const name of sizes)
    if (pool !== undefined && name in pool)
      throw new OptionsError(
        `pool.${name}`,
        undefined,
        `createSqlitePool sets ${name} itself: ${writerAndReaders}`,
      )
  const both: PoolOptions = {
    maxLifetime: Number.POSITIVE_INFINITY,
    keepalive: false,
    validateAfter: false,
    whenDown: 'fail-until-up',
    ...pool,
  }
  const news = new SharedNews()
  const reader = sqlite({ ...rest, readonly: true })
  const write: Pool<SqliteConnection> = createPool(
    news.shared(sqlite(rest), () => read),
    { ...both, min: 1, max: 1 },
  )
  const read: Pool<SqliteConnection> = createPool(
    news.shared(afterFirst(write, reader), () => write),
    { ...both, min: 0, max: readers, maxConnecting: readers },
  )
  return new SqlitePool(write, read, both.clock ?? systemClock)
}

/** What one pool's session learns of the file (it was replaced, say) holds for the other pool's sessions, too. */
class SharedNews {
  /** How often both pools were told. */
  #told = 0

  shared(driver: Driver<SqliteConnection>, other: () => Pool<SqliteConnection>): Driver<SqliteConnection> {
    return {
      ...driver,
      connect: context => {
        const told = this.#told
        return driver.connect({
          ...context,
          onStale: (reason, options) => {
            const isNews = options?.all === true && told === this.#told
            context.onStale?.(reason, options)
            if (!isNews) return
            this.#told++
            const pool = other()
            if (!['draining', 'closed'].includes(pool.stats().state)) pool.evict()
          },
        })
      },
    }
  }
}

/** Why the writer is not up, without saying twice that a connection could not be opened. */
function told(error: unknown): never {
  throw error instanceof ConnectError ? (error.cause ?? error) : error
}

/** Readers open the file when the writer has: it may have to create it, and to set its journal's mode. */
function afterFirst(
  write: Pool<SqliteConnection>,
  driver: Driver<SqliteConnection>,
): Driver<SqliteConnection> {
  return {
    ...driver,
    async connect(context) {
      await abortable(write.ready(), context.signal).catch(told)
      return driver.connect(context)
    },
  }
}
