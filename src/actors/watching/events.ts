// What the pool reports about itself while it runs: `pool.events$`.

import type { BudgetAbsence, BudgetEvidence } from '../../core/budget.js'
import type {
  AcquireAbortedError,
  AcquireTimeoutError,
  ConnectError,
  DatabaseDownError,
  LeaseError,
  LendError,
  NoHostError,
  OverloadedError,
  PoolClosedError,
  PoolPausedError,
  QueueFullError,
  SelfDeadlockError,
} from '../../core/errors.js'
import { nearestName } from '../../core/names.js'
import { refusal } from '../../core/refusal.js'
import type { EndReason } from '../../machines/connection-types.js'

/** The names of the pool's states. */
export type PoolState = 'starting' | 'running' | 'shedding' | 'backingOff' | 'paused' | 'draining' | 'closed'

/** Why the pool refused a caller at once; `error.code` narrows to the class. */
export type AcquireRefusal =
  | QueueFullError
  | OverloadedError
  | DatabaseDownError
  | NoHostError
  | PoolPausedError
  | PoolClosedError
  | LendError
  | SelfDeadlockError

/**
 * Everything that `pool.events$` emits. `at` is the time on the pool's clock, in milliseconds; `pool` is the pool's name, `connection` the connection's id.
 *
 * `request` is the number of a call of `acquire`, and no other call in the process has it: the events of one call can be joined by it, and
 * `acquire.granted` has the number of the `lease`, which joins it to the events of that lease.
 */
export type PoolNotice = {
  readonly at: number
  readonly pool: string
} /** Followed by one of the other events of the request, except for a statement of `query()` that was sent on a shared connection while it waited. */ & (
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
  /** At least `min` connections are open, for the first time or again. */
  | { readonly type: 'pool.ready' }
  /** Connects fail: from now on, the pool tries one at a time with growing delays, the next one in `retryIn` ms. */
  | {
      readonly type: 'pool.down'
      readonly error: ConnectError
      readonly failures: number
      readonly retryIn: number
    }
  /**
   * The pool is no longer down, after this many failures in a row: it can connect again; or, with connections left, no caller needs one more,
   * or it was resumed.
   */
  | { readonly type: 'pool.recovered'; readonly failures: number }
  /** The pool wants one more connection, and the budget that it shares with others (`group`, `fleet`) has none left; `holders` says who has them. */
  | ({ readonly type: 'pool.heldBack' } & BudgetEvidence)
  /** The engine that keeps the budget of the pool's `fleet` does not answer: the pool keeps its connections, and opens none beyond `floor`. */
  | ({ readonly type: 'pool.budgetAway' } & BudgetAbsence)
  /** It answers again. */
  | { readonly type: 'pool.budgetBack' }
  /**
   * Callers arrive faster than the pool serves them: from now on it refuses each caller that has waited for `shed.target`. `delay` is how long the
   * caller at the front has waited, in milliseconds.
   */
  | { readonly type: 'pool.overloaded'; readonly delay: number; readonly waiting: number }
  /** The overload is over, after this many milliseconds, in which the pool refused this many callers. */
  | { readonly type: 'pool.eased'; readonly lasted: number; readonly shed: number }
  | { readonly type: 'pool.paused' }
  | { readonly type: 'pool.resumed' }
  | { readonly type: 'pool.evicted'; readonly generation: number }
  | { readonly type: 'pool.draining' }
  | { readonly type: 'pool.closed' }
)

/** All types of notices; true = a pool's actor emits it too, because a parent may want to react to it. */
const types = {
  'acquire.requested': false,
  'acquire.granted': false,
  'acquire.timedOut': false,
  'acquire.aborted': false,
  'acquire.refused': false,
  'acquire.deadlocked': true,
  'lease.released': false,
  'lease.destroyed': false,
  'lease.revoked': false,
  'lease.leaked': true,
  'lease.recovered': true,
  'connection.connecting': false,
  'connection.ready': false,
  'connection.failed': false,
  'connection.lost': false,
  'connection.closed': false,
  'pool.ready': true,
  'pool.down': true,
  'pool.recovered': true,
  'pool.heldBack': true,
  'pool.budgetAway': true,
  'pool.budgetBack': true,
  'pool.overloaded': true,
  'pool.eased': true,
  'pool.paused': true,
  'pool.resumed': true,
  'pool.resized': true,
  'pool.evicted': true,
  'pool.draining': true,
  'pool.closed': true,
} as const satisfies Record<PoolNotice['type'], boolean>

type EmittedType = {
  [T in keyof typeof types]: (typeof types)[T] extends true ? T : never
}[keyof typeof types]

/** What a pool's actor emits: `actor.on('pool.down', event => …)`. The same objects as on `events$`, without the events of individual acquires and connections. */
export type PoolEmitted = NoticeOf<EmittedType>

/** Whether a pool's actor emits it too. */
export function isEmitted(notice: { readonly type: PoolNotice['type'] }): boolean {
  return types[notice.type]
}

/**
 * Refuses what is not the type of a notice.
 * @throws OptionsError, which names the type that it resembles, or all of them.
 */
export function checkNoticeType(type: string): void {
  if (Object.hasOwn(types, type)) return
  const known = Object.keys(types)
  const nearest = nearestName(type, known)
  throw refusal(
    'type',
    type,
    nearest === undefined ? `a type of event: ${known.join(', ')}` : `a type of event, such as '${nearest}'`,
  )
}

/** The events of some types. */
export type NoticeOf<T extends PoolNotice['type']> = Extract<PoolNotice, { readonly type: T }>

/** A notice without its time and its pool. */
export type UnstampedNotice = PoolNotice extends infer Notice
  ? Notice extends unknown
    ? Omit<Notice, 'at' | 'pool'>
    : never
  : never
