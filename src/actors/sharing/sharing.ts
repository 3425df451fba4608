// Statements that share connections: each connection has several under way at once, of whatever callers.
//
// To the pool, sharing is one more borrower: it leases connections, sends what callers want to have run, and gives a connection back
// when its last statement is answered. While callers wait for one of their own, as many drain: so a lease waits for no more than the
// statements that are under way on one, and the queue is one.
import { AcquireAbortedError } from '../../core/errors.js'
import type { SharingSupport } from '../../db/driver.js'
import {
  countOfSoonFree,
  emptiest,
  hasHadTurn,
  leastLoaded,
  type SharePolicy,
} from '../../machines/decisions/sharing.js'
import type { AcquireRequest } from '../callers/request.js'
import type { Lease } from '../leases/lease.js'
import { ofPool } from '../names.js'
import type { PoolParts } from '../parts.js'
import { type Asked, Asker } from './asker.js'
import { SharedConnection, type SharedEvents } from './shared-connection.js'
import { SlowOnes } from './slow-ones.js'
import { type Done, type Objection, type QueryLimits, Statement } from './statement.js'
import { WaitingStatements } from './waiting-statements.js'

/** What sharing needs of its pool. */
export interface SharingPool<C> {
  readonly parts: PoolParts<C>
  /** Asks for a connection, for no longer than a statement's limits allow. */
  ask(limits: QueryLimits | undefined): AcquireRequest<C>
  /** Takes back a request that is no longer needed. */
  withdraw(request: AcquireRequest<C>, error?: AcquireAbortedError): void
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
export class Sharing<C> implements SharedEvents<C>, Asked<C> {
  readonly #pool: SharingPool<C>
  readonly #support: SharingSupport<C>
  readonly #policy: SharePolicy
  /** In the order in which they were taken. */
  readonly #shared: SharedConnection<C>[] = []
  /** Those that were neither sent nor refused. */
  readonly #waiting = new WaitingStatements<C>()
  /** The same of slow ones: they wait for a connection to themselves, as leases do. */
  readonly #waitingAlone = new WaitingStatements<C>()
  readonly #slow: SlowOnes
  /** The connection that got the last statement. */
  #latest: SharedConnection<C> | undefined = undefined

  constructor(pool: SharingPool<C>, support: SharingSupport<C>, policy: SharePolicy) {
    this.#pool = pool
    this.#support = support
    this.#policy = policy
    this.#slow = new SlowOnes(policy.patience)
    pool.parts.sharing = this
  }

  /** The connections that are shared now, in the order in which they were taken. @internal */
  get connections(): readonly SharedConnection<C>[] {
    return this.#shared
  }

  /** How many statements were neither sent nor refused. */
  get pending(): number {
    return this.#waiting.size + this.#waitingAlone.size
  }

  /** How many statements are under way. */
  get underWay(): number {
    let count = 0
    for (const { outstanding } of this.#shared) count += outstanding
    return count
  }

  /** Whether a statement may run on a connection that others share. */
  admits(what: unknown): boolean {
    return this.#support.mayShare(what)
  }

  /**
   * Runs a statement.
   * @param done called once, with its answer, or with the pool's error when no connection was to be had
   * @param limits how long its caller waits, with a signal that has not aborted
   * @param objection asked when it has a connection for which it waited
   * @returns whether it was sent; if not, it waits
   */
  run(what: unknown, done: Done, limits?: QueryLimits, objection?: Objection): boolean {
    const now = this.#now()
    const kind = this.#support.kindOf?.(what)
    const statement = new Statement<C>(what, done, limits, now, kind, this.#slow.has(kind), objection)
    const { roster, queue } = this.#pool.parts
    if (queue.length === 0 && roster.idle > 0) {
      const request = this.#pool.ask(limits)
      const { granted } = request
      if (granted?.held) {
        this.#begin(granted, statement, now)
        return true
      }
      this.#await(statement, request)
      return false
    }
    if (!statement.alone && this.#waiting.size === 0 && queue.open) {
      this.#makeWay()
      const shared = this.#takerOf(statement, now)
      if (shared !== undefined) {
        this.#send(shared, statement, now)
        return true
      }
    }
    this.#await(statement, this.#pool.ask(limits))
    return false
  }

  /** Has as many connections drain as callers wait for one of their own, those with the fewest statements first. */
  #makeWay(): void {
    const others = this.#pool.parts.queue.length - this.#waiting.size
    if (others <= 0) return
    const now = this.#now()
    for (let missing = others - countOfSoonFree(this.#shared, now, this.#policy); missing > 0; missing--) {
      const shared = emptiest(this.#shared, now, this.#policy)
      if (shared === undefined) return
      shared.drain()
    }
  }

  /** Under a steady load a connection would never come back, and the pool could not see whether it is too old, used up or leaked. */
  #isHeldLong({ acquiredAt }: Lease<C>, now: number): boolean {
    return now - acquiredAt > Math.min(longestHold, this.#pool.parts.config.leakWarning / 2)
  }

  #takerOf({ what }: Statement<C>, now: number): SharedConnection<C> | undefined {
    const shared = leastLoaded(this.#shared, now, this.#policy, this.#latest)
    return shared !== undefined && this.#support.takes?.(shared.connection, what) === false
      ? undefined
      : shared
  }

  #await(statement: Statement<C>, request: AcquireRequest<C>, first = false): void {
    const waiting = this.#waitingOf(statement)
    if (first) waiting.addFirst(statement, request)
    else waiting.add(statement, request)
    statement.begin(this.#pool.parts.config.clock)
    request.answerTo(new Asker(this, statement, request))
  }

  #waitingOf({ alone }: Statement<C>): WaitingStatements<C> {
    return alone ? this.#waitingAlone : this.#waiting
  }

  /** @internal The connection is for the statement that asked for it, or, if that was sent on another one by now, for the next. */
  granted(lease: Lease<C>, asker: Statement<C>): void {
    this.#drop(asker)
    const next = asker.place === undefined ? this.#next : asker
    if (next !== undefined) this.#take(next)
    if (next === undefined) lease[Symbol.dispose]()
    else if (lease.held) {
      this.#begin(lease, next, this.#now())
      this.#fill()
    } else this.#ask(next, !next.alone) // lost on the way
  }

  /** @internal */
  refused(statement: Statement<C>, request: AcquireRequest<C>, error: unknown): void {
    if (statement.place?.request !== request) return // it waits no longer, or by another one
    this.#waitingOf(statement).leave(statement)
    statement.settle(error)
  }

  #ask(statement: Statement<C>, first = false): void {
    const { limits } = statement
    const timeout = statement.remaining(this.#now())
    const request = this.#pool.ask(limits && timeout !== undefined ? { ...limits, timeout } : undefined)
    this.#await(statement, request, first)
  }

  #begin(lease: Lease<C>, statement: Statement<C>, now: number): void {
    const shared = new SharedConnection(lease, this.#pool.parts, this.#support, this)
    this.#shared.push(shared)
    lease.share()
    this.#support.begin(shared.connection)
    if (statement.alone) shared.reserve()
    this.#send(shared, statement, now)
  }

  #send(shared: SharedConnection<C>, statement: Statement<C>, now: number): void {
    this.#pool.parts.counters.statements++
    this.#latest = shared
    if (hasHadTurn(shared, this.#policy)) shared.beginTurn(now)
    shared.send(statement, now)
  }

  /** @internal */
  answered(
    shared: SharedConnection<C>,
    statement: Statement<C>,
    error: unknown,
    result: unknown,
    since: number,
    isFirst: boolean,
  ): void {
    const now = shared.answeredAt
    this.#slow.note(statement.kind, since, now, isFirst)
    if (error && this.#isFatal(error)) shared.break(error)
    else if (this.#isHeldLong(shared.lease, now) || !this.#support.isClean(shared.connection)) shared.drain()
    const again = Boolean(error) && !statement.over && this.#mayBeSentAgain(shared, statement, error)
    if (again) this.#sendAgain(statement)
    this.freed(shared)
    if (!again) statement.settle(error, result)
  }

  /** @internal */
  freed(shared: SharedConnection<C>): void {
    this.#fill()
    if (!shared.over) return
    const place = this.#shared.indexOf(shared)
    if (place < 0) return
    this.#shared.splice(place, 1)
    if (this.#latest === shared) this.#latest = undefined
    if (shared.lease.held) this.#support.end(shared.connection)
    shared.giveBack()
  }

  /** It did nothing, and another session may run it. */
  #mayBeSentAgain(shared: SharedConnection<C>, statement: Statement<C>, error: unknown): boolean {
    if (statement.exposed && this.#support.isCancelled?.(error)) return true
    if (!shared.failedBesideOthers(statement, error)) return false
    statement.sentAnew = true
    return true
  }

  /** A request to cancel another statement has hit this one, or its session was stale: it did nothing, and goes first. */
  #sendAgain(statement: Statement<C>): void {
    statement.unwatch()
    statement.exposed = false
    this.#ask(statement, !statement.alone)
  }

  /** Sends those that wait to the connections that take more. */
  #fill(): void {
    const { queue } = this.#pool.parts
    this.#makeWay()
    if (this.#waiting.size === 0) return
    const now = this.#now()
    for (let next = this.#next; next !== undefined && queue.open; next = this.#next) {
      const shared = this.#takerOf(next, now)
      if (shared === undefined) return
      this.#take(next)
      this.#send(shared, next, now)
    }
  }

  /** It is sent: it waits no longer, whichever request is served. */
  #take(statement: Statement<C>): void {
    const request = this.#waitingOf(statement).take(statement)
    if (request?.waits) this.#pool.withdraw(request)
  }

  get #next(): Statement<C> | undefined {
    let next = this.#waiting.first
    while (next !== undefined && this.#drop(next)) next = this.#waiting.first
    return next
  }

  /** Drops a statement whose caller gave up before it was sent, or that is not to be sent any more. */
  #drop(statement: Statement<C>): boolean {
    const { isAborted, limits, at } = statement
    const error = isAborted
      ? ofPool(this.#pool.parts, new AcquireAbortedError(limits?.signal?.reason, this.#now() - at))
      : statement.objection?.()
    if (error === undefined) return false
    if (statement.place === undefined) return true
    const request = this.#waitingOf(statement).leave(statement)
    if (request?.waits) this.#pool.withdraw(request, error instanceof AcquireAbortedError ? error : undefined)
    statement.settle(error)
    return true
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
