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
  /** Those that wait, in the order in which they came. Some of them no longer do. */
  #waiting: Statement<C>[] = []
  /** How many of them wait. */
  #length = 0

  constructor(pool: SharingPool<C>, support: SharingSupport<C>, policy: SharePolicy) {
    this.#pool = pool
    this.#support = support
    this.#policy = policy
  }

  /** How many statements are under way. */
  get outstanding(): number {
    let sum = 0
    for (const { outstanding } of this.#shared) sum += outstanding
    return sum
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
    const statement = new Statement<C>(what, done)
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
    if (this.#length === 0 && !this.#yields) {
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
    return !queue.open || queue.length > this.#length
  }

  /** Under a steady load a connection would never come back, and the pool could not see whether it is too old, used up or leaked. */
  #isHeldLong({ acquiredAt }: Lease<C>): boolean {
    return this.#now() - acquiredAt > Math.min(longestHold, this.#pool.parts.config.leakWarning / 2)
  }

  #takerOf({ what }: Statement<C>): SharedConnection<C> | undefined {
    const shared = leastLoaded(this.#shared, this.#now(), this.#policy)
    return shared !== undefined && this.#support.takes?.(shared.connection, what) === false
      ? undefined
      : shared
  }

  #await(statement: Statement<C>, request: AcquireRequest<C>): void {
    statement.request = request
    statement.waits = true // again, if the connection that it got was lost on the way
    this.#waiting.push(statement)
    this.#length++
    // In a microtask: the pool is in the midst of a message.
    request.tell(
      lease => queueMicrotask(() => this.#granted(lease, statement)),
      error => queueMicrotask(() => this.#refused(statement, error)),
    )
  }

  #granted(lease: Lease<C>, asker: Statement<C>): void {
    const next = asker.waits ? this.#take(asker) : this.#next()
    if (!lease.held) {
      if (next !== undefined) this.#await(next, this.#pool.ask())
      return
    }
    if (next === undefined) {
      lease.release()
      return
    }
    this.#begin(lease, next)
    this.#fill()
  }

  #refused(statement: Statement<C>, error: unknown): void {
    if (!statement.waits) return
    this.#take(statement)
    statement.done(error, undefined)
  }

  #begin(lease: Lease<C>, statement: Statement<C>): void {
    const shared = new SharedConnection(lease)
    this.#shared.add(shared)
    lease.share()
    this.#support.begin(shared.connection)
    this.#send(shared, statement)
  }

  #send(shared: SharedConnection<C>, statement: Statement<C>): void {
    statement.waits = false
    shared.send(statement, this.#now(), this.#support, this.#answered)
  }

  /** A field, so that there is one for all statements. */
  readonly #answered = (
    shared: SharedConnection<C>,
    statement: Statement<C>,
    error: unknown,
    result: unknown,
  ): void => {
    const { lease, connection } = shared
    const broken = error && this.#isFatal(error)
    if (broken || this.#isHeldLong(lease) || !this.#support.isClean(connection)) shared.drain()
    if (this.#length > 0) this.#fill()
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
    while (this.#length > 0 && !this.#yields) {
      const head = this.#head()
      if (head === undefined) return
      const shared = this.#takerOf(head)
      if (shared === undefined) return
      this.#take(head)
      if (head.request?.waits) this.#pool.withdraw(head.request)
      this.#send(shared, head)
    }
  }

  #head(): Statement<C> | undefined {
    while (this.#waiting.length > 0 && !this.#waiting[0]?.waits) this.#waiting.shift()
    return this.#waiting[0]
  }

  #next(): Statement<C> | undefined {
    const head = this.#head()
    return head && this.#take(head)
  }

  #take(statement: Statement<C>): Statement<C> {
    statement.waits = false
    this.#length--
    return statement
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
