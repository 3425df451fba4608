// What the inspector's server and its page say to each other; `framing.ts` makes bytes of it. Loads in Node and in a browser, and imports nothing that runs.
import type { FindingKind as CoreFindingKind } from '../actors/watching/diagnosis.js'
import type { Frame, RecordedPool } from '../recorder/format.js'

/** The version of this protocol. A page that meets another one says so and shows nothing. */
export const protocolVersion = 1

/**
 * Where things are, relative to the address at which the inspector is mounted. Everything but the page's own files needs the header
 * `authorization: Bearer <token>`. The page finds the token in the fragment of its address (`#token=…`), which browsers send to no
 * server, write into no log and pass on in no Referer; it keeps the token in `sessionStorage` and takes it out of the address bar.
 */
export const paths = {
  /** GET: the messages of {@link ServerMessage}, one after the other, for as long as the page reads (`MessageReader`). */
  stream: 'stream',
  /** POST: a {@link ControlRequest} as JSON; answers with {@link Answer}. Needs the header {@link controlHeader} too. */
  control: 'control',
  /** POST: a {@link FaultRequest} as JSON; answers with {@link Answer}. Needs the header {@link controlHeader} too. */
  faults: 'faults',
  /** GET: the file of a recording, as it was stored, from a server that shows one (`hello.source` is 'recording'). */
  recording: 'recording',
  /** WebSocket: messages of `@statelyai/inspect` come in here, from actor systems of other processes (`?token=…`). */
  systems: 'systems',
} as const

/** Must be there, with any value, on every request that changes something: no form and no link of another site can send it. */
export const controlHeader = 'x-statepool-control'

/** The content type of the stream. */
export const streamType = 'application/vnd.statepool.stream'

/** The first message of every stream. */
export interface Hello {
  readonly type: 'hello'
  readonly protocol: number
  /** Whether a pool runs, or a recording of one is shown. */
  readonly source: 'live' | 'recording'
  /** The process, to show above the pools. */
  readonly process: { readonly pid: number; readonly node: string; readonly title: string }
  /** Whether this page's token may control the pools. */
  readonly allowControl: boolean
  readonly pools: readonly PoolIntroduction[]
  /** Switches that the program has: faults, in a demonstration. Empty if it has none. */
  readonly faults: readonly Fault[]
}

/** A pool, before anything is told of it. */
export interface PoolIntroduction extends RecordedPool {
  /** Stands for it in all messages: a small integer. */
  readonly id: number
  /** Where its driver connects to, without secrets. */
  readonly target: string
  /** One moment on two clocks, in milliseconds: the pool's, which all `at` are on, and that of the day. */
  readonly clock: { readonly pool: number; readonly wall: number }
}

/** Everything that happened in a pool since the last slice: sent ten times a second, if anything did. */
export interface SliceMessage {
  readonly type: 'slice'
  readonly pool: number
  /** A `Slice` of `src/recorder/format.ts`, for `decodeSlice`. Its frames are empty: they come as {@link FrameMessage}. */
  readonly bytes: Uint8Array
}

/** A pool at one moment: sent after `hello`, and then four times a second. */
export interface FrameMessage {
  readonly type: 'frame'
  readonly pool: number
  /** Leases and callers have `from` only after a second: stacks are long, and most end sooner. */
  readonly frame: Frame
  readonly times: Times
  readonly diagnosis: Diagnosis
}

/** How long things took during the last ten seconds, in milliseconds. */
export interface Times {
  readonly wait: Percentiles
  readonly use: Percentiles
  readonly connect: Percentiles
}

/** All but `count` are 0 where nothing was counted. */
export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** What is wrong with a pool, in words. */
export interface Diagnosis {
  /** 'down' = callers are not served; 'degraded' = some are not, or soon will not be; 'ok' = neither. */
  readonly level: 'ok' | 'degraded' | 'down'
  /** The worst first; empty = nothing is wrong. */
  readonly findings: readonly Finding[]
}

export interface Finding {
  /** Names the kind, and does not change with the wording: for icons, tests and alerts. */
  readonly kind: FindingKind
  readonly level: 'note' | 'degraded' | 'down'
  /** A few words: "All connections are leased". */
  readonly title: string
  /** What happened, why, and what to do. */
  readonly text: string
  /** Since when, on the pool's clock; null if that is not known. */
  readonly since: number | null
  /** The connection that it is about. */
  readonly connection?: string
  /** Where the lease was acquired, as lines of a stack. */
  readonly stack?: string
}

/** What a finding is about: what `pool.health()` tells of, and what the pool reported. */
export type FindingKind =
  | CoreFindingKind
  | 'exhausted'
  | 'connects slow'
  | 'deadlock'
  | 'timeouts'
  | 'refused'
  | 'connections lost'
  | 'validations failing'
  | 'no host'

/** This viewer read too slowly: it missed this much. A frame follows, which has the state of every connection. */
export interface Dropped {
  readonly type: 'dropped'
  readonly pool: number
  readonly slices: number
  readonly frames: number
}

/** The names of the figures that the page plots. Rates are per second; times in milliseconds; null = not known, or nothing to measure. */
export const figures = [
  'idle',
  'leased',
  'connecting',
  'waiting',
  'granted',
  'timedOut',
  'refused',
  'failedConnects',
  'lost',
  'wait50',
  'wait99',
  'use50',
  'use99',
  'connect50',
  'connect99',
] as const

export type Figure = (typeof figures)[number]
export type Sample = Readonly<Record<Figure, number | null>>

/** How a pool stood in each of the last seconds before the page came: sent once, before the first slice, if there is anything to tell. */
export interface PastMessage {
  readonly type: 'past'
  readonly pool: number
  /** On the pool's clock, in milliseconds, one for each value of a column; the oldest first. */
  readonly times: readonly number[]
  readonly columns: Readonly<Record<Figure, readonly (number | null)[]>>
}

/** A pool has closed; no more messages about it follow. */
export interface Gone {
  readonly type: 'gone'
  readonly pool: number
}

/** A switch of the program that the page shows. */
export interface Fault {
  readonly id: string
  readonly title: string
  readonly on: boolean
}

/** A switch was moved, here or by another viewer. */
export interface FaultsChanged {
  readonly type: 'faults'
  readonly faults: readonly Fault[]
}

/** An event of an actor system that is no pool, in the words of `@statelyai/inspect`. */
export interface SystemEvent {
  readonly type: 'system'
  /** Stands for the program that it came from: two programs may have actors of the same `sessionId`. */
  readonly source: number
  readonly event: StatelyEvent
}

/** A message of `@statelyai/inspect`, as far as the page reads it. */
export interface StatelyEvent {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot'
  readonly sessionId: string
  readonly rootId?: string
  /** Milliseconds as text. */
  readonly createdAt?: string
  /** Of an actor. */
  readonly name?: string
  readonly parentId?: string
  /** Of an actor: its machine's config, as JSON. */
  readonly definition?: string
  /** Of an event and of a snapshot: what was received. */
  readonly event?: { readonly type: string }
  readonly sourceId?: string
  readonly snapshot?: unknown
}

/** What comes on the stream. */
export type ServerMessage =
  | Hello
  | PastMessage
  | SliceMessage
  | FrameMessage
  | Dropped
  | Gone
  | FaultsChanged
  | SystemEvent

/** What a page may ask of a pool, with `allowControl`. */
export type ControlRequest = { readonly pool: number } & (
  | { readonly action: 'pause' | 'resume' | 'evict' }
  | { readonly action: 'resize'; readonly min?: number; readonly max?: number }
  /** Ends a lease: the pool destroys its connection. */
  | { readonly action: 'kill'; readonly lease: number }
)

export interface FaultRequest {
  readonly id: string
  readonly on: boolean
}

/** The answer to a POST. */
export type Answer =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }
