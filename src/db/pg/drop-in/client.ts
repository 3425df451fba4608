// The clients that the drop-in leases: pg's own (or a subclass of the application's), which know whether they are leased.

import type pg from 'pg'
import { worksForPool } from '../../../core/for-the-pool.js'
import type { Lease } from '../../../index.js'
import { asDriver, type TellsDriver } from '../driver/ask.js'
import { askInTime, hasTimeLimit } from '../driver/query-time.js'
import { bindToCaller } from './asked.js'
import { usedAfterRelease } from './errors.js'

/** The names of what the pool does with its clients; symbols, so that they collide with no other name. */
export const lend = Symbol('lend')
export const isLent = Symbol('isLent')
export const lastLease = Symbol('lastLease')
export const isOnTheWay = Symbol('isOnTheWay')
export const isWatched = Symbol('isWatched')
export const isReady = Symbol('isReady')

/** What `client.release` is. It needs no `this`, so it can be passed on as a callback. */
export type Release = (error?: unknown) => void

/** What a client asks of its pool. */
export interface Owner {
  /** Whether clients that were released go on running queries, as pg.Pool's do. */
  readonly trusting: boolean
  /** Makes the function that gives this lease back, once. */
  releaseOf(client: LentClient, lease: Lease<LentClient>): Release
}

/** One of the drop-in's clients. The same object for as long as its session lasts. */
export interface LentClient extends pg.PoolClient, TellsDriver {
  /** From now on it is this holder's. */
  [lend](lease: Lease<LentClient>, owner: Owner): void
  /** A caller holds it at this moment. */
  readonly [isLent]: boolean
  /** Of the holder that has it, or had it last. */
  readonly [lastLease]: Lease<LentClient> | undefined
  /** It is leased, but its caller does not have it yet: that takes until the caller's turn is over. */
  [isOnTheWay]: boolean
  /** Its end is watched. */
  [isWatched]: boolean
  /** It has been connected, and made ready for callers. */
  [isReady]: boolean
}

/** The class of an application's clients, or pg's own. */
export type ClientClass = typeof pg.Client

/** What of a client's class matters here: all forms of `query` are one, and its privates are as pg-pool uses them. */
interface Bare {
  query(...args: unknown[]): unknown
  connect(callback: (error?: unknown) => void): unknown
  readonly connection: pg.Connection
  readonly _queryable?: boolean
  readonly _ending?: boolean
}

const classes = new WeakMap<ClientClass, ClientClass>()

/** The class to make clients of, derived from the application's. One for all pools, so that their clients are of one shape. */
export function lendable(Client: ClientClass): ClientClass {
  const known = classes.get(Client)
  if (known !== undefined) return known
  const derived = derive(Client)
  classes.set(Client, derived)
  return derived
}

function derive(Client: ClientClass): ClientClass {
  const Base = Client as unknown as new (config?: unknown) => Bare
  class Lendable extends Base {
    #lease: Lease<LentClient> | undefined
    #owner: Owner | undefined
    #release: Release | undefined;
    [isOnTheWay] = false;
    [isWatched] = false;
    [isReady] = false

    constructor(config?: unknown) {
      super(config)
      // biome-ignore lint/correctness/noConstructorReturn: a mock's constructor may return an object of its own, too
      if (!(this instanceof Lendable)) return graft(this) as Lendable
    }

    [lend](lease: Lease<LentClient>, owner: Owner): void {
      this.#lease = lease
      this.#owner = owner
      this.#release = undefined
    }

    get [isLent](): boolean {
      return this.#lease?.held === true
    }

    get [lastLease](): Lease<LentClient> | undefined {
      return this.#lease
    }

    /** Undefined until it is leased for the first time, as with pg.Pool; then a function for each time. */
    get release(): Release | undefined {
      if (this.#release === undefined && this.#lease !== undefined)
        this.#release = this.#owner?.releaseOf(this as unknown as LentClient, this.#lease)
      return this.#release
    }

    /** Replaced by applications that wrap it (node-postgres' guide does); what they set holds until it is leased again. */
    set release(release: Release | undefined) {
      this.#release = release
    }

    override query(...args: unknown[]): unknown {
      const lease = this.#lease
      if (lease === undefined || lease.held || this.#isOpen()) {
        const query = args[0]
        return args.length === 1 && typeof query === 'string' && !hasTimeLimit(this, query)
          ? super.query(query)
          : this.#ask(args)
      }
      return refuse(args, this, usedAfterRelease(lease.id))
    }

    /** With all that a text alone need not be looked at for. */
    #ask(args: unknown[]): unknown {
      bindToCaller(args)
      if (hasTimeLimit(this, args[0])) return this.#askInTime(args)
      // As many as there were: a subclass, or what instruments pg, may look at the last one.
      if (args.length === 1) return super.query(args[0])
      return args.length === 2 ? super.query(args[0], args[1]) : super.query(...args)
    }

    /** pg-pool passes a callback, and a subclass may know nothing else; the driver awaits. */
    override connect(callback?: (error?: unknown) => void): unknown {
      if (callback !== undefined) return super.connect(callback)
      return new Promise((resolve, reject) => {
        super.connect(error => (error ? reject(error) : resolve(this)))
      })
    }

    [asDriver](sql: string): unknown {
      return hasTimeLimit(this, sql) ? this.#askInTime([sql]) : super.query(sql)
    }

    #askInTime(args: unknown[]): unknown {
      return askInTime(this as unknown as pg.Client, args, (...args) => super.query(...args))
    }

    [Symbol.dispose](): void {
      if (this.#lease?.held) this.release?.()
    }

    async [Symbol.asyncDispose](): Promise<void> {
      this[Symbol.dispose]()
    }

    /** To what prepares it for callers. To former holders: because they are trusted; or because it is dead, of which pg's own error tells more. */
    #isOpen(): boolean {
      return (
        this.#owner?.trusting === true ||
        this._queryable === false ||
        this._ending === true ||
        worksForPool(this)
      )
    }
  }
  // Drizzle, for one, takes whatever has "Pool" in the name of its class for a pool.
  Object.defineProperty(Lendable, 'name', { value: Client.name })
  return Lendable as unknown as ClientClass
}

/**
 * Makes an object lendable that a constructor returned in the place of its own: its methods become those of a base class, and the
 * object stays the same.
 */
function graft(client: object): object {
  const base: object = Object.create(Object.getPrototypeOf(client))
  for (const name of ['query', 'connect']) {
    const method = Object.getOwnPropertyDescriptor(client, name)
    if (method === undefined) continue
    Object.defineProperty(base, name, method)
    Reflect.deleteProperty(client, name)
  }
  const Holder = function holder() {
    return client
  }
  Holder.prototype = base
  Object.defineProperty(Holder, 'name', { value: client.constructor?.name ?? 'Client' })
  const Derived = derive(Holder as unknown as ClientClass)
  Object.setPrototypeOf(client, Derived.prototype)
  return new Derived()
}

/** Answers in the way that the query asked for, and never before `query` has returned: as pg does. */
function refuse(args: unknown[], { connection }: Bare, error: Error): unknown {
  const [query] = args as [{ submit?: unknown; handleError?: (error: Error, to: pg.Connection) => void }?]
  const callback = args.find(arg => typeof arg === 'function') ?? (query as { callback?: unknown })?.callback
  if (typeof query?.submit === 'function') {
    process.nextTick(() => query.handleError?.(error, connection))
    return query
  }
  if (typeof callback !== 'function') return Promise.reject(error)
  process.nextTick(callback as (error: Error) => void, error)
  return undefined
}
