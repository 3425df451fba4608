// Who acquires from within a leased connection's callback: what the pool must know to see callers deadlock themselves.
import { SelfDeadlockError } from '../../core/errors.js'
import { warn } from '../../core/platform.js'
import { messageOf } from '../../core/wording.js'
import { type Borrowing, isCircle, leasesOf } from '../../machines/decisions/deadlock.js'
import type { Lease } from '../leases/lease.js'
import { linesOf } from './trace.js'

/** A call of a callback of `use()`. What goes on after its end still carries it along, so it lets go of everything then. */
class Use<C> implements Borrowing<Lease<C>> {
  constructor(
    public lease: Lease<C> | undefined,
    public within: Use<C> | undefined,
  ) {}

  end(): void {
    this.lease = undefined
    this.within = undefined
  }
}

/** A request of which it is known from within which use it was made. */
interface NestedRequest<C> {
  readonly within: Borrowing<Lease<C>> | undefined
  readonly timeout: number
  blame<E extends Error>(error: E): E
}

/** Where the leases are. */
interface Holders<C> {
  readonly records: Iterable<{ readonly lease: Lease<C> | undefined }>
}

/** What the pool needs of Node's AsyncLocalStorage: types that applications see are none of Node's, which they may not have. */
interface Storage<T> {
  getStore(): T | undefined
  run<R>(store: T, callback: () => R): R
}

/** One pool's: a connection of another pool that is held meanwhile says nothing about this one. Made only if `deadlockCheck` is on. */
export class Nesting<C> {
  readonly #context: Storage<Use<C> | undefined>
  /** Those who wait, and were called from within a use. */
  readonly #waiting = new Set<NestedRequest<C>>()

  /** @param AsyncLocalStorage Node's class */
  constructor(AsyncLocalStorage: new <T>() => Storage<T>) {
    this.#context = new AsyncLocalStorage()
  }

  /** The use from within which we are called. */
  get current(): Borrowing<Lease<C>> | undefined {
    return this.#current()
  }

  /** Calls a holder's callback so that what it acquires is known to be acquired from within it. */
  async run<T>(lease: Lease<C>, callback: () => T | PromiseLike<T>): Promise<T> {
    const use = new Use(lease, this.#current())
    try {
      return await this.#context.run(use, callback)
    } finally {
      use.end()
    }
  }

  #current(): Use<C> | undefined {
    const use = this.#context.getStore()
    return use?.lease === undefined ? undefined : use
  }

  /** A caller waits from now on. */
  noteWaiting(request: NestedRequest<C>): void {
    if (request.within !== undefined) this.#waiting.add(request)
  }

  /** A caller has stopped waiting. */
  noteSettled(request: NestedRequest<C>): void {
    if (request.within !== undefined) this.#waiting.delete(request)
  }

  /** The error for a caller that would never be served if it waited; undefined for other callers. */
  deadlockOf(request: NestedRequest<C>, max: number, roster: Holders<C>): SelfDeadlockError | undefined {
    if (!blocks(request)) return undefined
    const own = leasesOf(request.within).filter(({ held }) => held)
    if (own.length === 0) return undefined
    const waiting = [request, ...this.#waiting].filter(blocks)
    const deadlocked = isCircle(
      max,
      [...roster.records].map(({ lease }) => lease),
      waiting.map(({ within }) => within),
    )
    if (!deadlocked) return undefined
    return request.blame(
      new SelfDeadlockError(
        own.map(({ id }) => id),
        max,
      ),
    )
  }
}

/** Whether a callback waits for it: one without a timeout gets its answer before that matters. */
function blocks<C>({ within, timeout }: NestedRequest<C>): boolean {
  return within !== undefined && timeout > 0
}

/** Tells the process of a caller who is let wait all the same. */
export function warnOfDeadlock(pool: string, error: SelfDeadlockError): void {
  warn(`Pool "${pool}": ${messageOf(error)}`, 'PoolDeadlockWarning', 'STATEPOOL_DEADLOCK', linesOf(error))
}
