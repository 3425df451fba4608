// What goes into the connection machine and what comes out of it: its facts, its events, its reports.
import type { ActorRef, Snapshot } from 'xstate'

/** The limits that a connection decides by; times in milliseconds, `Infinity` for "no limit". One object for the whole pool. */
export interface ConnectionPolicy {
  readonly connectTimeout: number
  readonly validateAfter: number
  readonly validateTimeout: number
  readonly resetTimeout: number
  readonly closeTimeout: number
  readonly maxUses: number
  /** Whether the pool has a hook `onLend`, which a connection asks before a caller gets it. */
  readonly asks: boolean
  /** Whether the pool has a hook `onReturn`, which runs after each lease. */
  readonly undoes: boolean
}

/**
 * What is known about one connection: facts and figures, not its state, which is the machine's alone. They change in place,
 * because they change with every checkout (docs/decisions/0002-facts-change-in-place.md).
 */
export interface ConnectionFacts {
  /** The actor's id in the pool: `connection-1` … `connection-<max>`; a later connection may have it again. */
  readonly id: string
  /** Which connection of this pool it is, counted from 1; never used again. */
  readonly serial: number
  /** When it will be retired for its age. */
  readonly retireAt: number
  /** When it was opened; undefined before. */
  openedAt: number | undefined
  /** When it last became idle. */
  idleSince: number
  /** When it last proved that it works: when it was opened, validated, reset or released. */
  provenAt: number
  /** The generation of the pool in which it last answered a round trip of the pool's own: a connect, a validation or a reset. */
  provenIn: number
  /** How often it has been leased. */
  uses: number
  /** The caller that it is reserved for: until the caller gets the lease, or the request goes back to the pool. */
  request: Request | undefined
  /** Whether the server still counts it although its socket was destroyed: the driver waits for the server to release it. */
  lingers: boolean
  /** Why it was, or is being, closed. */
  ending: ConnectionEnding | undefined
}

/** Why a connection ends. */
export type EndReason =
  | 'connect failed'
  | 'connect timeout'
  | 'abandoned'
  | 'lost'
  | 'validation failed'
  | 'validation timeout'
  | 'reset failed'
  | 'reset timeout'
  | 'lend refused'
  | 'lend failed'
  | 'lend timeout'
  | 'idle timeout'
  | 'max lifetime'
  | 'max uses'
  | 'resized'
  | 'evicted'
  | 'pool closing'
  | 'stale session'
  | 'ended by its holder'
  | 'destroyed'
  | 'crashed'
  | 'reclaimed'
  | 'cancel failed'
  | 'cancel timeout'
  | 'max idle'

/** Why a connection ends, with the error that caused it, if one did. */
export interface ConnectionEnding {
  readonly reason: EndReason
  readonly error?: unknown
}

/** One caller's request for a connection, as far as the machines know it. */
export interface Request {
  /** Whether the caller still waits: neither served, nor timed out, nor aborted. */
  readonly waits: boolean
  /** How many connections `onLend` has thrown on for it. */
  failures?: number
}

/**
 * How a holder leaves the session, as the driver sees it: `clean` = as it was; `dirty` = something to reset, such as an open transaction;
 * `ended` = no caller can use it; `unknown` = the driver threw when the pool asked it.
 */
export type ReturnedSession = 'clean' | 'dirty' | 'ended' | 'unknown'

/** Everything that a connection answers: the commands of the pool and the holder, and the driver's reports. */
export type ConnectionEvent =
  /** Lease the connection to this request. */
  | { readonly type: 'checkout'; readonly request: Request; readonly at: number }
  /** The holder now has statements of several callers under way on it. */
  | { readonly type: 'share' }
  /** The holder's signal aborted: have the database stop what it runs. */
  | { readonly type: 'abort' }
  /** The holder releases it. */
  | {
      readonly type: 'release'
      readonly at: number
      readonly session: ReturnedSession
      /** Why the driver cannot tell how the holder left the session. */
      readonly error?: unknown
    }
  /** Prove, by a round trip, that it still works (keepalive). */
  | { readonly type: 'validate' }
  /** Close it as soon as no caller holds it. */
  | { readonly type: 'retire'; readonly reason: EndReason; readonly error?: unknown }
  /** Close it now, even if a caller holds it. */
  | { readonly type: 'destroy'; readonly error?: unknown }
  | { readonly type: 'driver.connected'; readonly at: number }
  | { readonly type: 'driver.connectFailed'; readonly error: unknown }
  | { readonly type: 'driver.validated'; readonly at: number }
  | { readonly type: 'driver.invalid'; readonly error: unknown }
  | { readonly type: 'driver.resetDone'; readonly at: number }
  | { readonly type: 'driver.resetFailed'; readonly error: unknown }
  /** What the holder had asked for is over, and no request to cancel it is on its way. */
  | { readonly type: 'driver.cancelled' }
  /** A request to cancel may still arrive. */
  | { readonly type: 'driver.cancelFailed'; readonly error: unknown }
  /** `onLend` accepts it for the caller that it is reserved for. */
  | { readonly type: 'lend.accepted'; readonly at: number }
  /** `onLend` finds it unfit. */
  | { readonly type: 'lend.refused'; readonly error: unknown }
  /** `onLend` threw. */
  | { readonly type: 'lend.failed'; readonly error: unknown }
  /** The database or the network closed the connection. */
  | { readonly type: 'driver.lost'; readonly error: unknown }
  /** The server has released a connection that was destroyed. */
  | { readonly type: 'driver.gone' }
  | { readonly type: 'driver.closed' }
  | { readonly type: 'driver.closeFailed'; readonly error: unknown }

/** What a connection tells its pool. Its end is told by XState: `xstate.done.actor.<id>`. */
export type ConnectionReport =
  /** It is open for the first time. */
  | { readonly type: 'connection.ready'; readonly connection: ConnectionFacts }
  /** It could not be opened. */
  | { readonly type: 'connection.failed'; readonly connection: ConnectionFacts; readonly error: unknown }
  /** It is being closed, and cannot be leased any more. */
  | { readonly type: 'connection.closing'; readonly connection: ConnectionFacts }
  /** It cannot serve the request that it was checked out for; with the error, if `onLend` threw. */
  | {
      readonly type: 'connection.declined'
      readonly connection: ConnectionFacts
      readonly request: Request
      readonly error?: unknown
    }

/** What a connection asks of its pool: to retire all others, and to check whether a connection is due to be closed. */
export type ConnectionRequest = { readonly type: 'evict' } | { readonly type: 'maintenance.due' }

/**
 * What a whole pool has been through, as a number: raised when a connection turns out to be dead, and by `evict()`. What happened to
 * one may have happened to all, so a connection that has not proven itself since must do so before it is leased again. Changed in
 * place, by the pool alone. After the generation number of MongoDB's CMAP specification.
 */
export interface Generation {
  readonly current: number
}

/** A connection's view of the waiting callers. A connection that becomes free takes the next one itself, while the queue is open. */
export interface OpenQueue {
  readonly length: number
  /** False while the pool is paused. */
  readonly open: boolean
  /** Takes out the next caller, whether the queue is open or not. */
  next(): Request | undefined
}

/** What {@link connectionMachine} is started with. */
export interface ConnectionInput {
  /** The pool that it reports to. */
  readonly pool: ActorRef<Snapshot<unknown>, ConnectionReport | ConnectionRequest>
  readonly facts: ConnectionFacts
  readonly policy: ConnectionPolicy
  readonly generation: Generation
  /** The waiting callers: a connection that becomes free takes the next one itself. */
  readonly queue: OpenQueue
}

/** The context of {@link connectionMachine}: what it was started with. */
export type ConnectionContext = ConnectionInput
