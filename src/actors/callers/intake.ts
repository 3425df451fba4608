// The way in: one RxJS stream of requests into the pool actor, and the watch over those that have to wait.
import type { Subscriber } from 'rxjs'
import type { AcquireOptions } from '../../core/call-options.js'
import { AcquireAbortedError, PoolClosedError } from '../../core/errors.js'
import { Observable } from '../rx.js'
import { Alarm } from '../time/alarm.js'
import type { ClockScheduler } from '../time/scheduler.js'
import { Deadlines } from './deadlines.js'
import type { AcquireRequest, Watch } from './request.js'
import { watchSignal } from './signal-watch.js'
import { watchToo } from './watches.js'

/** What the pool actor learns about a request whose caller has stopped waiting. */
export interface Cancellation<C> {
  readonly request: AcquireRequest<C>
  readonly error: AcquireAbortedError
}

/**
 * Requests go down one stream into the pool actor. Most are served before `submit` returns; only those that are not get a
 * deadline and an abort listener, both let go of as soon as the request is settled.
 */
export class Intake<C> implements Watch<C> {
  /** Every request, in the order of their calls. One subscriber: the pool actor. */
  readonly requests$: Observable<AcquireRequest<C>>
  /** Every request whose AbortSignal aborted while it waited. */
  readonly cancellations$: Observable<Cancellation<C>>
  readonly #deadlines: Deadlines<C>
  readonly #alarm: Alarm
  readonly #scheduler: ClockScheduler
  readonly #aborted = (request: AcquireRequest<C>, reason: unknown): void => this.#cancel(request, reason)
  /**
   * Those without a deadline who were not in the queue yet when they were submitted. Not all who wait: a set that is written to for
   * every caller leaves a chain of outgrown tables behind, which keep each other, and all whom they knew, from being collected.
   */
  readonly #onTheWay = new Set<AcquireRequest<C>>()
  #requests: Subscriber<AcquireRequest<C>> | undefined
  #cancellations: Subscriber<Cancellation<C>> | undefined

  /** @param due called when the deadline of a waiting request has passed */
  constructor(scheduler: ClockScheduler, due: () => void) {
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

  /** Sends a request to the pool actor, and watches over it if it has to wait. Refuses it after {@link Intake.close}. */
  submit(request: AcquireRequest<C>, signal: AcquireOptions['signal']): void {
    this.#requests?.next(request)
    if (request.waits) this.#watch(request, signal)
  }

  /** A method of its own: most callers never come here, and V8 inlines only so many bytes. */
  #watch(request: AcquireRequest<C>, signal: AcquireOptions['signal']): void {
    if (this.#requests === undefined) {
      request.refuse(closedError())
      return
    }
    if (request.timeout !== Number.POSITIVE_INFINITY) this.#deadlines.add(request)
    else if (request.joinedAt === 0) this.#onTheWay.add(request)
    else if (signal === undefined) return // it is in the queue, for as long as it takes
    watchToo(request, this)
    if (signal !== undefined) watchSignal(request, signal, this.#aborted)
  }

  /** Takes out the requests whose time is up. */
  takeDue(): AcquireRequest<C>[] {
    return this.#deadlines.takeDue(this.#scheduler.now())
  }

  /** The same for those who said themselves how long they would wait. */
  takeOwnDue(): AcquireRequest<C>[] {
    return this.#deadlines.takeOwnDue(this.#scheduler.now())
  }

  /** Gives the others back the time that the pool was paused. */
  addPause(since: number): void {
    this.#deadlines.addPause(since, this.#scheduler.now())
  }

  settled(request: AcquireRequest<C>): void {
    if (request.timeout !== Number.POSITIVE_INFINITY) this.#deadlines.noteSettled(request)
    else if (this.#onTheWay.size > 0) this.#onTheWay.delete(request)
  }

  /**
   * Ends both streams. The pool has answered all callers that it knew of by now; a caller that still waits was on the way to it, and is
   * refused here.
   */
  close(newError: () => PoolClosedError): void {
    this.#requests?.complete()
    this.#cancellations?.complete()
    this.#requests = undefined
    this.#cancellations = undefined
    const left = [...this.#deadlines.takeDue(Number.POSITIVE_INFINITY), ...this.#onTheWay]
    for (const request of left) request.refuse(newError())
    this.#alarm.clear()
  }

  #cancel(request: AcquireRequest<C>, reason: unknown): void {
    const waited = this.#scheduler.now() - request.at
    this.#cancellations?.next({ request, error: new AcquireAbortedError(reason, waited) })
  }
}

/** What callers are told once the pool is closing. */
export function closedError(): PoolClosedError {
  return new PoolClosedError('The pool leases no more connections: it is closing or closed.')
}
