// The watch over holders: where they acquired, and from within what. There is none unless `leakWarning` or `deadlockCheck` is on.
import type { AcquireOptions } from '../../core/call-options.js'
import type { Intake } from '../callers/intake.js'
import type { AcquireRequest } from '../callers/request.js'
import { WatchedRequest } from '../callers/watched-request.js'
import type { Lease } from '../leases/lease.js'
import type { LeakWatch } from './leaks.js'
import type { Nesting } from './nesting.js'

/** Makes, submits and follows the requests of a pool that watches for its callers' mistakes. */
export class Borrowers<C> {
  readonly #intake: Intake<C>
  readonly #leaks: LeakWatch<C> | undefined
  readonly #nesting: Nesting<C> | undefined

  constructor(intake: Intake<C>, leaks: LeakWatch<C> | undefined, nesting: Nesting<C> | undefined) {
    this.#intake = intake
    this.#leaks = leaks
    this.#nesting = nesting
  }

  /** @param entry the pool's method that the caller called, for the stack */
  request(at: number, timeout: number, priority: number, strict: boolean, entry: object): AcquireRequest<C> {
    const leaks = this.#leaks
    return new WatchedRequest({ at, timeout, priority, strict, entry }, leaks, this.#nesting)
  }

  submit(request: AcquireRequest<C>, signal: AcquireOptions['signal']): void {
    this.#intake.submit(request, signal)
    if (request.waits && request instanceof WatchedRequest) this.#nesting?.noteWaiting(request)
  }

  /** Calls a holder's callback. */
  run<T>(
    lease: Lease<C>,
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
  ): T | PromiseLike<T> {
    const call = () => callback(lease.connection, lease)
    return this.#nesting === undefined ? call() : this.#nesting.run(lease, call)
  }
}
