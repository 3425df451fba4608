// The drop-in for node-postgres' pool: pg.Pool's interface on this package's pool.

import pg from 'pg'
import { inCallersContext } from '../../../core/callers-context.js'
import { retrace, toAwaiter } from '../../../core/stacks.js'
import type { Pool as StatePool } from '../../../index.js'
import { discreetTls } from '../driver/discreet.js'
import type { ClientClass, LentClient } from './client.js'
import { expiredCount, idleCount, waitingCount } from './counts.js'
import { afterEnd, endedTwice } from './errors.js'
import { Lender, type ResultCallback } from './lender.js'
import { checkConfig, type PoolConfig, parseSettings } from './options.js'
import { presentOptions, quietly } from './present.js'

export type { PgPoolHabit, PoolConfig } from './options.js'

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

const nothing = (): void => {}

/** pg-pool's own, in which a pool of this class would seem to be empty; and those that it adds after them. */
const unused = ['_clients', '_idle', '_expired', '_pendingQueue', '_endCallback'] as const
const addedLast = [...unused, 'ending', 'ended'] as const

/**
 * Takes from a pool what pg-pool has just given it, the last one first: V8 keeps an object slower from which another property is deleted than
 * the one that was added last. Each read of the pool would be a search.
 */
function withoutUnused(pool: pg.Pool): undefined {
  const { ending, ended } = pool
  for (const name of [...addedLast].reverse()) Reflect.deleteProperty(pool, name)
  Object.assign(pool, { ending, ended })
}

/**
 * A drop-in for `pg.Pool` of node-postgres: the same constructor, methods, properties and events, and `instanceof pg.Pool` holds.
 * The underlying pool is one of this package, {@link Pool.statepool}.
 *
 * Where pg.Pool's behaviour is harmful, this class is safe, and {@link PoolConfig.likePgPool} brings the old behaviour back; the page
 * docs/guides/pg-pool.md says what differs, and why.
 *
 * ```ts
 * const pool = new Pool({ connectionString, max: 20 })
 * const { rows } = await pool.query('SELECT $1::int AS answer', [42])
 * ```
 */
export class Pool extends pg.Pool {
  /** The class of the clients. */
  readonly Client: ClientClass
  /** Whether `end()` was called. */
  declare ending: boolean
  /** Whether `end()` was called and all clients are closed. */
  declare ended: boolean
  /** The first field, for to V8 each is a property that is added, too. */
  readonly #Promise: PromiseConstructor | undefined = withoutUnused(this)
  readonly #lender: Lender
  readonly #log: (...messages: unknown[]) => void

  /**
   * @param config everything that `pg.Pool` and `pg.Client` take, and the options of {@link PoolConfig}
   * @param Client the class of the clients, unless `config.Client` sets it
   * @throws OptionsError, which names the option, its value unless it may be secret, and the valid values.
   */
  constructor(config?: PoolConfig, Client?: ClientClass) {
    checkConfig(config)
    super(config as pg.PoolConfig | undefined)
    const given = config ?? {}
    const ownClient = given.Client ?? Client
    if (this.options.ssl) this.options.ssl = discreetTls(this.options.ssl)
    const settings = parseSettings(given, this.options as PoolConfig, Boolean(ownClient))
    this.Client = (ownClient ?? pg.Client) as ClientClass
    const log = given.log ? quietly(given.log) : undefined
    this.#log = log ?? nothing
    this.#Promise = (given.Promise ?? undefined) as PromiseConstructor | undefined
    this.#lender = new Lender(settings, this.Client, this, log)
    presentOptions(this.options, this.#lender)
  }

  /**
   * The underlying pool: its figures, events, chart and inspection. It leases the same clients, but without an `acquire` event.
   */
  get statepool(): StatePool<pg.PoolClient> {
    return this.#lender.pool as unknown as StatePool<pg.PoolClient>
  }

  /**
   * Leases a client; release it with `client.release()`, once. `release(error)` or `release(true)` closes it instead.
   *
   * Rejects with the driver's own error when the connect fails, and with an AcquireTimeoutError, which says why, after
   * `connectionTimeoutMillis` (30 s if not set; 0 = no limit).
   */
  override connect(): Promise<pg.PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined || callback === null) {
      return ofKind(this.#Promise, this.ending ? toAwaiter(afterEnd()) : this.#lender.borrow())
    }
    if (this.ending) {
      callback(afterEnd(), undefined, nothing)
      return
    }
    // In a tick of its own: what a callback throws is an uncaught exception, as it is with pg.Pool.
    const tell = inCallersContext(callback)
    this.#lender.borrow().then(
      client => process.nextTick(tell, undefined, client, client.release),
      error => process.nextTick(tell, error, undefined, nothing),
    )
    return
  }

  // Set here, not written as members, so that their types are pg.Pool's own: overloads for one, and getters that are properties.
  static {
    const figure = (read: (pool: StatePool<LentClient>, onTheWay: number) => number): PropertyDescriptor => ({
      get(this: Pool) {
        return read(this.#lender.pool, this.#lender.onTheWay)
      },
      configurable: true,
    })
    Object.defineProperties(Pool.prototype, {
      totalCount: {
        get(this: Pool) {
          return this.#lender.total
        },
        configurable: true,
      },
      idleCount: figure(idleCount),
      waitingCount: figure(waitingCount),
      expiredCount: figure(expiredCount),
    })
    Pool.prototype.query = function query(
      this: Pool,
      text: unknown,
      values?: unknown,
      callback?: unknown,
    ): unknown {
      if (typeof text === 'function') {
        const why = 'Passing a function as the first parameter to pool.query is not supported'
        setImmediate(text as ResultCallback, new Error(why))
        return
      }
      const answer =
        typeof values === 'function'
          ? ask(this, this.#lender, text, undefined, values as ResultCallback)
          : ask(this, this.#lender, text, values, callback as ResultCallback | undefined)
      return answer && ofKind(this.#Promise, answer)
    } as pg.Pool['query']
  }

  /**
   * Refuses new callers, closes idle clients, waits for the release of the others, and settles when all connections are closed. Destroys
   * clients that are still leased after 20 s (`statepool: { drainTimeout }`).
   */
  override end(): Promise<void>
  override end(callback: (error?: Error) => void): void
  override end(callback?: (error?: Error) => void): Promise<void> | undefined {
    this.#log('ending')
    if (this.ending) {
      if (!callback) return ofKind(this.#Promise, toAwaiter(endedTwice()))
      callback(endedTwice())
      return
    }
    this.ending = true
    const ended = this.#lender.end().then(() => {
      this.ended = true
    })
    if (!callback) return ofKind(this.#Promise, ended)
    ended.then(inCallersContext(() => process.nextTick(callback)))
    return
  }

  /** For `await using pool = new Pool(…)`: the same as {@link Pool.end}, unless it was already called. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.ending ? this.#lender.pool.close() : this.end())
  }
}

const ownConnect = Pool.prototype.connect

// Not methods: private ones are a property of each pool.

function ask(
  pool: Pool,
  lender: Lender,
  text: unknown,
  values: unknown,
  callback: ResultCallback | undefined,
): Promise<unknown> | undefined {
  if (callback !== undefined && callback !== null) {
    run(pool, lender, text, values, inCallersContext(callback))
    return
  }
  const result = new Promise((resolve, reject) => {
    run(pool, lender, text, values, (error, result) => (error ? reject(error) : resolve(result)))
  })
  return result.catch(retrace)
}

function run(pool: Pool, lender: Lender, text: unknown, values: unknown, callback: ResultCallback): void {
  if (pool.ending) callback(afterEnd())
  else lender.run(text, values, callback, borrowerOf(pool))
}

/** A `connect` that is not the class's own (a subclass's that sets a tenant, say, or one that traces) is asked for queries, too. */
function borrowerOf(pool: Pool): (() => Promise<pg.PoolClient>) | undefined {
  return pool.connect === ownConnect
    ? undefined
    : () =>
        new Promise((resolve, reject) => {
          pool.connect((error, client) => (client === undefined ? reject(error) : resolve(client)))
        })
}

/** A promise of the kind that the application asked for. */
function ofKind<T>(Wanted: PromiseConstructor | undefined, promise: Promise<T>): Promise<T> {
  return Wanted === undefined ? promise : new Wanted((resolve, reject) => promise.then(resolve, reject))
}
