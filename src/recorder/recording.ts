// What a recording of a pool is, and how it is written down. This file is the contract between those who record (the recorder, the
// inspector's server) and those who show (the page, the command): it needs neither Node nor XState, and a browser can load it.
//
// A file is one line of JSON, which is the recording without its records, and after the line feed the records, each of the same
// size. A live view gets slices of the same kind: what has come since the last one. `codec.ts` reads and writes them.

/** A part of a pool's life: every transition of its actors, what the pool reported, and how it stood from time to time. */
export interface Recording {
  readonly format: 'statepool.recording'
  readonly version: 1
  readonly pool: RecordedPool
  /** When the pool's clock stood at zero, as milliseconds of Unix time: `startedAt + at` is the time of day of anything in here. */
  readonly startedAt: number
  /** The dictionary: records name actors, events and states by their index in it. */
  readonly names: readonly string[]
  /** The records, {@link recordSize} bytes each, the oldest first; {@link decodeRecords} reads them. */
  readonly records: Uint8Array
  /** How many records there were before the first one that is kept. */
  readonly skipped: number
  /** The oldest first. */
  readonly notices: readonly Notice[]
  /** The oldest first. */
  readonly frames: readonly Frame[]
  /** Why it was written, unless it was asked for. */
  readonly incident?: Incident
}

/** Which pool it was. */
export interface RecordedPool {
  readonly name: string
  /** The driver's name, such as `postgres`. */
  readonly driver: string
  /** Sizes, time limits and the like, in milliseconds; `null` stands for Infinity. Nothing in here is secret. */
  readonly options: Readonly<Record<string, string | number | boolean | null>>
}

/** What went wrong. */
export interface Incident {
  /** When, on the pool's clock, in milliseconds. */
  readonly at: number
  readonly kind: IncidentKind
  /** What the pool said, in words. */
  readonly text: string
}

/** An acquire timed out; the database is down; a caller holds a lease for too long; callers wait for each other; the pool's actor failed. */
export type IncidentKind = (typeof incidentKinds)[number]

/** All of them. */
export const incidentKinds = ['acquire timeout', 'outage', 'leak', 'deadlock', 'crash'] as const

/** An error, without what may be secret: what a driver or a holder wrote is left out, because it may have SQL and parameters in it. */
export interface RecordedError {
  readonly name: string
  readonly code?: string
  /** Of the pool's own errors only. */
  readonly message?: string
}

/** What a pool reported (`pool.events$`), as plain data; without what the records say of each acquire and release. */
export interface Notice {
  /** When, on the pool's clock, in milliseconds. */
  readonly at: number
  /** Such as `pool.down`, `connection.closed`, `acquire.timedOut`, `lease.leaked`. */
  readonly type: string
  /** Such as `connection-3`, where it is about one. */
  readonly connection?: string
  /** The number of the call of `acquire`, where it is about one. */
  readonly request?: number
  /** The number of the lease, where it is about one. */
  readonly lease?: number
  /** Why a connection was closed. */
  readonly reason?: string
  readonly error?: RecordedError
  /** Figures and words of this type: `waited`, `took`, `heldFor`, `serial`, `failures`, `retryIn`, `acquiredFrom`, … */
  readonly [field: string]: unknown
}

/** How a pool stood at one moment. */
export interface Frame {
  /** When, on the pool's clock, in milliseconds. */
  readonly at: number
  /** What `pool.stats()` said. */
  readonly stats: FrameStats
  /** Who held what, the longest held first. */
  readonly leases: readonly FrameLease[]
  /** Who waited, the next one first; no more than the first hundred (`stats.waiting` has the number). */
  readonly waiting: readonly FrameCaller[]
  /** All connections, in the order in which they were opened. */
  readonly connections: readonly FrameConnection[]
}

/** What `pool.stats().host` said. */
export interface FrameHost {
  readonly name: string
  readonly state: 'unknown' | 'primary' | 'standby' | 'down'
  /** Callers of the pool of hosts that wait for a suitable host. */
  readonly seeking: number
}

/** `pool.stats()`: gauges of the moment, and totals since the pool was created. `max` and the like may be large, but never Infinity. */
export interface FrameStats {
  readonly state: 'starting' | 'running' | 'shedding' | 'backingOff' | 'paused' | 'draining' | 'closed'
  readonly min: number
  readonly max: number
  readonly total: number
  readonly connecting: number
  readonly idle: number
  readonly busy: number
  /** Of the busy ones, those that statements share; in recordings of later versions. */
  readonly shared?: number
  /** The statements under way on these. */
  readonly underWay?: number
  readonly validating: number
  readonly closing: number
  readonly waiting: number
  /** Whether the pool wants one more connection, and the budget that it shares with others has none left; in recordings of later versions. */
  readonly heldBack?: boolean
  /** Of a pool that belongs to a pool of hosts: its host; in recordings of later versions. */
  readonly host?: FrameHost | undefined
  /** How an adaptive pool looks for its size, and its limit; in recordings of later versions. */
  readonly adaptive?: { readonly state: string; readonly limit: number } | undefined
  readonly generation: number
  readonly opened: number
  readonly failedConnects: number
  readonly closed: number
  readonly lost: number
  readonly acquired: number
  readonly released: number
  readonly leaked: number
  readonly timedOut: number
  readonly aborted: number
  readonly refused: number
  /** The part of `refused` that was refused because the pool was overloaded; in recordings of later versions. */
  readonly shed?: number
}

/** A lease that is held. */
export interface FrameLease {
  readonly lease: number
  readonly connection: string
  /** When it was granted, on the pool's clock, in milliseconds. */
  readonly since: number
  readonly leaked: boolean
  /** Where it was acquired, as lines of a stack, if the pool knows (`leakWarning`). */
  readonly from?: string
}

/** A waiting caller. */
export interface FrameCaller {
  /** The number of the call of `acquire`, as in records and notices. */
  readonly request: number
  /** When it called, on the pool's clock, in milliseconds. */
  readonly since: number
  /** In milliseconds; `null` = no limit. */
  readonly timeout: number | null
  /** 1 = next; 0 = a connection is being validated for it. */
  readonly position: number
  readonly priority: number
  readonly tenant?: string
  readonly lane?: string
  /** Its position among those who wait for that lane to have room, while it does. */
  readonly inLane?: number
  /** Where it called, as lines of a stack, if the pool knows. */
  readonly from?: string
}

/** A connection. */
export interface FrameConnection {
  readonly id: string
  /** Which connection of the pool it is; unlike the id, never used again. */
  readonly serial: number
  /** Its active states, with dots between them: `busy.leased`. */
  readonly state: string
  /** When it was opened, on the pool's clock; undefined before. */
  readonly openedAt?: number
  /** How often it has been leased. */
  readonly uses: number
}

/** One transition: an event that an actor has processed, and where it led. */
export interface TransitionRecord {
  /** When, on the pool's clock, in milliseconds. */
  readonly at: number
  /** `pool` (or as it is called in its system), or `connection-<n>`; a later connection may have the same, and starts with `xstate.init`. */
  readonly actor: string
  readonly event: string
  /** The states before, with dots between them; undefined when the actor starts, and for {@link foundRunning}. */
  readonly from: string | undefined
  /** The states after; the same where the event changed none. */
  readonly to: string
  /**
   * Which one the event was about:
   * - `acquire`, `cancel` (of the pool), `checkout`: the number of the caller's request;
   * - any other event that led to `busy.leased`: that of the request that it served;
   * - `xstate.init` of a connection, `connection.*` and `xstate.done.actor.*` of the pool: the connection's serial;
   * - `resize`: the new maximum; `close`: the timeout, in milliseconds.
   *
   * 0 = none.
   */
  readonly number: number
  /**
   * What the event said:
   * - `release`: how the holder left the session, as index in {@link sessions};
   * - `retire` and `xstate.done.actor.*`: why the connection ends, as index in {@link endReasons};
   * - `resize`: the new minimum.
   */
  readonly code: number
}

/** The event of the first records: of each actor that was running already when the recording began, with the state that it was in. */
export const foundRunning = 'recorder.start'

/** The codes of `release`. */
export const sessions = ['clean', 'dirty', 'ended', 'unknown'] as const

/** The codes of `retire` and `xstate.done.actor.*`; 0 = it does not say. */
export const endReasons = [
  'unknown',
  'connect failed',
  'connect timeout',
  'abandoned',
  'lost',
  'validation failed',
  'validation timeout',
  'reset failed',
  'reset timeout',
  'lend refused',
  'lend failed',
  'lend timeout',
  'idle timeout',
  'max lifetime',
  'max uses',
  'resized',
  'evicted',
  'pool closing',
  'stale session',
  'ended by its holder',
  'destroyed',
  'crashed',
  'reclaimed',
  'cancel failed',
  'cancel timeout',
  'max idle',
] as const

/** What a live view gets: what has come since the slice before. */
export interface Slice {
  /** Names to append to the dictionary, which has `namesBefore` so far. */
  readonly names: readonly string[]
  readonly namesBefore: number
  /** The number of records in the pool's life before the first of this slice. */
  readonly recordsBefore: number
  /** How many of them are missing between the slice before and this one, because the view was too slow. */
  readonly skipped: number
  /** {@link recordSize} bytes each. */
  readonly records: Uint8Array
  readonly notices: readonly Notice[]
  readonly frames: readonly Frame[]
}
