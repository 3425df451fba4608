// The ring of records: every transition of a pool's actors, in memory that never grows. Each costs some nanoseconds and no object.
import type { AnyActorRef, EventObject } from 'xstate'
import type { ConnectionRecord } from '../actors/connections/record.js'
import type { Clock } from '../core/clock.js'
import type { Move, Tap } from '../machines/compiled/index.js'
import type { ConnectionFacts } from '../machines/connection-types.js'
import { recordSize, started, swapBytes } from './codec.js'
import { Dictionary } from './dictionary.js'
import { endReasons, sessions } from './format.js'

// How the particulars of a transition are found. Numbers, for the engine compares texts by more than where they are.
const ofCaller = 1
const ofCheckout = 2
const ofRelease = 3
const ofOthers = 0

type Particulars = typeof ofCaller | typeof ofCheckout | typeof ofRelease | typeof ofOthers

/** An event type with the states before and after: most of a record. */
class Kind {
  /** What followed it last: most likely it does again. */
  next: Kind = this

  /**
   * @param move what it was recognized by last
   * @param eventAndFrom the indices of the event and of the states before, as they stand in a record
   * @param toIndex the index of the states after
   * @param serves whether a request was served that the event does not name
   */
  constructor(
    public move: Move,
    readonly eventAndFrom: number,
    readonly toIndex: number,
    readonly particulars: Particulars,
    readonly serves: boolean,
  ) {}
}

/** An actor, and what stands for it in records. */
class Known {
  /** Which connection had the next event after one of this: most likely it has again. */
  next: Known = this

  /** @param actor undefined once it has ended */
  constructor(
    public actor: AnyActorRef | undefined,
    readonly index: number,
  ) {}
}

/** A busy pool has three kinds of transitions, or four. */
const mostRecent = 8

const leased = 'busy.leased'
const ended = 'closed'

const wordsPerRecord = recordSize / Uint32Array.BYTES_PER_ELEMENT
const timesPerRecord = recordSize / Float64Array.BYTES_PER_ELEMENT

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Event types that are made up on the fly must not fill the memory. */
const mostKinds = 10_000

/** What records were made since a moment. */
export interface Records {
  /** How many there had been before the first of these. */
  readonly before: number
  /** How many there were in between which the ring no longer has. */
  readonly skipped: number
  readonly bytes: Uint8Array
}

/** Listens beneath `pool.transitions`, and keeps what it is told. */
export class Tape implements Tap {
  readonly #names = new Dictionary()
  readonly #kinds = new Map<string, Kind[]>()
  #kindsMade = 0
  readonly #recent: Kind[] = []
  #lastKind = new Kind({ event: '', from: undefined, to: '' }, 0, 0, ofOthers, false)
  /** By their indices. */
  readonly #actors: (Known | undefined)[] = []
  #pool = new Known(undefined, 0)
  #lastConnection = new Known(undefined, 0)
  readonly #clock: Clock
  readonly #capacity: number
  /** The ring, as numbers of eight bytes and of four. A DataView, which would know the order of bytes, takes longer. */
  readonly #times: Float64Array
  readonly #words: Uint32Array
  /** Where in the ring the next record goes. */
  #place = 0
  /** How many records there were when the ring began anew. */
  #before = 0

  /** @param last how many records it keeps */
  constructor(clock: Clock, last: number) {
    this.#clock = clock
    this.#capacity = last
    const ring = new ArrayBuffer(last * recordSize)
    this.#times = new Float64Array(ring)
    this.#words = new Uint32Array(ring)
  }

  /** How many transitions there have been, those that the ring no longer has included. */
  get count(): number {
    return this.#before + this.#place
  }

  /** The dictionary, to which new names are appended. */
  get names(): readonly string[] {
    return this.#names.all
  }

  tell(actor: AnyActorRef, event: EventObject, move: Move): void {
    let kind = this.#lastKind.next
    if (kind.move !== move) kind = this.#kindOf(move)
    this.#lastKind = kind
    let known = this.#pool
    if (known.actor !== actor) {
      known = this.#lastConnection.next
      if (known.actor !== actor) known = this.#known(actor)
      this.#lastConnection = known
    }
    let at: number | undefined
    let number = 0
    let code = 0
    // One place in the code for each of the events that a busy pool has: there the engine knows what they look like.
    switch (kind.particulars) {
      case ofCaller: {
        const caller = event as unknown as Caller
        at = caller.at
        number = caller.order
        break
      }
      case ofCheckout: {
        const checkout = event as unknown as Checkout
        at = checkout.at
        number = checkout.request?.order ?? 0
        break
      }
      case ofRelease: {
        const release = event as unknown as Release
        at = release.at
        code = release.session === 'clean' ? 0 : Math.max(0, sessions.indexOf(release.session as 'clean'))
        if (kind.serves) number = servedBy(actor)
        break
      }
      default:
        at = (event as { at?: number }).at
        number = kind.serves ? servedBy(actor) : numberOf(actor, event, move.from)
        code = codeOf(event)
        if (move.to === ended) known.actor = undefined
    }
    const place = this.#place
    const word = place * wordsPerRecord
    const words = this.#words
    this.#times[place * timesPerRecord] = at ?? this.#clock.now()
    words[word + 2] = known.index
    words[word + 3] = number
    words[word + 4] = kind.eventAndFrom
    words[word + 5] = kind.toIndex | (code << 16)
    this.#place = place + 1
    if (place + 1 === this.#capacity) this.#beginAnew()
  }

  #beginAnew(): void {
    this.#before += this.#capacity
    this.#place = 0
  }

  /** The records since there were so many, as far as the ring has them, the oldest first. */
  since(cursor: number): Records {
    const before = Math.max(cursor, this.count - this.#capacity, 0)
    const ring = new Uint8Array(this.#words.buffer)
    const bytes = new Uint8Array((this.count - before) * recordSize)
    const end = this.#place * recordSize
    const start = end - bytes.length
    if (start >= 0) bytes.set(ring.subarray(start, end))
    else {
      bytes.set(ring.subarray(start + ring.length))
      bytes.set(ring.subarray(0, end), -start)
    }
    if (!isLittleEndian) swapBytes(bytes)
    return { before, skipped: before - cursor, bytes }
  }

  /** The actor, which is not the one that was expected. The pool has no place in the order of the connections. */
  #known(actor: AnyActorRef): Known {
    const index = this.#names.indexOf(actor.id)
    let known = this.#actors[index]
    if (known?.actor !== actor) {
      known = new Known(actor, index)
      this.#actors[index] = known
      if (factsOf(actor) === undefined) this.#pool = known
    }
    if (known !== this.#pool) this.#lastConnection.next = known
    return known
  }

  /** The kind of a move that was not expected. */
  #kindOf(move: Move): Kind {
    const recent = this.#recent
    let place = 0
    while (place < recent.length && recent[place]?.move !== move) place++
    const kind = recent[place] ?? this.#rareKind(move)
    this.#lastKind.next = kind
    return kind
  }

  #rareKind(move: Move): Kind {
    const { event, from, to } = move
    const found = this.#kinds.get(event)?.find(kind => kind.move.to === to && kind.move.from === from)
    const kind = found ?? this.#newKind(move)
    kind.move = move
    if (!this.#recent.includes(kind)) this.#recent.unshift(kind)
    if (this.#recent.length > mostRecent) this.#recent.pop()
    return kind
  }

  #newKind(move: Move): Kind {
    const { event: type, from, to } = move
    const names = this.#names
    const serves =
      to === leased &&
      from !== undefined &&
      (from !== leased || type === 'release') &&
      type !== 'checkout' &&
      type !== 'driver.cancelled' // the lease goes on
    const eventAndFrom = names.indexOf(type) | ((from === undefined ? started : names.indexOf(from)) << 16)
    const kind = new Kind(move, eventAndFrom, names.indexOf(to), particularsOf(type), serves)
    if (this.#kindsMade++ >= mostKinds) return kind
    const kinds = this.#kinds.get(type)
    if (kinds === undefined) this.#kinds.set(type, [kind])
    else kinds.push(kind)
    return kind
  }
}

interface Caller {
  readonly at: number
  readonly order: number
}

interface Checkout {
  readonly at: number
  readonly request?: { readonly order: number }
}

interface Release {
  readonly at: number
  readonly session: string
}

function particularsOf(type: string): Particulars {
  if (type === 'acquire') return ofCaller
  if (type === 'checkout') return ofCheckout
  return type === 'release' ? ofRelease : ofOthers
}

const factsOf = (actor: AnyActorRef): ConnectionFacts | undefined =>
  (actor.getSnapshot() as { context?: { facts?: ConnectionFacts } }).context?.facts

/** The number of the request that a connection has just served. */
const servedBy = (actor: AnyActorRef): number =>
  (factsOf(actor) as ConnectionRecord<unknown> | undefined)?.served ?? 0

/** What an event carries, of all that are not frequent. */
interface Carried {
  readonly type: string
  readonly request?: { readonly order?: number }
  readonly connection?: ConnectionFacts
  readonly output?: ConnectionFacts
  readonly max?: number
  readonly min?: number
  readonly timeout?: number
  readonly reason?: unknown
}

/** See `TransitionRecord.number`. */
function numberOf(actor: AnyActorRef, event: EventObject, from: string | undefined): number {
  const { type, request, connection, output, max, timeout } = event as Carried
  if (from === undefined) return factsOf(actor)?.serial ?? 0
  if (type === 'close' || type === 'resize') return Math.min(Math.round(timeout ?? max ?? 0), 0xffff_ffff)
  return request?.order ?? connection?.serial ?? output?.serial ?? 0
}

/** See `TransitionRecord.code`. */
function codeOf(event: EventObject): number {
  const { type, min, reason, output } = event as Carried
  if (type === 'resize') return Math.min(min ?? 0, 0xffff)
  const why = type === 'retire' ? reason : output?.ending?.reason
  return Math.max(0, endReasons.indexOf(why as 'unknown'))
}
