// The drop-in pool: mysql2's class of that name, whose connections come from the pool of this package.

import type { PoolConnection as Mysql2PoolConnection } from 'mysql2'
import type { PoolConnection as PromisePoolConnection } from 'mysql2/promise'
import { driverFor } from '../../db/mysql2/driver.js'
import type { Session } from '../../db/mysql2/session.js'
import { createPool as createStatepool, type Lease, type Pool as Statepool } from '../../index.js'
import { BasePool, connectionConfig, hideSecrets } from './bases.js'
import { PoolConnection } from './connection.js'
import { asMysql2Error } from './errors.js'
import { type PoolConfig, parsePoolConfig } from './options.js'
import { PromisePool } from './promise-pool.js'

/** As made by `createPool` of `mysql2`. */
export class Pool extends BasePool {
  readonly #statepool: Statepool<PoolConnection>
  readonly #sessionOf: (connection: PoolConnection) => Session
  readonly #maxIdle: number
  readonly #limit: number
  declare _closed: boolean

  /** @throws OptionsError naming the option and what it may be, and never a secret. */
  constructor(given: PoolConfig | string) {
    const { connection, mysql2, maxIdle, statepool } = parsePoolConfig(given)
    // With fewer than the limit mysql2's class would have a timer of its own.
    super({ config: { ...mysql2, maxIdle: mysql2.connectionLimit } })
    this.config.maxIdle = maxIdle
    hideSecrets(mysql2.connectionConfig)
    this.#maxIdle = maxIdle
    this.#limit = mysql2.connectionLimit
    const { sessionOf, ...driver } = driverFor<PoolConnection>(connection, {
      create: options => new PoolConnection(this, { config: connectionConfig(options) }),
      faceOf: core => core as PoolConnection,
      coreOf: face => face,
    })
    this.#sessionOf = sessionOf
    this.#statepool = createStatepool(
      {
        ...driver,
        validate: (face, context) => face.serve(() => driver.validate(face, context)),
        reset: (face, context) => face.serve(async () => driver.reset?.(face, context)),
        close: face => face.serve(() => driver.close(face)),
      },
      statepool,
    )
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
    if (this.listenerCount('enqueue') > 0 && this.#mustWait) this.emit('enqueue')
    const asked = this.#statepool.ask().promise()
    asked.then(
      lease => process.nextTick(() => this.#lend(lease, callback)),
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
    this.#statepool.close().then(() => process.nextTick(() => callback?.()))
  }

  /** The promise face of this pool. */
  override promise(implementation?: PromiseConstructor): PromisePool {
    return new PromisePool(this, implementation)
  }

  /** @internal */
  giveBack(connection: PoolConnection, lease: Lease<PoolConnection>): void {
    this.#sessionOf(connection).whenHandled(() => {
      if (!lease.held) return // lost meanwhile
      if (this.#keepsOneMore) lease.release()
      else lease.destroy(new Error('There are maxIdle idle connections.'))
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
      if (connection.lend(lease)) this.#announce(connection)
      return lease
    }
  }

  /** What is hung on the connection here stays; what its borrowers hang on it ends with their loan. */
  #announce(connection: PoolConnection): void {
    this.emit('connection', connection)
    this.#sessionOf(connection).keepListeners(connection)
  }

  get #mustWait(): boolean {
    const { idle, total, max } = this.#statepool.stats()
    return idle === 0 && total >= max
  }

  get #keepsOneMore(): boolean {
    if (this.#limit === 0 || this.#maxIdle >= this.#limit) return true
    const { idle, waiting } = this.#statepool.stats()
    return waiting > 0 || idle < this.#maxIdle
  }

  #lend(
    lease: Lease<PoolConnection>,
    callback: (error: null, connection: Mysql2PoolConnection) => unknown,
  ): void {
    if (!lease.held) {
      // Lost, or the pool was ended, within the same turn: the next one, or the reason why there is none.
      this.getConnection(callback as Parameters<Pool['getConnection']>[0])
      return
    }
    const { connection } = lease
    const first = connection.lend(lease)
    if (first) this.#announce(connection)
    this.emit('acquire', connection)
    callback(null, connection)
  }
}
