// The state of the pool at the moment of an error.
import type { BudgetEvidence } from './budget-evidence.js'

/** A lease that another caller held when an acquire timed out. */
export interface LeaseHolder {
  /** The lease's id. */
  readonly lease: number
  /** The connection's id. */
  readonly connection: string
  /** How long it had been held, in milliseconds. */
  readonly heldFor: number
  /** The lane that it has a place in, if its holder named one. */
  readonly lane?: string
  /** Where it was acquired, as lines of a stack; only with `leakWarning`, and for the share of acquires that `leakSampling` selects. */
  readonly acquiredFrom?: string
}

/**
 * What blocked an acquire: the caller and every other holder waited for one another (`deadlockCheck`); all connections were leased;
 * connects were failing, or were only slow; validations were failing; the pool was paused; or connections were in transit (being reset
 * or closed); or the pool shares a budget with others (`group`, `fleet`), which had none left; or the caller's lane had no room.
 */
export type AcquireObstacle =
  | 'self-deadlock'
  | 'exhausted'
  | 'connects failing'
  | 'connects slow'
  | 'validations failing'
  | 'paused'
  | 'in transit'
  | 'budget spent'
  | 'lane full'

/** The lane that a caller waited for. */
export interface LaneEvidence {
  readonly name: string
  /** The lane's `max`. */
  readonly max: number
  /** The number of callers that waited for it, a caller that timed out included. */
  readonly waiting: number
}

/** Why an acquire was not served: the state of the pool when the acquire timed out. */
export interface AcquireEvidence {
  /** How long the caller waited, in milliseconds. */
  readonly waited: number
  /** The caller's position in the queue when it timed out; 1 = next, 0 = it had left the queue for a connection under validation. */
  readonly position: number
  /** The caller's position when it joined the queue; 0 = it never did. */
  readonly firstPosition: number
  /** The number of waiting callers, this one included. */
  readonly waiting: number
  /** The number of connections, in any state. */
  readonly total: number
  /** The pool's `max`; of an adaptive pool, the size that it had given itself. */
  readonly max: number
  /** The option `max` of an adaptive pool: the most that it may give itself; undefined without `adaptive`. */
  readonly limit?: number | undefined
  /** The leases that were held, longest first. */
  readonly holders: readonly LeaseHolder[]
  /** Connections being opened. */
  readonly connecting: number
  /** The number of connects that failed in a row. */
  readonly failedConnects: number
  /** The last connect error, while connects are failing. */
  readonly lastConnectError: unknown
  /** How long the slowest connect had been in progress, in milliseconds; 0 = none was. */
  readonly connectingFor: number
  /** The error of the last validation that failed while the caller waited. */
  readonly lastValidationError: unknown
  /** Whether the pool was paused. */
  readonly paused: boolean
  /** The leases that the caller itself held, if it was part of a deadlock; recorded only with `deadlockCheck: 'warn'`, otherwise empty. */
  readonly deadlocked: readonly number[]
  /** Who held the connections of the budget that the pool shares with others; undefined unless the budget held back the pool's growth. */
  readonly budget?: BudgetEvidence | undefined
  /** The caller's lane; undefined unless the caller still waited for the lane to have room. Then `position` is that among those who do. */
  readonly lane?: LaneEvidence | undefined
}

/** The state of the pool when it refused a caller because it was overloaded. Times are in milliseconds. */
export interface OverloadEvidence {
  /** How long the caller had waited. */
  readonly waited: number
  /** The pool's `shed.target`. */
  readonly target: number
  /** How long the caller that was served last had waited. */
  readonly delay: number
  /** How long the pool had been overloaded. */
  readonly overloadedFor: number
  /** The number of waiting callers, this one included. */
  readonly waiting: number
  /** The number of connections, in any state. */
  readonly total: number
  /** The pool's `max`; of an adaptive pool, the size that it had given itself. */
  readonly max: number
  /** The option `max` of an adaptive pool: the most that it may give itself; undefined without `adaptive`. */
  readonly limit?: number | undefined
}

/** The state of the pool when it refused a caller because its queue was full. */
export type RefusalEvidence = Pick<
  AcquireEvidence,
  'waiting' | 'total' | 'max' | 'limit' | 'paused' | 'failedConnects' | 'lastConnectError' | 'lane'
>

/** What was known of one host when no host fitted a caller's target. */
export interface HostEvidence {
  /** Where it is: `'db1.internal:5432'`. */
  readonly host: string
  /** `'unknown'` = its role had not been told yet, or it had just stopped to be the primary. */
  readonly state: 'unknown' | 'primary' | 'standby' | 'down'
  /** How long it had been so, in milliseconds. */
  readonly lasted: number
  /** Why it was down, or no longer the primary; undefined while it is well. */
  readonly lastError: unknown
}
