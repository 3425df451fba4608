// The callers' side of the pool: who gets a connection, who waits, who is told why not.

import {
  type AcquireAbortedError,
  type AcquireEvidence,
  AcquireTimeoutError,
  type LeaseHolder,
  PoolClosedError,
  type QueueFullError,
} from '../errors.js'
import { deliver } from '../machines/compiled/deliver.js'
import type { PoolContext } from '../machines/pool-types.js'
import type { AcquireQueue } from './acquire-queue.js'
import type { PoolParts } from './parts.js'
import type { AcquireRequest } from './request.js'

/** Serves requests from the roster's idle connections and keeps the rest in line. Run by the pool actor's actions; the façade only refuses. */
export class Callers<C> {
  readonly #parts: PoolParts<C>
  readonly #queue: AcquireQueue<C>

  constructor(parts: PoolParts<C>, queue: AcquireQueue<C>) {
    this.#parts = parts
    this.#queue = queue
  }

  /** Sends a request to an idle connection, or to the front of the line if there is none after all. */
  lend(request: AcquireRequest<C>, at: number): void {
    for (
      let record = this.#parts.roster.takeIdle();
      record !== undefined;
      record = this.#parts.roster.takeIdle()
    ) {
      if (record.hasEnded) continue
      record.request = request // should it end before it has read this message, `forget` finds the request here
      deliver(record.actor, { type: 'checkout', request, at })
      return
    }
    this.#parts.line.rejoin(request)
  }

  /** Puts a request into the line. */
  enqueue(request: AcquireRequest<C>): void {
    this.#parts.line.join(request)
  }

  /** A connection could not serve this request: it is next again. */
  requeue(request: AcquireRequest<C>): void {
    if (request.waits) this.lend(request, this.#parts.config.clock.now())
  }

  cancel(request: AcquireRequest<C>, error: AcquireAbortedError): void {
    this.#parts.line.leave(request)
    if (!request.refuse(error)) return
    this.#parts.counters.aborted++
    this.#parts.notices.publish({
      type: 'acquire.aborted',
      error,
      waited: this.#parts.config.clock.now() - request.at,
    })
  }

  refuse(request: AcquireRequest<C>, error: QueueFullError | PoolClosedError): void {
    if (!request.refuse(error)) return
    this.#parts.counters.refused++
    this.#parts.notices.publish({ type: 'acquire.refused', error })
  }

  /** Refuses everybody, also those for whom a connection is being validated. */
  refuseAll(): void {
    for (let request = this.#parts.line.next(); request !== undefined; request = this.#parts.line.next()) {
      this.refuse(request, closedError())
    }
    for (const { request } of this.#parts.roster.records) {
      if (request !== undefined) this.refuse(request, closedError())
    }
  }

  /** Tells everybody whose time is up why there was no connection. */
  expire(context: PoolContext): void {
    const now = this.#parts.config.clock.now()
    const due = this.#queue.takeDue(now)
    if (due.length === 0) return
    const waiting = this.#parts.line.length
    const shared = this.#evidence(context, now)
    for (const request of due) {
      const waited = now - request.at
      const position = this.#parts.line.placeOf(request)
      const error = new AcquireTimeoutError(request.timeout, { ...shared, waited, waiting, position })
      this.#parts.line.leave(request)
      request.refuse(error)
      this.#parts.counters.timedOut++
      this.#parts.notices.publish({ type: 'acquire.timedOut', error, waited })
    }
  }

  #evidence(context: PoolContext, now: number): Omit<AcquireEvidence, 'waited' | 'position' | 'waiting'> {
    const holders: LeaseHolder[] = []
    for (const { lease, id } of this.#parts.roster.records) {
      if (lease !== undefined)
        holders.push({ lease: lease.id, connection: id, heldFor: now - lease.acquiredAt })
    }
    return {
      total: this.#parts.roster.total,
      max: context.size.max,
      holders: holders.sort((a, b) => b.heldFor - a.heldFor),
      connecting: this.#parts.roster.connecting,
      failedConnects: context.lastConnectError === undefined ? 0 : context.failures,
      lastConnectError: context.lastConnectError,
    }
  }
}

/** What callers are told once the pool is closing. */
export function closedError(): PoolClosedError {
  return new PoolClosedError('No connection is lent any more: the pool is closing or closed.')
}
