// What the pool reports about itself while it runs: `pool.events$`.
import { type Observable, Subject } from 'rxjs'
import type {
  AcquireAbortedError,
  AcquireTimeoutError,
  ConnectError,
  DatabaseDownError,
  LeaseError,
  PoolClosedError,
  PoolPausedError,
  QueueFullError,
  SelfDeadlockError,
} from '../errors.js'
import type { EndReason } from '../machines/connection-types.js'
import { outside } from '../outside.js'

/** The names of the pool's states. */
export type PoolState = 'starting' | 'running' | 'backingOff' | 'paused' | 'draining' | 'closed'

/** Why the pool refused a caller at once; `error.code` narrows to the class. */
export type AcquireRefusal =
  | QueueFullError
  | DatabaseDownError
  | PoolPausedError
  | PoolClosedError
  | SelfDeadlockError

/**
 * Everything that `pool.events$` emits. `at` is the time on the pool's clock, in milliseconds; `pool` is the pool's name, `connection` the connection's id.
 *
 * `request` is the number of a call of `acquire`, and no other call in the process has it: the events of one call can be joined by it, and
 * `acquire.granted` has the number of the `lease`, which joins it to what becomes of that.
 */
export type PoolNotice = { readonly at: number; readonly pool: string } & (
  | {
      readonly type: 'acquire.requested'
      readonly request: number
      /** The number of callers already in the queue. */
      readonly waiting: number
    }
  | {
      readonly type: 'acquire.granted'
      readonly request: number
      readonly lease: number
      readonly connection: string
      readonly waited: number
    }
  | {
      readonly type: 'acquire.timedOut'
      readonly request: number
      readonly error: AcquireTimeoutError
      readonly waited: number
    }
  | {
      readonly type: 'acquire.aborted'
      readonly request: number
      readonly error: AcquireAbortedError
      readonly waited: number
    }
  | { readonly type: 'acquire.refused'; readonly request: number; readonly error: AcquireRefusal }
  /** A caller waits although callbacks that wait themselves hold all connections, its own callback among them (`deadlockCheck: 'warn'`). */
  | { readonly type: 'acquire.deadlocked'; readonly request: number; readonly error: SelfDeadlockError }
  | {
      readonly type: 'lease.released'
      readonly lease: number
      readonly connection: string
      readonly heldFor: number
    }
  | {
      readonly type: 'lease.destroyed'
      readonly lease: number
      readonly connection: string
      readonly heldFor: number
      /** The reason that the holder passed to `destroy()`. */
      readonly error: unknown
    }
  | {
      readonly type: 'lease.revoked'
      readonly lease: number
      readonly connection: string
      readonly error: LeaseError
    }
  /** A caller has held a lease for longer than `leakWarning`. Once for each lease. */
  | {
      readonly type: 'lease.leaked'
      readonly lease: number
      readonly connection: string
      readonly heldFor: number
      /** The stack of the acquire, if the pool recorded it. */
      readonly acquiredFrom?: string
    }
  /** A lease that was reported as a leak has ended. */
  | {
      readonly type: 'lease.recovered'
      readonly lease: number
      readonly connection: string
      readonly heldFor: number
      readonly end: 'released' | 'destroyed' | 'revoked'
    }
  | { readonly type: 'connection.connecting'; readonly connection: string; readonly serial: number }
  | {
      readonly type: 'connection.ready'
      readonly connection: string
      readonly serial: number
      readonly took: number
    }
  | {
      readonly type: 'connection.failed'
      readonly connection: string
      readonly serial: number
      readonly error: ConnectError
    }
  | {
      readonly type: 'connection.lost'
      readonly connection: string
      readonly serial: number
      readonly error: unknown
    }
  | {
      readonly type: 'connection.closed'
      readonly connection: string
      readonly serial: number
      readonly reason: EndReason
      readonly error: unknown
    }
  | { readonly type: 'pool.resized'; readonly min: number; readonly max: number }
  | { readonly type: 'pool.ready' }
  /** Connects fail: from now on, the pool tries one at a time with growing delays, the next one in `retryIn` ms. */
  | {
      readonly type: 'pool.down'
      readonly error: ConnectError
      readonly failures: number
      readonly retryIn: number
    }
  /** The pool can connect again, after this many failures in a row. */
  | { readonly type: 'pool.recovered'; readonly failures: number }
  | { readonly type: 'pool.paused' }
  | { readonly type: 'pool.resumed' }
  | { readonly type: 'pool.evicted'; readonly generation: number }
  | { readonly type: 'pool.draining' }
  | { readonly type: 'pool.closed' }
)

/** The types of notices that a pool's actor also emits, because a parent may want to react to them. */
const emittedTypes = [
  'pool.ready',
  'pool.down',
  'pool.recovered',
  'pool.paused',
  'pool.resumed',
  'pool.resized',
  'pool.evicted',
  'pool.draining',
  'pool.closed',
  'lease.leaked',
  'lease.recovered',
  'acquire.deadlocked',
] as const satisfies readonly PoolNotice['type'][]

/** What a pool's actor emits: `actor.on('pool.down', event => …)`. The same objects as on `events$`, without the events of individual acquires and connections. */
export type PoolEmitted = Extract<PoolNotice, { readonly type: (typeof emittedTypes)[number] }>

const isEmitted: ReadonlySet<string> = new Set(emittedTypes)

/** A notice without its time and its pool. */
export type UnstampedNotice = PoolNotice extends infer Notice
  ? Notice extends unknown
    ? Omit<Notice, 'at' | 'pool'>
    : never
  : never

/** Publishes notices to the subscribers of `events$`; the pool's actor emits some of them too. */
export class Notices {
  readonly #subject = new Subject<PoolNotice>()
  readonly #pool: string
  readonly #now: () => number
  readonly #emit: (notice: PoolEmitted) => void
  /**
   * Notices are delivered together in a microtask of their own: subscribers must not run inside a transition of the pool, nor in a
   * caller's async context.
   */
  readonly events$: Observable<PoolNotice> = this.#subject.asObservable()
  #undelivered: PoolNotice[] = []
  #closed = false

  constructor(pool: string, now: () => number, emit: (notice: PoolEmitted) => void) {
    this.#pool = pool
    this.#now = now
    this.#emit = emit
  }

  /** Whether `events$` has subscribers: the acquire path checks this before it creates a notice. */
  get observed(): boolean {
    return this.#subject.observed
  }

  publish(notice: UnstampedNotice): void {
    if (this.#closed || !(this.#subject.observed || isEmitted.has(notice.type))) return
    this.#undelivered.push({ at: this.#now(), pool: this.#pool, ...notice } as PoolNotice)
    if (this.#undelivered.length === 1) this.#deliverSoon()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#undelivered.length === 0) this.#deliverSoon()
    outside(() => {
      for (const notice of this.#undelivered) this.#emitIfMeant(notice) // the actor that emits is about to stop
    })
  }

  #emitIfMeant(notice: PoolNotice): void {
    if (isEmitted.has(notice.type)) this.#emit(notice as PoolEmitted)
  }

  #deliverSoon(): void {
    outside(() => queueMicrotask(() => this.#deliver()))
  }

  #deliver(): void {
    const notices = this.#undelivered
    this.#undelivered = []
    for (const notice of notices) {
      if (!this.#closed) this.#emitIfMeant(notice)
      this.#subject.next(notice)
    }
    if (this.#closed && this.#undelivered.length === 0) this.#subject.complete()
  }
}
