// A request of which it is known where it came from: made instead of a plain one while a caller's mistakes are watched for.

import { captureStack } from '../../core/platform.js'
import type { Borrowing } from '../../machines/decisions/deadlock.js'
import type { Lease } from '../leases/lease.js'
import type { LeakWatch } from '../watching/leaks.js'
import type { Nesting } from '../watching/nesting.js'
import type { Trace } from '../watching/trace.js'
import { AcquireRequest } from './request.js'

/** Tells those who watch when it is settled. */
export class WatchedRequest<C> extends AcquireRequest<C> {
  /** Where it was made; undefined if its stack was not recorded. */
  readonly trace: Trace | undefined
  /** The use from within which it was made, if any. */
  readonly within: Borrowing<Lease<C>> | undefined
  #located = false
  readonly #entry: object
  readonly #leaks: LeakWatch<C> | undefined
  readonly #nesting: Nesting<C> | undefined

  constructor(
    call: {
      readonly at: number
      readonly timeout: number
      readonly priority: number
      readonly strict: boolean
      /** The pool's method that was called: stacks begin below it. */
      readonly entry: object
    },
    leaks: LeakWatch<C> | undefined,
    nesting: Nesting<C> | undefined,
  ) {
    super(call.at, call.timeout, call.priority, call.strict)
    this.#entry = call.entry
    this.trace = leaks?.record(call.entry)
    this.within = nesting?.current
    this.#leaks = leaks
    this.#nesting = nesting
  }

  /** Has an error that is made for it on the way say where the caller called, and not where in the pool it was made. */
  blame<E extends Error>(error: E): E {
    captureStack(error, this.#entry)
    return error
  }

  /**
   * The same for one that is made when the caller has long been waiting: its own stack begins in a timer, and says nothing. The
   * text is made when it is read: thousands may time out at once.
   */
  locate(error: Error): void {
    const { trace } = this
    if (trace === undefined) return
    this.#located = true
    const show = (value: unknown): unknown =>
      Object.defineProperty(error, 'stack', { value, writable: true, enumerable: false, configurable: true })
    Object.defineProperty(error, 'stack', {
      configurable: true,
      enumerable: false,
      get() {
        const lines = trace.text?.split('\n').map(line => `    ${line}`) ?? []
        show([String(error), ...lines].join('\n'))
        return error.stack
      },
      set: show,
    })
  }

  protected override get knowsStack(): boolean {
    return this.#located
  }

  override grant(lease: Lease<C>): void {
    this.#leaks?.noteLeased(lease, this.trace)
    super.grant(lease)
    this.#nesting?.noteSettled(this)
  }

  override refuse(error: unknown): boolean {
    const refused = super.refuse(error)
    this.#nesting?.noteSettled(this)
    return refused
  }
}
