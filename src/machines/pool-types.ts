// What goes into the pool machine and what it decides by: its view of the connections and of the queue, its events.
import type { DoneActorEvent, ErrorActorEvent } from 'xstate'
import type { ConnectionFacts, ConnectionReport, Request } from './connection-types.js'
import type { FailureStreak } from './decisions/backoff.js'
import type { QueueDelay } from './decisions/overload.js'

/** How many connections the pool keeps at least and at most. */
export interface PoolSize {
  readonly min: number
  readonly max: number
}

/** The pool's index of its connections. What state each is in, only its own machine says; the pool machine only reads this. */
export interface Roster {
  /** Connections that exist, in whatever state: all that the database might count. */
  readonly total: number
  /** Those being opened. */
  readonly connecting: number
  /** Those that were opened and are not being closed. */
  readonly established: number
  /** Whether there ever was one that was opened. */
  readonly wasUp: boolean
  /** How many leases have come back since the pool was created. */
  readonly served: number
  /** Those that are idle and can be leased. */
  readonly idle: number
  /** The number of the last caller who asked before the newest of the connects that are being made now began; 0 = none is being made. */
  readonly triedFor: number
}

/** The pool machine's view of the callers who wait. */
export interface Queue {
  /** How many wait, not counting one whose connection is being validated. */
  readonly length: number
  /** The number of the one of them who asked last: callers are counted as they ask. 0 = none waits. */
  readonly newest: number
  /** Whether connections may take callers from it. The pool machine sets this when it enters and leaves `paused`, and nothing else does. */
  open: boolean
}

/** The pool machine's view of the budget that it shares with other pools. */
export interface BudgetView {
  /** Whether the pool wants one more connection, and the budget has none left: its growth is held back. */
  readonly isHeldBack: boolean
  /** How many connections could be opened now, idle ones of other pools that would be closed for it included. */
  readonly room: number
  /** Whether a failed connect only says that the budget is spent. */
  isSpent(error: unknown): boolean
}

/** What keeps a budget does not answer. */
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
  /** A caller wants a connection. The request is its own message, so that none has to be made for it. */
  | (Request & { readonly type: 'acquire'; readonly at: number; readonly timeout: number })
  /** A caller gave up. */
  | { readonly type: 'cancel'; readonly request: Request; readonly reason: unknown }
  | { readonly type: 'resize'; readonly min: number; readonly max: number; readonly maxWaiting?: number }
  /** Lend nothing until `resume`; who waits goes on waiting. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Retire every connection that there is, softly, and open new ones instead. */
  | { readonly type: 'evict' }
  /** Stop lending; wait for leases this long, then destroy them. */
  | { readonly type: 'close'; readonly timeout: number; readonly at: number }
  /** The budget lets the pool open the connection that it asked for. */
  | { readonly type: 'budget.granted' }
  /** The budget wants a connection back: an idle one now, or else a leased one when its holder releases it. */
  | { readonly type: 'budget.reclaimed' }
  /** What keeps the budget does not answer. */
  | { readonly type: 'budget.away'; readonly absence: BudgetAbsence }
  /** It answers again. */
  | { readonly type: 'budget.back' }
  /** The budget cannot keep as many connections for the pool as `min` says. */
  | { readonly type: 'budget.refused'; readonly error: unknown }
  /** The earliest deadline of a waiting caller has passed. */
  | { readonly type: 'acquire.due' }
  /** Time to look again whether more connections are needed. */
  | { readonly type: 'growth.due' }
  /** Time to look for connections that are too old, idle for too long, or due for a keepalive. */
  | { readonly type: 'maintenance.due' }
  /** Time to look whether callers are served in time (`shed`). */
  | { readonly type: 'overload.due' }
  /** A lease may have been held for too long. */
  | { readonly type: 'leak.due' }
  | ConnectionReport
  | DoneActorEvent<ConnectionFacts, `${string}`>
  | ErrorActorEvent<unknown, `${string}`>

/**
 * What happens to callers while no connection is left and none can be opened: they wait; are refused at once; have a connect tried
 * until there has been a connection, and wait later on; or have a connect tried each time.
 */
export type WhenDown = 'wait' | 'fail' | 'fail-until-up' | 'try'

/** Time and chance, as the pool's machine asks for them. */
export interface World {
  /** The time, in milliseconds. */
  now(): number
  /** A number from 0 to below 1: how much longer than need be a back-off lasts. */
  random(): number
}

/** What {@link poolMachine} is started with. */
export interface PoolInput {
  /** What the pool is called. */
  readonly name: string
  readonly size: PoolSize
  readonly maxWaiting: number
  /** What becomes of callers when no connection is left and none can be opened. */
  readonly whenDown: WhenDown
  readonly roster: Roster
  readonly queue: Queue
  /** How late callers are served; undefined unless the pool sheds load. */
  readonly delay?: QueueDelay | undefined
  /** Where time and chance come from. */
  readonly world: World
  /** What the pool shares its connections by with other pools; undefined = it is on its own. */
  readonly budget?: BudgetView | undefined
}

/** The context of {@link poolMachine}. */
export interface PoolContext extends PoolInput, FailureStreak {
  /** How long closing waits for leases, in milliseconds. */
  readonly drainTimeout: number
  /** When that is over. */
  readonly drainUntil: number
  /** When the pool was last paused. */
  readonly pausedAt: number
}
