// What goes into the pool machine and what it decides by: its view of the connections and of the queue, its events.
import type { DoneActorEvent, ErrorActorEvent } from 'xstate'
import type { ConnectionFacts, ConnectionReport, Request } from './connection-types.js'
import type { FailureStreak } from './decisions/backoff.js'
import type { QueueDelay } from './decisions/overload.js'

/** The minimum and the maximum number of connections. */
export interface PoolSize {
  readonly min: number
  readonly max: number
}

/** The pool's index of its connections. Each connection's own machine has its state; the pool machine only reads this index. */
export interface Roster {
  /** All connections, in any state: as many as the database might count. */
  readonly total: number
  /** Connections being opened. */
  readonly connecting: number
  /** Connections that are open and not being closed. */
  readonly established: number
  /** Whether a connection was ever open. */
  readonly wasUp: boolean
  /** How many leases their holders have ended, by releasing or by destroying them. */
  readonly served: number
  /** Idle connections that can be leased. */
  readonly idle: number
  /** The number of the last caller before the newest connect under way began; 0 = no connect is under way. */
  readonly triedFor: number
  /** Whether the pool has asked its budget for a connection, and has had no answer. */
  readonly asks?: boolean
}

/** The pool machine's view of the waiting callers. */
export interface Queue {
  /** How many callers wait, not counting callers whose connection is being validated. */
  readonly length: number
  /** The number of the newest waiting caller; the pool numbers callers as they arrive. 0 = no caller waits. */
  readonly newest: number
  /** Whether connections may take callers from it. Only the pool machine sets this, when it enters and leaves `paused`. */
  open: boolean
}

/** The pool machine's view of the budget that it shares with other pools. */
export interface BudgetView {
  /** Whether the pool wants one more connection and the budget has none left, which holds back its growth. */
  readonly isHeldBack: boolean
  /** How many connections the pool could open now, including those that other pools would close for it while idle. */
  readonly room: number
  /** Whether a failed connect only says that the budget is spent. */
  isSpent(error: unknown): boolean
}

/** The engine that keeps a budget does not answer. */
export interface BudgetAbsence {
  /** Whose budget it is, and what keeps it. */
  readonly budget: string
  /** Why it does not answer, as far as that is known. */
  readonly error: unknown
  /** How many connections the pool may open meanwhile, those that it has included. */
  readonly floor: number
  /** Since when, on the pool's clock, in milliseconds. */
  readonly since: number
}

/** Everything that a pool answers: the application's commands, the connections' reports, and time passing. */
export type PoolEvent =
  /** A caller wants a connection. The request itself is the message, which saves an allocation. */
  | (Request & { readonly type: 'acquire'; readonly at: number; readonly timeout: number })
  /** A caller gave up. */
  | { readonly type: 'cancel'; readonly request: Request; readonly reason: unknown }
  | { readonly type: 'resize'; readonly min: number; readonly max: number; readonly maxWaiting?: number }
  /** Lease nothing until `resume`; callers keep waiting. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Retire every connection and open new ones. */
  | { readonly type: 'evict' }
  /** Stop leasing; wait this long for leases to end, then destroy their connections. */
  | { readonly type: 'close'; readonly timeout: number; readonly at: number }
  /** The budget lets the pool open the connection that it asked for. */
  | { readonly type: 'budget.granted' }
  /** The budget wants a connection back: an idle one now, or else a leased one when its holder releases it. */
  | { readonly type: 'budget.reclaimed' }
  /** The engine that keeps the budget does not answer. */
  | { readonly type: 'budget.away'; readonly absence: BudgetAbsence }
  /** It answers again. */
  | { readonly type: 'budget.back' }
  /** The budget cannot keep as many connections for the pool as `min` says. */
  | { readonly type: 'budget.refused'; readonly error: unknown }
  /** The earliest deadline of a waiting caller has passed. */
  | { readonly type: 'acquire.due' }
  /** Time to check again whether the pool needs more connections. */
  | { readonly type: 'growth.due' }
  /** Time to look for connections that are too old, idle for too long, or due for a keepalive. */
  | { readonly type: 'maintenance.due' }
  /** Time to check whether the pool serves callers in time (`shed`). */
  | { readonly type: 'overload.due' }
  /** A lease may have been held for too long. */
  | { readonly type: 'leak.due' }
  | ConnectionReport
  | DoneActorEvent<ConnectionFacts, `${string}`>
  | ErrorActorEvent<unknown, `${string}`>

/**
 * What happens to callers while the database is down. `wait` = they wait; `fail` = the pool refuses them at once; `try` = the pool tries one
 * connect for them first; `fail-until-up` = like `try` until the first connection, like `wait` after that.
 */
export type WhenDown = 'wait' | 'fail' | 'fail-until-up' | 'try'

/** Time and randomness for the pool's machine. */
export interface World {
  /** The time, in milliseconds. */
  now(): number
  /** A number from 0 to below 1, for the jitter of a back-off. */
  random(): number
}

/** What {@link poolMachine} is started with. */
export interface PoolInput {
  /** What the pool is called. */
  readonly name: string
  readonly size: PoolSize
  readonly maxWaiting: number
  /** What happens to callers while the database is down. */
  readonly whenDown: WhenDown
  readonly roster: Roster
  readonly queue: Queue
  /** How late callers are served; undefined unless the pool sheds load. */
  readonly delay?: QueueDelay | undefined
  /** The lanes in front of the queue, by name; undefined unless the pool has some. The chart sees only callers whom a lane lets through. */
  readonly lanes?: object | undefined
  /** The source of time and randomness. */
  readonly world: World
  /** The budget that the pool shares with other pools; undefined = none. */
  readonly budget?: BudgetView | undefined
}

/** The context of {@link poolMachine}. */
export interface PoolContext extends PoolInput, FailureStreak {
  /** How long closing waits for leases, in milliseconds. */
  readonly drainTimeout: number
  /** When the drain timeout ends. */
  readonly drainUntil: number
  /** When the pool came into the state that it is in. */
  readonly enteredAt: number
  /** Whether it was told last that the pool is down. */
  readonly saidDown: boolean
}
