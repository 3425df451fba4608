// The callers' side of the pool: who gets a connection, who waits, who is told why not.

import {
  type AcquireAbortedError,
  AcquireTimeoutError,
  DatabaseDownError,
  OverloadedError,
  type PoolClosedError,
  QueueFullError,
  type SelfDeadlockError,
} from '../../core/errors.js'
import type { AcquireEvidence, LaneEvidence, LeaseHolder, RefusalEvidence } from '../../core/evidence.js'
import { unboxed } from '../../core/unboxed.js'
import { deliver } from '../../machines/compiled/index.js'
import type { PoolContext } from '../../machines/pool-types.js'
import { ofPool } from '../names.js'
import type { PoolParts } from '../parts.js'
import type { AcquireRefusal } from '../watching/events.js'
import { holderOf } from '../watching/holders-and-waiters.js'
import { warnOfDeadlock } from '../watching/nesting.js'
import type { AcquireRequest, Door } from './request.js'
import { WatchedRequest } from './watched-request.js'

/** The evidence without what is only one caller's. */
type SharedEvidence = Omit<
  AcquireEvidence,
  'waited' | 'position' | 'firstPosition' | 'lastValidationError' | 'deadlocked' | 'lane'
>

/** Serves requests from the roster's idle connections and keeps the rest in queue. Run by the pool actor's actions; the façade only refuses. */
export class Callers<C> {
  readonly #parts: PoolParts<C>
  /** How many had been shed before the pool was last overloaded. */
  #shedBefore = 0

  constructor(parts: PoolParts<C>) {
    this.#parts = parts
  }

  /** Sends a request to an idle connection, or to the front of the queue if there is none after all. */
  lend(request: AcquireRequest<C>, at: number): void {
    for (
      let record = this.#parts.roster.takeIdle();
      record !== undefined;
      record = this.#parts.roster.takeIdle()
    ) {
      if (record.hasEnded) continue
      record.incoming = request
      const checkout = { type: 'checkout' as const, request, at: unboxed }
      checkout.at = at
      deliver(record.actor, checkout)
      return
    }
    this.#parts.queue.rejoin(request)
  }

  /** Puts a request into the queue. */
  enqueue(request: AcquireRequest<C>, { size }: PoolContext): void {
    const { nesting, queue } = this.#parts
    if (nesting !== undefined && request instanceof WatchedRequest) {
      const error = nesting.deadlockOf(request, size.max, this.#parts.roster)
      if (error !== undefined && this.#mayNotWait(request, error)) {
        this.refuse(request, error)
        return
      }
    }
    if (request.joinedAt === 0) queue.join(request)
    else queue.admit(request)
  }

  /**
   * Reports a caller who deadlocks itself.
   * @returns true if that caller gets the error, instead of a place in the queue
   */
  #mayNotWait(request: AcquireRequest<C>, error: SelfDeadlockError): boolean {
    if (this.#parts.config.deadlockCheck === 'error') return true
    this.#parts.notices.publish({
      type: 'acquire.deadlocked',
      request: request.order,
      error: ofPool(this.#parts, error),
    })
    warnOfDeadlock(this.#parts.name, error)
    return false
  }

  /** A connection could not serve this request: it is next again. */
  requeue(request: AcquireRequest<C>): void {
    if (!request.waits) return
    if (this.#parts.queue.open) this.lend(request, this.#parts.config.clock.now())
    else this.#parts.queue.rejoin(request)
  }

  /** Lends idle connections to those who wait. */
  serveQueue(): void {
    const { queue, roster, config } = this.#parts
    while (roster.idle > 0) {
      const request = queue.next()
      if (request === undefined) return
      this.lend(request, config.clock.now())
    }
  }

  /**
   * Lets go of a request that its caller no longer needs.
   * @param error why, for those who watch it; undefined = the caller was served otherwise
   */
  withdraw(request: AcquireRequest<C>, error?: AcquireAbortedError): void {
    this.#parts.queue.leave(request)
    request.refuse(error)
  }

  cancel(request: AcquireRequest<C>, error: AcquireAbortedError): void {
    this.#queueOf(request).leave(request)
    if (!request.refuse(ofPool(this.#parts, error))) return
    this.#parts.counters.aborted++
    this.#parts.notices.publish({
      type: 'acquire.aborted',
      request: request.order,
      error,
      waited: this.#parts.config.clock.now() - request.at,
    })
  }

  refuse(request: AcquireRequest<C>, error: AcquireRefusal): void {
    if (!request.refuse(ofPool(this.#parts, error))) return
    this.#parts.counters.refused++
    this.#parts.notices.publish({ type: 'acquire.refused', request: request.order, error })
  }

  /** Refuses one because too many wait already. */
  refuseFull(request: AcquireRequest<C>, context: PoolContext): void {
    const lane = laneEvidence(request)
    this.refuse(
      request,
      new QueueFullError(context.maxWaiting, { ...this.#refusalEvidence(context), ...lane }),
    )
  }

  /** Refuses one because the database cannot be reached. */
  refuseDown(request: AcquireRequest<C>, { failures, lastConnectError }: PoolContext): void {
    this.refuse(request, new DatabaseDownError(failures, lastConnectError))
  }

  /** The database is down: with `whenDown: 'fail'` refuses all callers, otherwise those who asked before the failed connect began. */
  failFast(context: PoolContext): void {
    const { queue, roster } = this.#parts
    const upTo = context.whenDown === 'fail' ? Number.POSITIVE_INFINITY : roster.failedFor
    for (const request of queue.inOrder()) {
      if (request.order > upTo) continue
      queue.leave(request)
      this.refuseDown(request, context)
    }
  }

  /** Refuses every caller, also those for whom a connection is being validated; each gets an error, and so a stack, of its own. */
  refuseAll(newError: () => PoolClosedError): void {
    for (const { queue } of this.#parts.lanes?.all ?? [])
      for (let request = queue.next(); request !== undefined; request = queue.next())
        this.refuse(request, newError())
    for (let request = this.#parts.queue.next(); request !== undefined; request = this.#parts.queue.next()) {
      this.refuse(request, newError())
    }
    for (const { request, incoming } of this.#parts.roster.records) {
      if (request !== undefined) this.refuse(request, newError())
      if (incoming !== undefined) this.refuse(incoming, newError())
    }
  }

  /** Tells each caller whose time is up why it got no connection. */
  expire(due: readonly AcquireRequest<C>[], context: PoolContext): void {
    if (due.length === 0) return
    const now = this.#parts.config.clock.now()
    const shared = this.#sharedEvidence(context, now)
    for (const request of due) {
      const evidence = this.#evidenceOf(request, shared, context.size.max, now)
      const error = ofPool(this.#parts, new AcquireTimeoutError(request.timeout, evidence))
      if (request instanceof WatchedRequest) request.locate(error)
      this.#queueOf(request).leave(request)
      request.refuse(error)
      this.#parts.counters.timedOut++
      this.#parts.tracker?.timedOut(evidence.waited)
      this.#parts.notices.publish({
        type: 'acquire.timedOut',
        request: request.order,
        error,
        waited: evidence.waited,
      })
    }
  }

  /** The pool is overloaded, from now on. */
  beginShedding(): void {
    const { delay, notices, queue, config } = this.#parts
    if (delay === undefined) return
    const now = config.clock.now()
    delay.shedAt = now
    this.#shedBefore = this.#parts.counters.shed
    notices.publish({ type: 'pool.overloaded', delay: now - delay.oldest, waiting: queue.length })
  }

  /** The overload is over. */
  endShedding({ enteredAt }: PoolContext): void {
    const { delay, notices, counters, config } = this.#parts
    if (delay === undefined) return
    const lasted = config.clock.now() - enteredAt
    notices.publish({ type: 'pool.eased', lasted, shed: counters.shed - this.#shedBefore })
  }

  /** Refuses those who have waited for as long as callers may while the pool is overloaded. */
  shed({ size, enteredAt }: PoolContext): void {
    const { delay, queue, roster, counters, config, adaptive } = this.#parts
    if (delay === undefined) return
    const late = delay.takeLate()
    const now = config.clock.now()
    const { lastDelay, policy } = delay
    const shared = {
      target: policy.target,
      delay: lastDelay,
      overloadedFor: now - enteredAt,
      waiting: queue.length,
      total: roster.total,
      max: size.max,
      limit: adaptive?.limit,
    }
    for (const request of late) {
      const error = new OverloadedError({ waited: now - request.at, ...shared })
      if (request instanceof WatchedRequest) request.locate(error)
      queue.leave(request)
      counters.shed++
      this.refuse(request, error)
    }
    delay.noteShed(late.length)
  }

  /** The queue that it waits in: the pool's, or its lane's. */
  #queueOf(request: AcquireRequest<C>): Door<C>['queue'] {
    const lane = request.terms?.lane
    return lane === undefined || lane.isThrough(request) ? this.#parts.queue : lane.queue
  }

  /** What kept one caller waiting. */
  #evidenceOf(request: AcquireRequest<C>, shared: SharedEvidence, max: number, now: number): AcquireEvidence {
    const { trouble, nesting, roster } = this.#parts
    const { invalid } = trouble
    const deadlock = request instanceof WatchedRequest ? nesting?.deadlockOf(request, max, roster) : undefined
    return {
      waited: now - request.at,
      position: this.#queueOf(request).placeOf(request),
      firstPosition: request.joinedAt,
      lastValidationError: invalid !== undefined && invalid.at >= request.at ? invalid.error : undefined,
      deadlocked: deadlock?.leases ?? [],
      lane: laneEvidence(request)?.lane,
      ...shared, // last: V8 takes eighty times as long for it when it comes first, and thousands may time out at once
    }
  }

  /** What is the same for all whose time is up at one moment. */
  #sharedEvidence(context: PoolContext, now: number): SharedEvidence {
    const holders: LeaseHolder[] = []
    let connectingFor = 0
    for (const record of this.#parts.roster.records) {
      const { lease, openedAt, createdAt, ending } = record
      if (openedAt === undefined && ending === undefined) {
        connectingFor = Math.max(connectingFor, now - createdAt)
      }
      if (lease !== undefined) holders.push(holderOf(record, lease, now))
    }
    return {
      holders: holders.sort((a, b) => b.heldFor - a.heldFor),
      connecting: this.#parts.roster.connecting,
      budget: this.#parts.budget?.isHeldBack ? this.#parts.budget.evidence() : undefined,
      connectingFor,
      ...this.#refusalEvidence(context),
    }
  }

  /** What it costs next to nothing to know: who sheds load does it for thousands. */
  #refusalEvidence({ size, failures, lastConnectError }: PoolContext): RefusalEvidence {
    const { queue, roster, adaptive } = this.#parts
    return {
      waiting: queue.length,
      total: roster.total,
      max: size.max,
      limit: adaptive?.limit,
      paused: !queue.open,
      failedConnects: lastConnectError === undefined ? 0 : failures,
      lastConnectError,
    }
  }
}

/** What there is to say of the lane that a caller still waits for, if it does. */
function laneEvidence<C>(request: AcquireRequest<C>): { readonly lane: LaneEvidence } | undefined {
  const lane = request.terms?.lane
  if (lane === undefined || lane.isThrough(request)) return undefined
  const { name, max, queue } = lane
  return { lane: { name, max, waiting: queue.length } }
}
