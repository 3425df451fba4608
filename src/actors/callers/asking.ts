// What a call for a connection goes through: it becomes a request, which is submitted, or refused at once.
import { type AcquireOptions, checkAcquireOptions } from '../../core/call-options.js'
import { AcquireAbortedError } from '../../core/errors.js'
import { unboxed } from '../../core/unboxed.js'
import type { PoolParts } from '../parts.js'
import type { PoolSystem } from '../pool-actor.js'
import type { AcquireRefusal } from '../watching/events.js'
import { isFollowed, isTraced, traceAcquire } from '../watching/tracing.js'
import { closedError } from './intake.js'
import { refuseVainSession } from './lending.js'
import { AcquireRequest } from './request.js'
import { noteOptions } from './terms.js'

/** A method that the application called. */
type Entry = (...given: never[]) => unknown

/** The way from a call of the façade into the pool. */
export class Asking<C> {
  readonly #system: PoolSystem<C>
  /** How long callers wait that do not say it themselves. */
  timeout: number

  constructor(system: PoolSystem<C>) {
    this.#system = system
    this.timeout = unboxed
    this.timeout = system.parts.config.acquireTimeout
  }

  /**
   * The request of a caller that passes no options. V8 puts only so many bytes in place: what few pools and callers need is in {@link Asking.request}.
   * @param entry the method that the application called, for the stack
   */
  plain(entry: object): AcquireRequest<C> {
    const { parts, actor, intake } = this.#system
    if (isFollowed(parts) || actor.getSnapshot().status !== 'active')
      return this.request(this.timeout, 0, false, undefined, undefined, entry)
    const request = new AcquireRequest<C>(parts.config.clock.now(), this.timeout, 0, false)
    intake.submit(request, undefined)
    return request
  }

  request(
    timeout: number,
    priority: number,
    strict: boolean,
    signal: AbortSignal | undefined,
    options: AcquireOptions | undefined,
    entry: object,
  ): AcquireRequest<C> {
    const { parts, borrowers } = this.#system
    const now = parts.config.clock.now()
    const request =
      borrowers === undefined
        ? new AcquireRequest<C>(now, timeout, priority, strict)
        : borrowers.request(now, timeout, priority, strict, entry)
    if (parts.hooks !== undefined || options !== undefined) noteOptions(request, parts, options)
    if (parts.notices.wants('acquire.requested')) tellRequested(request, parts)
    if (isTraced(parts)) this.#submitTraced(request, signal)
    else this.#submit(request, signal)
    return request
  }

  /** A method of its own, for its closure costs callers who need none. */
  #submitTraced(request: AcquireRequest<C>, signal: AbortSignal | undefined): void {
    traceAcquire(this.#system.parts, request, () => this.#submit(request, signal))
  }

  #submit(request: AcquireRequest<C>, signal: AbortSignal | undefined): void {
    const system = this.#system
    if (signal?.aborted || system.actor.getSnapshot().status !== 'active') this.#turnDown(request, signal)
    else (system.borrowers ?? system.intake).submit(request, signal)
  }

  #turnDown(request: AcquireRequest<C>, signal: AbortSignal | undefined): void {
    const { callers } = this.#system
    if (signal?.aborted) callers.cancel(request, new AcquireAbortedError(signal.reason, 0))
    else callers.refuse(request, closedError())
  }

  /** The same with the options of the call. @throws OptionsError for bad ones */
  requestWith(options: AcquireOptions, entry: Entry): AcquireRequest<C> {
    const checked = checkAcquireOptions(options)
    const { timeout, priority = 0, signal, session, tenant, lane } = checked
    const noted = (session ?? tenant ?? lane) === undefined ? undefined : checked
    if (session !== undefined) refuseVainSession(this.#system.parts.hooks)
    const strict = timeout !== undefined
    return this.request(timeout ?? this.timeout, priority, strict, signal, noted, entry)
  }

  /** Refuses those in the queue that the test picks, and then those who wait for a place in a lane. */
  turnAway(
    picks: (request: AcquireRequest<C>) => boolean,
    newError: () => AcquireRefusal = closedError,
  ): void {
    const { callers, parts } = this.#system
    for (const { queue } of [parts, ...(parts.lanes?.all ?? [])])
      for (const request of queue.inOrder().filter(picks)) {
        queue.leave(request)
        callers.refuse(request, newError())
      }
  }
}

/** Tells that a caller asked, on the pool's events. */
function tellRequested<C>(request: AcquireRequest<C>, { name, notices, queue }: PoolParts<C>): void {
  const { at, order } = request
  const { length: waiting } = queue
  notices.publishStamped({ at, pool: name, type: 'acquire.requested', request: order, waiting })
}
