// The ring of records: every transition of a pool's actors, in memory that never grows. Each costs some nanoseconds and no object.
import type { AnyActorRef, EventObject } from 'xstate'
import type { ConnectionRecord } from '../actors/record.js'
import type { Clock } from '../clock.js'
import type { Tap } from '../machines/compiled/index.js'
import type { ConnectionFacts } from '../machines/connection-types.js'
import { recordSize, writeRecord } from './codec.js'
import { Dictionary } from './dictionary.js'
import { endReasons, sessions } from './format.js'

/** How the particulars of a transition are found. */
type Particulars = 'caller' | 'checkout' | 'release' | 'cold'

/** An event type with the states before and after: most of a record, found by looking at three strings. */
interface Kind {
  readonly from: string | undefined
  readonly to: string
  readonly eventIndex: number
  readonly fromIndex: number | undefined
  readonly toIndex: number
  readonly particulars: Particulars
  /** Whether a request was served that the event does not name. */
  readonly serves: boolean
}

const leased = 'busy.lent'

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
  /** How many transitions there have been, those that the ring no longer has included. */
  count = 0
  readonly #names = new Dictionary()
  readonly #kinds = new Map<string, Kind[]>()
  #kindsMade = 0
  readonly #clock: Clock
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Where the next record goes. */
  #offset = 0

  /** @param last how many records it keeps */
  constructor(clock: Clock, last: number) {
    this.#clock = clock
    this.#bytes = new Uint8Array(last * recordSize)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** The dictionary, to which new names are appended. */
  get names(): readonly string[] {
    return this.#names.all
  }

  tell(actor: AnyActorRef, event: EventObject, from: string | undefined, to: string): void {
    const kind = this.#kindOf(event.type, from, to)
    let at: number | undefined
    let number = 0
    let code = 0
    // One place in the code for each of the events that a busy pool has: there the engine knows what they look like.
    switch (kind.particulars) {
      case 'caller': {
        const caller = event as unknown as Caller
        at = caller.at
        number = caller.order
        break
      }
      case 'checkout': {
        const checkout = event as unknown as Checkout
        at = checkout.at
        number = checkout.request?.order ?? 0
        break
      }
      case 'release': {
        const release = event as unknown as Release
        at = release.at
        code = release.session === 'clean' ? 0 : sessions.indexOf(release.session as 'clean')
        if (kind.serves) number = servedBy(actor)
        break
      }
      default:
        at = (event as { at?: number }).at
        number = kind.serves ? servedBy(actor) : numberOf(actor, event, from)
        code = codeOf(event)
    }
    const offset = this.#offset
    writeRecord(
      this.#view,
      offset,
      at ?? this.#clock.now(),
      this.#names.indexOf(actor.id),
      number,
      kind.eventIndex,
      kind.fromIndex,
      kind.toIndex,
      code,
    )
    const next = offset + recordSize
    this.#offset = next === this.#bytes.length ? 0 : next
    this.count++
  }

  /** The records since there were so many, as far as the ring has them, the oldest first. */
  since(cursor: number): Records {
    const capacity = this.#bytes.length / recordSize
    const before = Math.max(cursor, this.count - capacity, 0)
    const size = (this.count - before) * recordSize
    const bytes = new Uint8Array(size)
    const start = this.#offset - size
    if (start >= 0) bytes.set(this.#bytes.subarray(start, this.#offset))
    else {
      bytes.set(this.#bytes.subarray(start + this.#bytes.length))
      bytes.set(this.#bytes.subarray(0, this.#offset), -start)
    }
    return { before, skipped: before - cursor, bytes }
  }

  #kindOf(type: string, from: string | undefined, to: string): Kind {
    const kinds = this.#kinds.get(type)
    if (kinds !== undefined) {
      for (let index = 0; index < kinds.length; index++) {
        const kind = kinds[index] as Kind
        if (kind.to === to && kind.from === from) return kind
      }
    }
    return this.#newKind(type, from, to)
  }

  #newKind(type: string, from: string | undefined, to: string): Kind {
    const names = this.#names
    const kind: Kind = {
      from,
      to,
      eventIndex: names.indexOf(type),
      fromIndex: from === undefined ? undefined : names.indexOf(from),
      toIndex: names.indexOf(to),
      particulars: particularsOf(type),
      serves: to === leased && (from !== leased || type === 'release') && type !== 'checkout',
    }
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
  if (type === 'acquire') return 'caller'
  return type === 'checkout' || type === 'release' ? type : 'cold'
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
