// The promise face of the drop-in pool: mysql2's own, whose connections are fenced by their leases.

import type { PoolConnection as PromisePoolConnection } from 'mysql2/promise'
import type { Lease, Pool as Statepool } from '../../../index.js'
import { BasePromisePool, BasePromisePoolConnection, type ParsedPoolOptions } from './bases.js'
import { type Command, type PoolConnection, refuse } from './connection.js'
import { isOfThePool, retrace, usedAfterRelease } from './errors.js'
import type { Pool } from './pool.js'

/** The pool that `createPool` of `mysql2/promise` returns; `pool` is the one with callbacks. */
export class PromisePool extends BasePromisePool {
  declare readonly pool: Pool
  readonly #implementation: PromiseConstructor

  constructor(pool: Pool, given?: PromiseConstructor | null) {
    const implementation = given || Promise
    super(pool, implementation)
    this.#implementation = implementation
    const { connectionConfig } = pool.config as unknown as ParsedPoolOptions
    if (connectionConfig.trace === false && implementation === Promise) this.#leadBack()
  }

  /** The underlying pool, the same as that of the pool with callbacks. */
  get statepool(): Statepool<PoolConnection> {
    return this.pool.statepool
  }

  /** The same as `end()`; mysql2 has it since 3.18. */
  override async [Symbol.asyncDispose](): Promise<void> {
    if (!this.pool._closed) await this.end()
  }

  /** Leases a connection. Release it with `release()`. */
  override getConnection(): Promise<PromisePoolConnection> {
    return this.#implementation === Promise ? this.#getConnection() : this.#borrow()
  }

  /** An error's stack leads to the code that awaits it, and is made only then. */
  async #getConnection(): Promise<PromisePoolConnection> {
    try {
      return await this.#borrow()
    } catch (error) {
      throw retrace(error)
    }
  }

  /**
   * mysql2 takes the stack of each caller, for the case that it fails. With `trace: false` it leaves the server's errors as they are, and
   * so does this; the pool's own lead to their caller nevertheless, for that costs nothing before they come.
   */
  #leadBack(): void {
    const { query, execute } = BasePromisePool.prototype
    const leading =
      (method: typeof query | typeof execute) =>
      (...parameters: unknown[]): Promise<never> =>
        leadingBack(Reflect.apply(method, this, parameters))
    this.query = leading(query)
    this.execute = leading(execute)
  }

  #borrow(): Promise<PromisePoolConnection> {
    const { pool } = this
    return new this.#implementation((resolve, reject) => {
      pool.borrow((error, connection) => {
        if (error) reject(error)
        else resolve(new LentConnection(connection as PoolConnection, this.#implementation))
      })
    })
  }
}

async function leadingBack<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw isOfThePool(error) ? retrace(error) : error
  }
}

/** What changes nothing. All else that a former holder calls would act on a connection that another caller has by then. */
const harmless: ReadonlySet<unknown> = new Set([
  ...['escape', 'escapeId', 'format', 'listenerCount', 'listeners', 'rawListeners', 'eventNames'],
  ...['getMaxListeners', 'off', 'removeListener'],
])

/** By these a listener is added, which would hear what happens to another caller. */
const listening = /^(on|once|addListener|prepend(Once)?Listener)$/

/** The promise face of a connection for as long as it is leased, a new one for each loan. */
class LentConnection extends BasePromisePoolConnection {
  readonly #core: PoolConnection
  readonly #lease: Lease<PoolConnection> | undefined

  constructor(core: PoolConnection, implementation: PromiseConstructor) {
    super(core, implementation)
    this.#core = core
    this.#lease = core.lease
  }

  // Of the class: V8 makes a hidden class for each object that has an accessor of its own, which stays until the next major collection.
  static {
    Object.defineProperty(LentConnection.prototype, 'connection', {
      get(this: LentConnection) {
        return this.#isOut ? this.#core : refusing(this.#core, this.#lease?.id ?? 0)
      },
      set() {}, // mysql2's constructor sets it
      configurable: true,
    })
    // mysql2's class listens to its connection while it has listeners of its own, so a former holder adds none. The other methods that add one call these.
    for (const name of ['on', 'addListener', 'prependListener'] as const) {
      const add = BasePromisePoolConnection.prototype[name]
      LentConnection.prototype[name] = function (
        this: LentConnection,
        ...parameters: Parameters<typeof add>
      ) {
        const isFormer = #core in this && !this.#isOut // mysql2's constructor adds some before there is a core
        return isFormer ? this : Reflect.apply(add, this, parameters)
      }
    }
  }

  /** A statement of a former holder is refused as its other commands are. mysql2 keeps statements, so this one is a view of that. */
  override prepare(
    ...options: Parameters<PromisePoolConnection['prepare']>
  ): ReturnType<PromisePoolConnection['prepare']> {
    return super.prepare(...options).then(prepared => {
      const { statement } = prepared as unknown as { statement: object }
      const view = Object.create(statement, { _connection: { get: () => this.connection } })
      return Object.assign(prepared, { statement: view })
    })
  }

  override release(): void {
    if (this.#isOut) this.#core.release()
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.release()
  }

  override destroy(): void {
    if (this.#isOut) this.#core.destroy()
  }

  get #isOut(): boolean {
    return this.#core.isOutBy(this.#lease)
  }
}

/** The same connection for one who released it: what can be read may be read, what asks the server is answered with an error. */
function refusing(core: PoolConnection, lease: number): PoolConnection {
  return new Proxy(core, {
    get(target, name, proxy) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'addCommand') return (command: Command) => refuse(command, usedAfterRelease(lease))
      if (name === 'promise') return value.bind(proxy)
      if (harmless.has(name) || name in Object.prototype || /^_/.test(String(name))) return value.bind(target)
      return (...parameters: unknown[]) => {
        if (listening.test(String(name))) return proxy
        const callback = parameters.findLast(parameter => typeof parameter === 'function')
        if (callback !== undefined) process.nextTick(callback as () => void, usedAfterRelease(lease))
      }
    },
  })
}
