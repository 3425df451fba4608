// The callers' side of the pool: who gets a connection, who waits, who is told why not.

import type { Clock } from '../clock.js'
import {
  type AcquireAbortedError,
  type AcquireEvidence,
  AcquireTimeoutError,
  type LeaseHolder,
  PoolClosedError,
  type QueueFullError,
} from '../errors.js'
import type { PoolContext } from '../machines/pool-types.js'
import type { AcquireQueue } from './acquire-queue.js'
import type { Counters } from './counters.js'
import type { Notices } from './events.js'
import { WaitingLine } from './line.js'
import type { ConnectionRecord } from './record.js'
import type { AcquireRequest } from './request.js'
import type { Roster } from './roster.js'

/** Serves requests from the roster's idle connections and keeps the rest in line. Run by the pool actor's actions alone. */
export class Callers<C> {
  readonly line = new WaitingLine<C>()
  readonly #roster: Roster<C>
  readonly #queue: AcquireQueue<C>
  readonly #counters: Counters
  readonly #notices: Notices
  readonly #clock: Clock

  constructor(roster: Roster<C>, queue: AcquireQueue<C>, counters: Counters, notices: Notices, clock: Clock) {
    this.#roster = roster
    this.#queue = queue
    this.#counters = counters
    this.#notices = notices
    this.#clock = clock
  }

  /** Sends a request to an idle connection, or to the front of the line if there is none after all. */
  lend(request: AcquireRequest<C>, at: number): void {
    for (let record = this.#roster.takeIdle(); record !== undefined; record = this.#roster.takeIdle()) {
      if (record.hasEnded) continue
      record.request = request // should it end before it has read this message, `forget` finds the request here
      record.actor.send({ type: 'checkout', request, at })
      return
    }
    this.line.rejoin(request)
  }

  /** Gives a free connection to whoever is next; false if nobody waits. */
  serve(record: ConnectionRecord<C>, at: number): boolean {
    const request = this.line.next()
    if (request === undefined) return false
    record.request = request
    record.actor.send({ type: 'checkout', request, at })
    return true
  }

  /** Puts a request into the line. */
  enqueue(request: AcquireRequest<C>): void {
    this.line.join(request)
    if (this.#notices.observed)
      this.#notices.publish({ type: 'acquire.requested', waiting: request.joinedAt })
  }

  /** A connection could not serve this request: it is next again. */
  requeue(request: AcquireRequest<C>): void {
    if (request.waits) this.lend(request, this.#clock.now())
  }

  cancel(request: AcquireRequest<C>, error: AcquireAbortedError): void {
    this.line.leave(request)
    if (!request.refuse(error)) return
    this.#counters.aborted++
    this.#notices.publish({ type: 'acquire.aborted', error, waited: this.#clock.now() - request.at })
  }

  refuse(request: AcquireRequest<C>, error: QueueFullError | PoolClosedError): void {
    if (!request.refuse(error)) return
    this.#counters.refused++
    this.#notices.publish({ type: 'acquire.refused', error })
  }

  /** Refuses everybody, also those for whom a connection is being validated. */
  refuseAll(): void {
    for (let request = this.line.next(); request !== undefined; request = this.line.next()) {
      this.refuse(request, closedError())
    }
    for (const { request } of this.#roster.records) {
      if (request !== undefined) this.refuse(request, closedError())
    }
  }

  /** Tells everybody whose time is up why there was no connection. */
  expire(context: PoolContext): void {
    const now = this.#clock.now()
    const due = this.#queue.takeDue(now)
    if (due.length === 0) return
    const waiting = this.line.length
    const shared = this.#evidence(context, now)
    for (const request of due) {
      const waited = now - request.at
      const position = this.line.placeOf(request)
      const error = new AcquireTimeoutError(request.timeout, { ...shared, waited, waiting, position })
      this.line.leave(request)
      request.refuse(error)
      this.#counters.timedOut++
      this.#notices.publish({ type: 'acquire.timedOut', error, waited })
    }
  }

  #evidence(context: PoolContext, now: number): Omit<AcquireEvidence, 'waited' | 'position' | 'waiting'> {
    const holders: LeaseHolder[] = []
    for (const { lease, id } of this.#roster.records) {
      if (lease !== undefined)
        holders.push({ lease: lease.id, connection: id, heldFor: now - lease.acquiredAt })
    }
    return {
      total: this.#roster.total,
      max: context.size.max,
      holders: holders.sort((a, b) => b.heldFor - a.heldFor),
      connecting: this.#roster.connecting,
      failedConnects: context.failures,
      lastConnectError: context.lastConnectError,
    }
  }
}

/** What callers are told once the pool is closing. */
export function closedError(): PoolClosedError {
  return new PoolClosedError('No connection is lent any more: the pool is closing or closed.')
}
