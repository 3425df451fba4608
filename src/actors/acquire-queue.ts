// The way in: one RxJS stream of requests into the pool actor, and the watch over those that have to wait.
import { Observable, type SchedulerLike, type Subscriber } from 'rxjs'
import { AcquireAbortedError, PoolClosedError } from '../errors.js'
import type { AcquireOptions } from '../options.js'
import { Alarm } from './alarm.js'
import { Deadlines } from './deadlines.js'
import type { AcquireRequest, Watch } from './request.js'

/** What the pool actor is told about a request that nobody waits for any more. */
export interface Cancellation<C> {
  readonly request: AcquireRequest<C>
  readonly error: AcquireAbortedError
}

/**
 * Requests go down one stream into the pool actor. Most are served before `submit` returns; only those that are not get a
 * deadline and an abort listener, both let go of as soon as the request is settled.
 */
export class AcquireQueue<C> implements Watch<C> {
  /** Every request, in the order of their calls. One subscriber: the pool actor. */
  readonly requests$: Observable<AcquireRequest<C>>
  /** Every request whose AbortSignal aborted while it waited. */
  readonly cancellations$: Observable<Cancellation<C>>
  readonly #deadlines: Deadlines<C>
  readonly #alarm: Alarm
  readonly #scheduler: SchedulerLike
  readonly #abortListeners = new Map<AcquireRequest<C>, { signal: AbortSignal; listener: () => void }>()
  /** Those who wait without a deadline, which the deadlines leave out. */
  readonly #patient = new Set<AcquireRequest<C>>()
  #requests: Subscriber<AcquireRequest<C>> | undefined
  #cancellations: Subscriber<Cancellation<C>> | undefined

  /** @param due called when the deadline of a waiting request has passed */
  constructor(scheduler: SchedulerLike, due: () => void) {
    this.#scheduler = scheduler
    this.#alarm = new Alarm(scheduler, due)
    this.#deadlines = new Deadlines(this.#alarm)
    this.requests$ = new Observable(subscriber => {
      this.#requests = subscriber
    })
    this.cancellations$ = new Observable(subscriber => {
      this.#cancellations = subscriber
    })
  }

  /** Sends a request to the pool actor, and watches over it if it has to wait. Refuses it after {@link AcquireQueue.close}. */
  submit(request: AcquireRequest<C>, signal: AcquireOptions['signal']): void {
    this.#requests?.next(request)
    if (!request.waits) return
    if (this.#requests === undefined) {
      request.refuse(closedError())
      return
    }
    request.watch = this
    if (request.timeout === Number.POSITIVE_INFINITY) this.#patient.add(request)
    else this.#deadlines.add(request)
    if (signal !== undefined) this.#listen(request, signal)
  }

  /** Takes out the requests whose time is up. */
  takeDue(now: number): AcquireRequest<C>[] {
    return this.#deadlines.takeDue(now)
  }

  settled(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) this.#patient.delete(request)
    else this.#deadlines.noteSettled(request)
    if (this.#abortListeners.size === 0) return
    const listening = this.#abortListeners.get(request)
    if (listening === undefined) return
    listening.signal.removeEventListener('abort', listening.listener)
    this.#abortListeners.delete(request)
  }

  /**
   * Ends both streams. The pool has answered everybody that it knew of by now; whoever still waits was on the way to it, and is
   * refused here.
   */
  close(): void {
    this.#requests?.complete()
    this.#cancellations?.complete()
    this.#requests = undefined
    this.#cancellations = undefined
    const onTheWay = [...this.#deadlines.takeDue(Number.POSITIVE_INFINITY), ...this.#patient]
    for (const request of onTheWay) request.refuse(closedError())
    this.#alarm.clear()
  }

  #listen(request: AcquireRequest<C>, signal: AbortSignal): void {
    const listener = () => {
      const waited = this.#scheduler.now() - request.at
      this.#cancellations?.next({ request, error: new AcquireAbortedError(signal.reason, waited) })
    }
    this.#abortListeners.set(request, { signal, listener })
    signal.addEventListener('abort', listener, { once: true })
  }
}

function closedError(): PoolClosedError {
  return new PoolClosedError('No connection is lent any more: the pool is closed.')
}
