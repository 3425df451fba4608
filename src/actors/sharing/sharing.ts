// Statements that share connections: each connection has several under way at once, of whatever callers.
//
// To the pool, sharing is one more borrower: it leases connections, sends what callers want to have run, and gives a connection back
// when its last statement is answered. So a lease waits for no more than the statements that are under way, and the queue is one.
import type { SharingSupport } from '../../db/driver.js'
import { leastLoaded, type SharePolicy } from '../../machines/decisions/sharing.js'
import type { AcquireRequest } from '../callers/request.js'
import type { Lease } from '../leases/lease.js'
import type { PoolParts } from '../parts.js'
import { SharedConnection } from './shared-connection.js'
import { type Done, Statement } from './statement.js'

/** What sharing needs of its pool. */
export interface SharingPool<C> {
  readonly parts: PoolParts<C>
  /** Asks for a connection. */
  ask(): AcquireRequest<C>
  /** Takes back a request that is no longer needed. */
  withdraw(request: AcquireRequest<C>): void
}

/** How long a connection is shared before it goes back to the pool for a moment, in milliseconds. */
const longestHold = 1_000

/** The sharing of a pool that has the option `share`. */
export function sharingOf<C>(
  parts: PoolParts<C>,
  ask: SharingPool<C>['ask'],
  withdraw: SharingPool<C>['withdraw'],
): Sharing<C> | undefined {
  const { config, driver } = parts
  if (config.share === undefined || driver.share === undefined) return undefined
  return new Sharing({ parts, ask, withdraw }, driver.share, config.share)
}

/** One pool's. */
export class Sharing<C> {
  readonly #pool: SharingPool<C>
  readonly #support: SharingSupport<C>
  readonly #policy: SharePolicy
  readonly #shared = new Set<SharedConnection<C>>()
  /** Those that were neither sent nor refused, in the order in which they came, with the request that waits in the pool's queue for each. */
  readonly #waiting = new Map<Statement, AcquireRequest<C>>()

  constructor(pool: SharingPool<C>, support: SharingSupport<C>, policy: SharePolicy) {
    this.#pool = pool
    this.#support = support
    this.#policy = policy
  }

  /** Whether a statement may run on a connection that others share. */
  admits(what: unknown): boolean {
    return this.#support.mayShare(what)
  }

  /**
   * Runs a statement.
   * @param done called once, with its answer, or with the pool's error when no connection was to be had
   * @returns whether it was sent; if not, it waits
   */
  run(what: unknown, done: Done): boolean {
    const statement = new Statement(what, done)
    const { roster, queue } = this.#pool.parts
    if (queue.length === 0 && roster.idle > 0) {
      const request = this.#pool.ask()
      const { granted } = request
      if (granted?.held) {
        this.#begin(granted, statement)
        return true
      }
      this.#await(statement, request)
      return false
    }
    if (this.#waiting.size === 0 && !this.#yields) {
      const shared = this.#takerOf(statement)
      if (shared !== undefined) {
        this.#send(shared, statement)
        return true
      }
    }
    this.#await(statement, this.#pool.ask())
    return false
  }

  /** Others wait for a connection: those that are shared are given back as soon as their statements are answered. Or the pool is paused. */
  get #yields(): boolean {
    const { queue } = this.#pool.parts
    return !queue.open || queue.length > this.#waiting.size
  }

  /** Under a steady load a connection would never come back, and the pool could not see whether it is too old, used up or leaked. */
  #isHeldLong({ acquiredAt }: Lease<C>): boolean {
    return this.#now() - acquiredAt > Math.min(longestHold, this.#pool.parts.config.leakWarning / 2)
  }

  #takerOf({ what }: Statement): SharedConnection<C> | undefined {
    const shared = leastLoaded(this.#shared, this.#now(), this.#policy)
    return shared !== undefined && this.#support.takes?.(shared.connection, what) === false
      ? undefined
      : shared
  }

  #await(statement: Statement, request: AcquireRequest<C>): void {
    this.#waiting.set(statement, request)
    // In a microtask: the pool is in the midst of a message.
    request.tell(
      lease => queueMicrotask(() => this.#granted(lease, statement)),
      error => queueMicrotask(() => this.#refused(statement, error)),
    )
  }

  /** The connection is for the statement that asked for it, or, if that was sent on another one by now, for the next. */
  #granted(lease: Lease<C>, asker: Statement): void {
    const next = this.#waiting.has(asker) ? asker : this.#next
    if (next !== undefined) this.#waiting.delete(next)
    if (next === undefined) lease[Symbol.dispose]()
    else if (lease.held) {
      this.#begin(lease, next)
      this.#fill()
    } else this.#await(next, this.#pool.ask()) // lost on the way
  }

  #refused(statement: Statement, error: unknown): void {
    if (this.#waiting.delete(statement)) statement.done(error, undefined)
  }

  #begin(lease: Lease<C>, statement: Statement): void {
    const shared = new SharedConnection(lease)
    this.#shared.add(shared)
    lease.share()
    this.#support.begin(shared.connection)
    this.#send(shared, statement)
  }

  #send(shared: SharedConnection<C>, statement: Statement): void {
    shared.send(statement, this.#now(), this.#support, this.#answered)
  }

  /** A field, so that there is one for all statements. */
  readonly #answered = (
    shared: SharedConnection<C>,
    statement: Statement,
    error: unknown,
    result: unknown,
  ): void => {
    const { lease, connection } = shared
    const broken = error && this.#isFatal(error)
    if (broken || this.#isHeldLong(lease) || !this.#support.isClean(connection)) shared.drain()
    this.#fill()
    if (shared.outstanding === 0) {
      this.#shared.delete(shared)
      if (lease.held) {
        this.#support.end(connection)
        if (broken) lease.destroy(error)
        else lease.release()
      }
    }
    statement.done(error, result)
  }

  /** Sends those that wait to the connections that take more. */
  #fill(): void {
    for (let next = this.#next; next !== undefined && !this.#yields; next = this.#next) {
      const shared = this.#takerOf(next)
      if (shared === undefined) return
      const request = this.#waiting.get(next)
      this.#waiting.delete(next)
      if (request?.waits) this.#pool.withdraw(request)
      this.#send(shared, next)
    }
  }

  get #next(): Statement | undefined {
    for (const [statement] of this.#waiting) return statement
    return undefined
  }

  #isFatal(error: unknown): boolean {
    try {
      return this.#pool.parts.driver.isFatal?.(error) ?? false
    } catch {
      return true
    }
  }

  #now(): number {
    return this.#pool.parts.config.clock.now()
  }
}
