// The drop-in pool: mysql2's class of that name, whose connections come from the pool of this package.

import { AsyncResource } from 'node:async_hooks'
import type { PoolConnection as Mysql2PoolConnection } from 'mysql2'
import type { PoolConnection as PromisePoolConnection } from 'mysql2/promise'
import { driverFor } from '../../db/mysql2/driver.js'
import type { Session } from '../../db/mysql2/session.js'
import { createPool as createStatepool, type Lease, type Pool as Statepool } from '../../index.js'
import { BasePool, connectionConfig, type ParsedPoolOptions } from './bases.js'
import { PoolConnection } from './connection.js'
import { asMysql2Error } from './errors.js'
import { asLimit, type PoolConfig, parsePoolConfig } from './options.js'
import { PromisePool } from './promise-pool.js'
import { Shelf } from './shelf.js'
import { traced } from './tracing.js'
import { ListView } from './views.js'

type Callback = Parameters<Pool['getConnection']>[0]

/** As made by `createPool` of `mysql2`. */
export class Pool extends BasePool {
  readonly #statepool: Statepool<PoolConnection>
  readonly #sessionOf: (connection: PoolConnection) => Session
  readonly #shelf = new Shelf()
  declare _closed: boolean

  /** @throws OptionsError naming the option and what it may be, and never a secret. */
  constructor(given: PoolConfig | string) {
    const { connection, mysql2, maxIdle, statepool } = parsePoolConfig(given)
    // With fewer than the limit mysql2's class would have a timer of its own.
    super({ config: { ...mysql2, maxIdle: mysql2.connectionLimit } })
    this.config.maxIdle = maxIdle
    const { sessionOf, ...driver } = driverFor<PoolConnection>(connection, {
      create: options => this.#shelf.add(new PoolConnection(this, { config: connectionConfig(options) })),
      faceOf: core => core as PoolConnection,
      coreOf: face => face,
    })
    this.#sessionOf = sessionOf
    this.#statepool = createStatepool(this.#shelf.watch(driver), statepool)
    this.#showLists()
    this.#obeyLimit()
    this.#openTheDirectWay(this.#statepool)
  }

  /**
   * The pool beneath: its figures, events, chart and inspection, `use` and `transaction`. Connections that are acquired from it directly
   * are the same ones; only there is no `acquire` or `release` event for them.
   */
  get statepool(): Statepool<PoolConnection> {
    return this.#statepool
  }

  /** Borrows a connection. Give it back with `connection.release()`. */
  override getConnection(
    callback: (error: NodeJS.ErrnoException | null, connection: Mysql2PoolConnection) => unknown,
  ): void {
    this.borrow(AsyncResource.bind(callback))
  }

  /** @internal The same for one whose callback need not be bound to its async context. */
  borrow(callback: Callback): void {
    const { connectionConfig } = this.config as unknown as ParsedPoolOptions
    traced(connectionConfig, (done: Callback) => this.#borrow(done), callback)
  }

  #borrow(callback: Callback): void {
    if (this.listenerCount('enqueue') > 0 && !this._closed && this.#mustWait) this.emit('enqueue')
    const asked = this.#statepool.ask().promise()
    asked.then(
      lease => {
        const first = lease.connection.lend(lease)
        process.nextTick(() => this.#lend(lease, first, callback))
      },
      // What mysql2's type does not say, it does: there is no connection with an error.
      error => process.nextTick(callback as (error: unknown) => unknown, asMysql2Error(error)),
    )
  }

  /** The same as `connection.release()`. */
  override releaseConnection(connection: Mysql2PoolConnection | PromisePoolConnection): void {
    connection.release()
  }

  /**
   * Lends no more, rejects those who wait, waits for lent connections (30 s, unless `statepool.drainTimeout` says otherwise), and
   * closes all. Calling it again is harmless, and waits for the same end.
   */
  override end(callback?: (error: NodeJS.ErrnoException | null) => unknown): void
  override end(callback?: (error?: Error) => unknown): void
  override end(callback?: (...nothing: never[]) => unknown): void {
    this._closed = true
    this.#shelf.stop()
    const done = typeof callback === 'function' ? AsyncResource.bind(callback as () => unknown) : undefined
    this.#statepool.close().then(() => process.nextTick(() => done?.()))
  }

  /** The promise face of this pool. */
  override promise(implementation?: PromiseConstructor | null): PromisePool {
    return new PromisePool(this, implementation)
  }

  /** @internal */
  giveBack(connection: PoolConnection, lease: Lease<PoolConnection>): void {
    this.#sessionOf(connection).whenHandled(() => {
      if (!lease.held) return // lost meanwhile
      lease.release()
      const { maxIdle, connectionLimit } = this.config as unknown as ParsedPoolOptions
      if (maxIdle < connectionLimit) this.#shelf.returned(connection, maxIdle)
      this.emit('release', connection)
    })
  }

  /** mysql2's connections call it when they end; the pool beneath knows by then. */
  _removeConnection(): void {}

  /** Also for what is acquired from the pool beneath, a connection must know that it is lent. */
  #openTheDirectWay(pool: Statepool<PoolConnection>): void {
    const acquire = pool.acquire.bind(pool)
    pool.acquire = async options => {
      const lease = await acquire(options)
      const { connection } = lease
      if (connection.lend(lease)) this.#announce(connection, lease)
      return lease
    }
  }

  /** What its listeners hang on it stays; what its borrowers do ends with the lease. If one throws, it is not fit for a borrower. */
  #announce(connection: PoolConnection, lease: Lease<PoolConnection>): void {
    try {
      this.emit('connection', connection)
    } catch (error) {
      lease.destroy(error)
      throw error
    }
    this.#sessionOf(connection).keepListeners(connection)
  }

  get #mustWait(): boolean {
    const { idle, total, max, waiting } = this.#statepool.stats()
    return total >= max && idle <= waiting
  }

  get #queued(): number {
    const { waiting, connecting } = this.#statepool.stats()
    return Math.max(0, waiting - connecting)
  }

  #showLists(): void {
    const lists = {
      _allConnections: () => this.#shelf.all,
      _freeConnections: () => this.#shelf.free,
      _connectionQueue: () => Array.from({ length: this.#queued }),
    }
    for (const [name, read] of Object.entries(lists))
      Object.defineProperty(this, name, { value: new ListView<unknown>(read), enumerable: false })
  }

  /** `pool.config.connectionLimit` may be changed while the pool runs. */
  #obeyLimit(): void {
    let limit = this.config.connectionLimit as number
    Object.defineProperty(this.config, 'connectionLimit', {
      get: () => limit,
      set: (value: unknown) => {
        const max = asLimit(value)
        if (!this._closed) this.#statepool.resize({ max })
        limit = Number(value)
      },
      enumerable: true,
    })
  }

  #lend(lease: Lease<PoolConnection>, first: boolean, callback: Callback): void {
    if (!lease.held) {
      // Lost, or the pool was ended, within the same turn: the next one, or the reason why there is none.
      this.#borrow(callback)
      return
    }
    const { connection } = lease
    try {
      if (first) this.#announce(connection, lease)
      this.emit('acquire', connection)
    } catch (error) {
      // A listener's: the caller is told, and no slot is lost.
      connection.release()
      callback(error as Error, undefined as never)
      return
    }
    callback(null, connection)
  }
}
