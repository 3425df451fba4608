// The drop-in pool: mysql2's class of that name, whose connections come from the pool of this package.

import { EventEmitter } from 'node:events'
import type { Pool as Mysql2Pool, PoolConnection as Mysql2PoolConnection } from 'mysql2'
import type { PoolConnection as PromisePoolConnection } from 'mysql2/promise'
import { CallersContext, inCallersContext } from '../../../core/callers-context.js'
import { hooksAround } from '../../../core/hooks.js'
import {
  createPool as createStatepool,
  type Lease,
  type PoolOptions,
  type Pool as Statepool,
} from '../../../index.js'
import { call } from '../driver/commands.js'
import { driverFor } from '../driver/driver.js'
import type { Session } from '../driver/session.js'
import { BasePool, connectionConfig, type ParsedPoolOptions } from './bases.js'
import {
  apartFromBinding,
  bindListeners,
  type Command,
  PoolConnection,
  withoutBinding,
} from './connection.js'
import { asMysql2Error } from './errors.js'
import { ConnectionChanges, obeyLimits } from './live-config.js'
import { type DropInOptions, parseDropInOptions } from './options.js'
import { PromisePool } from './promise-pool.js'
import { Shelf } from './shelf.js'
import { traced } from './tracing.js'
import { ListView } from './views.js'

type Callback = Parameters<Pool['getConnection']>[0]

/** The pool that `createPool` of `mysql2` returns. */
export class Pool extends BasePool {
  readonly #statepool: Statepool<PoolConnection>
  readonly #sessionOf: (connection: PoolConnection) => Session
  readonly #shelf = new Shelf()
  /** Set while mysql2's own `query` or `execute` asks for a connection. */
  #oneQuery: OneQuery | undefined
  declare _closed: boolean

  /** @throws OptionsError, which names the option and the valid values, and never a secret. */
  constructor(given: DropInOptions | string) {
    const { connection, mysql2, maxIdle, statepool } = parseDropInOptions(given)
    // With fewer than the limit mysql2's class would have a timer of its own.
    super({ config: { ...mysql2, maxIdle: mysql2.connectionLimit } })
    Object.assign(this.config, { maxIdle, resetOnRelease: connection.resetOnRelease })
    const changes = new ConnectionChanges(mysql2.connectionConfig)
    const { sessionOf, ...driver } = driverFor<PoolConnection>(
      { ...connection, connectionOptions: () => changes.in(connection.connectionOptions()) },
      {
        create: options => {
          const config = changes.applyTo(connectionConfig(options))
          return this.#shelf.add(this.#present(new PoolConnection(this, { config })))
        },
        faceOf: core => core as PoolConnection,
        coreOf: face => face,
        prepare: face => this.#announce(face),
      },
    )
    this.#sessionOf = sessionOf
    const hooks = hooksAround(statepool as PoolOptions<PoolConnection>, (face, call) =>
      face.serve(async () => call()),
    )
    this.#statepool = createStatepool(
      this.#shelf.watch(driver),
      { ...(statepool as PoolOptions<PoolConnection>), ...hooks },
      { onLease: lease => lease.connection.lend(lease), heldByConnections: true },
    )
    this.#showLists()
    obeyLimits(this.config as unknown as ParsedPoolOptions, this.#statepool, () => !this._closed)
  }

  /**
   * The underlying pool: its figures, events, chart and inspection, `use` and `transaction`. It leases the same connections, but without
   * `acquire` and `release` events.
   */
  get statepool(): Statepool<PoolConnection> {
    return this.#statepool
  }

  /** Leases a connection. Release it with `connection.release()`. */
  override getConnection(
    callback: (error: NodeJS.ErrnoException | null, connection: Mysql2PoolConnection) => unknown,
  ): void {
    if (typeof callback !== 'function')
      throw new TypeError(
        'getConnection() takes a callback. With promises, it is pool.promise().getConnection().',
      )
    const query = this.#oneQuery
    this.#oneQuery = undefined // what a listener of `enqueue` asks for meanwhile is not for the query
    this.borrow(query === undefined ? inCallersContext(callback) : forOneQuery(query, callback as Callback))
  }

  override query: Mysql2Pool['query'] = (...parameters: unknown[]) =>
    this.#askOnce(BasePool.prototype.query, parameters)

  override execute: Mysql2Pool['execute'] = (...parameters: unknown[]) =>
    this.#askOnce(BasePool.prototype.execute, parameters)

  /** mysql2's methods release at the end of the statement; one that its own time limit has answered is not waited for. */
  #askOnce<T>(method: (...parameters: never[]) => T, parameters: unknown[]): T {
    const isLimited = Boolean((parameters[0] as { timeout?: unknown } | null | undefined)?.timeout)
    const caller = new CallersContext()
    const place = parameters.findIndex(isFunction)
    const callsBack = place > 0
    if (callsBack) parameters[place] = caller.bind(apartFromBinding(parameters[place] as () => unknown))
    this.#oneQuery = { caller, callsBack, isLimited }
    try {
      const command = Reflect.apply(method, this, parameters)
      if (callsBack && command) bindListeners(command as unknown as Command)
      return command
    } finally {
      this.#oneQuery = undefined
    }
  }

  /** @internal The same for one whose callback need not be bound to its async context. */
  borrow(callback: Callback): void {
    const { connectionConfig } = this.config as unknown as ParsedPoolOptions
    traced(connectionConfig, (done: Callback) => this.#borrow(done), callback)
  }

  #borrow(callback: Callback): void {
    if (this.listenerCount('enqueue') > 0 && !this._closed && this.#mustWait) this.emit('enqueue')
    this.#statepool.ask().answerTo(new Asked(this, callback))
  }

  /** The same as `connection.release()`. */
  override releaseConnection(connection: Mysql2PoolConnection | PromisePoolConnection): void {
    connection.release()
  }

  /**
   * Refuses new callers, rejects waiting ones, waits for leased connections (20 s, unless `statepool.drainTimeout` says otherwise), and
   * closes all. A second call is harmless, and waits for the same end.
   */
  override end(callback?: (error: NodeJS.ErrnoException | null) => unknown): void
  override end(callback?: (error?: Error) => unknown): void
  override end(callback?: (...nothing: never[]) => unknown): void {
    this._closed = true
    this.#shelf.stop()
    const done = typeof callback === 'function' ? inCallersContext(callback as () => unknown) : undefined
    this.#statepool.close().then(() => process.nextTick(() => done?.()))
  }

  /** The same as `end()`; mysql2 has it since 3.18. */
  override [Symbol.dispose](): void {
    if (!this._closed) this.end()
  }

  /** This pool with the promise API. */
  override promise(implementation?: PromiseConstructor | null): PromisePool {
    return new PromisePool(this, implementation)
  }

  /** @internal */
  giveBack(connection: PoolConnection, lease: Lease<PoolConnection>): void {
    this.#sessionOf(connection).whenHandled(() => {
      if (!lease.held) return // lost meanwhile
      lease.release()
      const { maxIdle, connectionLimit } = this.config as unknown as ParsedPoolOptions
      if (maxIdle < connectionLimit)
        this.#shelf.returned(connection, maxIdle, idle => this.#statepool.retireIdle(idle))
      this.emit('release', connection)
    })
  }

  /** mysql2's connections call it when they end; the pool beneath has its own way to know. */
  _removeConnection(connection: PoolConnection): void {
    this.#shelf.remove(connection)
  }

  /** @internal */
  discard(connection: PoolConnection, lease: Lease<PoolConnection>): void {
    this.#sessionOf(connection).mayFinish = true
    lease.destroy(new Error('Its holder called destroy().'))
  }

  /**
   * Has the application make a new connection ready, or one whose session was reset: its first borrower, and each one after a reset, finds
   * what the listeners have set. They may return promises, and need not wait for what they ask of the connection.
   */
  async #announce(connection: PoolConnection): Promise<void> {
    const listeners = this.rawListeners('connection')
    if (listeners.length === 0) return
    const session = this.#sessionOf(connection)
    await connection.serve(async () => {
      await Promise.all(listeners.map(listener => awaitable(listener.call(this, connection))))
      while (!session.ready) {
        await call(done => connection.ping(done))
        await new Promise(resolve => setImmediate(resolve)) // one who awaited an answer may ask for more
      }
    })
    if (!session.usable) throw new Error("A listener of the pool's `connection` event ended the connection.")
  }

  /** What is read of its configuration, and copied for connections of other kinds, is what mysql2's own would have. */
  #present(connection: PoolConnection): PoolConnection {
    const { connectTimeout } = (this.config as unknown as ParsedPoolOptions).connectionConfig
    Object.assign(connection.config, { connectTimeout, pool: this }) // it has no timer, for the pool beneath has one
    return connection
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

  /** @internal */
  lend(lease: Lease<PoolConnection>, callback: Callback): void {
    if (!lease.held) {
      // Lost, or the pool was ended, within the same turn: the next one, or the reason why there is none.
      this.#borrow(callback)
      return
    }
    const { connection } = lease
    try {
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

/** What is answered is told after the message in which the pool answers. */
class Asked {
  readonly #pool: Pool
  readonly #callback: Callback

  constructor(pool: Pool, callback: Callback) {
    this.#pool = pool
    this.#callback = callback
  }

  granted(lease: Lease<PoolConnection>): void {
    process.nextTick(lend, this.#pool, lease, this.#callback)
  }

  refused(error: unknown): void {
    // What mysql2's type does not say, it does: there is no connection with an error.
    process.nextTick(this.#callback as (error: unknown) => unknown, asMysql2Error(error))
  }
}

const lend = (pool: Pool, lease: Lease<PoolConnection>, callback: Callback): void =>
  pool.lend(lease, callback)

/** A connection that is asked for by mysql2's own `query` or `execute`, for one statement. */
interface OneQuery {
  readonly caller: CallersContext
  /** Its callback is bound to the context of its caller. */
  readonly callsBack: boolean
  /** It has a time limit. */
  readonly isLimited: boolean
}

function forOneQuery({ caller, callsBack, isLimited }: OneQuery, callback: Callback): Callback {
  return caller.bind((error, connection) => {
    if (isLimited && !error) (connection as PoolConnection).forOneQuery = true
    if (callsBack) withoutBinding(() => callback(error, connection))
    else callback(error, connection)
  })
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

/** A listener that says `c => c.query(…)` answers a query of mysql2's, whose `then` throws to tell those who await it that it is no promise. */
function awaitable(answer: unknown): unknown {
  return answer instanceof EventEmitter ? undefined : answer
}
