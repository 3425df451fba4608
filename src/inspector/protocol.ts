// What the inspector's server and its page say to each other. Loads in Node and in a browser, and imports nothing that runs.
import type { HeldLease, WaitingCaller } from '../actors/holders-and-waiters.js'
import type { PoolStats } from '../actors/stats.js'

/** The version of this protocol. A page that meets another one says so and shows nothing. */
export const protocolVersion = 1

/**
 * Where things are, relative to the address at which the inspector is mounted. Everything but the page's own files needs the header
 * `authorization: Bearer <token>`. The page finds the token in the fragment of its address (`#token=…`), which browsers send to no
 * server, write into no log and pass on in no Referer; it keeps the token in `sessionStorage` and takes it out of the address bar.
 */
export const paths = {
  /** GET: the messages of {@link ServerMessage}, one after the other, for as long as the page reads ({@link MessageReader}). */
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
  /** Of the process: what to show above the pools. */
  readonly process: { readonly pid: number; readonly node: string; readonly title: string }
  /** Whether this page's token may control the pools. */
  readonly allowControl: boolean
  readonly pools: readonly PoolIntroduction[]
  /** The charts of all pools and all connections. */
  readonly charts: { readonly pool: Chart; readonly connection: Chart }
  /** Switches that the program has: faults, in a demonstration. Empty if it has none. */
  readonly faults: readonly Fault[]
}

/** A pool, before anything is told of it. */
export interface PoolIntroduction {
  /** Stands for it in all messages: a small integer. */
  readonly id: number
  readonly name: string
  /** The driver's name (`postgres`), and where it connects to, without secrets. */
  readonly driver: string
  readonly target: string
  /** The pool's options as numbers, strings and booleans; Infinity is `null`. */
  readonly options: Readonly<Record<string, number | string | boolean | null>>
  /** One moment on two clocks, in milliseconds: the pool's, which all `at` are on, and that of the day. */
  readonly clock: { readonly pool: number; readonly wall: number }
}

/** A statechart with its drawing. Lengths are pixels of the drawing. */
export interface Chart {
  readonly name: string
  readonly width: number
  readonly height: number
  /** Parents before their children; the first one is the root. */
  readonly states: readonly ChartState[]
  readonly transitions: readonly ChartTransition[]
  readonly arrows: readonly ChartArrow[]
  /** Where a compound state starts, and the stand-in for "any state inside". */
  readonly marks: readonly (ChartBox & { readonly kind: 'initial' | 'any' })[]
}

export interface ChartBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface ChartState extends ChartBox {
  /** As in transitions: `busy.lent`; the machine's id for the root. */
  readonly name: string
  /** Its own name only: `lent`. */
  readonly key: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** The name of the state that it is in; absent for the root. */
  readonly parent?: string
  readonly description?: string
  /** What is written in its box. */
  readonly lines: readonly { readonly text: string; readonly kind: 'action' | 'end' | 'ignored' }[]
}

export interface ChartTransition {
  readonly source: string
  /** The event (`checkout`), the delay (`connectTimeout`), or an empty text for `always`. */
  readonly trigger: string
  readonly kind: 'event' | 'after' | 'always'
  readonly guard?: string
  /** Names of states; empty = the state stays. */
  readonly targets: readonly string[]
  readonly actions: readonly string[]
}

export interface ChartArrow {
  /** Names of states; of a compound state's start and of its "any state", the compound's name. */
  readonly from: string
  readonly to: string
  readonly route: readonly (readonly [x: number, y: number])[]
  readonly label?: ChartBox & { readonly lines: readonly string[] }
}

/** Everything that happened in a pool since the last slice: sent ten times a second, if anything did. */
export interface Slice {
  readonly type: 'slice'
  readonly pool: number
  /** In the incremental form of `src/recorder/format.ts`. A viewer's first slice of a pool has the whole dictionary of names. */
  readonly bytes: Uint8Array
}

/** A pool at one moment: sent after `hello`, and then four times a second. */
export interface Frame {
  readonly type: 'frame'
  readonly pool: number
  /** On the pool's clock. */
  readonly at: number
  readonly stats: PoolStats
  readonly connections: readonly ConnectionNow[]
  /** The longest held first. `acquiredFrom` only for leases that are held for a second or longer. */
  readonly leases: readonly HeldLease[]
  /** The first of those who wait, in their order; `stats.waiting` says how many there are. A `timeout` of Infinity is `null`. */
  readonly waiting: readonly (Omit<WaitingCaller, 'timeout'> & { readonly timeout: number | null })[]
  readonly times: Times
  readonly diagnosis: Diagnosis
}

/** A connection at one moment. */
export interface ConnectionNow {
  readonly id: string
  readonly serial: number
  /** With dots: `busy.lent`. */
  readonly state: string
  /** When its connect succeeded, on the pool's clock; null before. */
  readonly openedAt: number | null
  /** How many times the pool has leased it. */
  readonly uses: number
  /** The id of the lease that is out. */
  readonly lease?: number
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

export type FindingKind =
  | 'closed'
  | 'draining'
  | 'paused'
  | 'database-down'
  | 'connects-failing'
  | 'connects-slow'
  | 'deadlock'
  | 'exhausted'
  | 'timeouts'
  | 'refused'
  | 'leak'
  | 'connections-lost'
  | 'validations-failing'
  | 'starting'

/** This viewer read too slowly: it missed this much. A frame follows, which has the state of every connection. */
export interface Dropped {
  readonly type: 'dropped'
  readonly pool: number
  readonly slices: number
  readonly frames: number
}

/** A pool has closed: it will not be told of any more. */
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
export type ServerMessage = Hello | Slice | Frame | Dropped | Gone | FaultsChanged | SystemEvent

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

/** On the wire: four bytes of length (little-endian; of all that follows), one byte of kind, and the message. */
const headerSize = 5
const kinds = { json: 0, slice: 1 } as const

/** No message is longer than this; a longer length is not a message. */
export const longestMessage = 64 * 1024 * 1024

const encoder = new TextEncoder()

/** A message as bytes of the stream. */
export function encodeMessage(message: ServerMessage): Uint8Array {
  if (message.type !== 'slice') return framed(kinds.json, encoder.encode(JSON.stringify(message)))
  const { pool, bytes } = message
  const body = new Uint8Array(4 + bytes.length)
  new DataView(body.buffer).setUint32(0, pool, true)
  body.set(bytes, 4)
  return framed(kinds.slice, body)
}

function framed(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerSize + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, body.length + 1, true)
  view.setUint8(4, kind)
  bytes.set(body, headerSize)
  return bytes
}

/** Puts messages together again from the pieces in which a stream comes. */
export class MessageReader {
  #pending = new Uint8Array(0)
  readonly #decoder = new TextDecoder()

  /**
   * Adds what has come.
   * @returns the messages that are complete now
   * @throws Error when it is not a stream of messages.
   */
  read(piece: Uint8Array): ServerMessage[] {
    let rest = this.#pending.length === 0 ? piece : joined(this.#pending, piece)
    const messages: ServerMessage[] = []
    while (rest.length >= headerSize) {
      const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength)
      const length = view.getUint32(0, true)
      if (length < 1 || length > longestMessage) throw new Error('This is not a stream of the inspector.')
      if (rest.length < 4 + length) break
      messages.push(this.#decode(view.getUint8(4), rest.subarray(headerSize, 4 + length)))
      rest = rest.subarray(4 + length)
    }
    this.#pending = new Uint8Array(rest) // a copy; slice() of a Buffer is none
    return messages
  }

  #decode(kind: number, body: Uint8Array): ServerMessage {
    if (kind === kinds.json) return JSON.parse(this.#decoder.decode(body))
    if (kind !== kinds.slice || body.length < 4) throw new Error('This is not a stream of the inspector.')
    const pool = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
    return { type: 'slice', pool, bytes: new Uint8Array(body.subarray(4)) } // a copy: aligned for views of numbers
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
