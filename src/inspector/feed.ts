// One pool as its viewers are told of it: keeps a history for those who come later, or listens only while there are viewers.
import type { PoolSystem } from '../actors/pool-actor.js'
import { factsOf } from '../actors/watching/health.js'
import { readStats } from '../actors/watching/stats.js'
import { withoutHookWords } from '../core/hook-words.js'
import { encodeSlice, type Frame, type Notice } from '../recorder/format.js'
import { takeFrame } from '../recorder/frame.js'
import { withoutSecrets } from '../recorder/notice.js'
import { type Cursor, fromTheBeginning, PoolLog } from '../recorder/pool-log.js'
import { recordedPool } from '../recorder/recorded-pool.js'
import { diagnose } from './diagnose.js'
import { encodeMessage } from './framing.js'
import { Past } from './past.js'
import type { Diagnosis, PastMessage, PoolIntroduction } from './protocol.js'
import { connectingSince, RecordedTimes } from './recorded-times.js'

/** Without a history, so many records are kept while there are viewers, for those who read slowly: 2.4 MB. */
const keptRecords = 100_000
/** The diagnosis looks at so many notices, of the last minute at most. */
const keptNotices = 500
/** Stacks are long and most leases short: where one was acquired is told once it is held for so long, in milliseconds. */
const stackAfter = 1_000

/** What there is to send, and where the next piece begins. */
export interface Piece {
  readonly message: Uint8Array
  readonly cursor: Cursor
}

/** What the inspector knows of one pool. */
export class Feed {
  readonly id: number
  readonly system: PoolSystem<unknown>
  readonly #wallTime: () => number
  readonly #history: number
  #log: PoolLog<unknown> | undefined
  readonly #past: Past | undefined
  #times: RecordedTimes
  /** How far the log was read for these. */
  #timed: Cursor = fromTheBeginning
  #notices: Notice[] = []
  /** The last piece of this turn: all viewers who have read as far get the same. */
  #last: { readonly turn: number; readonly from: Cursor; readonly piece: Piece | undefined } | undefined

  /**
   * @param wallTime the time of day, as `Date.now()` has it
   * @param history how many records are kept before anyone looks; 0 = none
   */
  constructor(id: number, system: PoolSystem<unknown>, wallTime: () => number, history: number) {
    this.id = id
    this.system = system
    this.#wallTime = wallTime
    this.#history = history
    this.#past = history > 0 ? new Past() : undefined
    this.#times = new RecordedTimes(connectingSince(system))
    if (history > 0) this.#listen(history)
  }

  get introduction(): PoolIntroduction {
    const { target, config } = this.system.parts
    return {
      id: this.id,
      ...recordedPool(this.system),
      target,
      clock: { pool: config.clock.now(), wall: this.#wallTime() },
    }
  }

  /** Whether it keeps what happens while there is no viewer. */
  get hasPast(): boolean {
    return this.#past !== undefined
  }

  get hasEnded(): boolean {
    return this.system.actor.getSnapshot().status !== 'active'
  }

  /** There is a viewer. */
  start(): void {
    if (this.#log === undefined) this.#listen(keptRecords)
  }

  /** There is no viewer any more. Without a history, the pool is left alone: it does not know that there is an inspector. */
  stop(): void {
    this.#last = undefined
    if (this.#history === 0) this.close()
  }

  /** Leaves the pool alone for good, and forgets. */
  close(): void {
    this.#log?.stop()
    this.#log = undefined
    this.#notices = []
  }

  /**
   * Keeps how the pool stands at this moment. It looks at every connection, and at what happened since it last looked.
   * @param now milliseconds of any clock that runs evenly
   */
  sample(now: number): void {
    if (this.hasEnded) return
    this.#readTimes()
    this.#past?.add(this.system.parts.config.clock.now(), readStats(this.system), this.#times.at(now))
  }

  /** How the pool stood before now; undefined if that is not known. */
  past(): PastMessage | undefined {
    return this.#past?.message(this.id)
  }

  #readTimes(): void {
    const next = this.#log?.since(this.#timed)
    if (next === undefined) return
    this.#timed = next.cursor
    this.#times.read(next.slice)
  }

  #listen(records: number): void {
    this.#times = new RecordedTimes(connectingSince(this.system))
    this.#timed = fromTheBeginning
    this.#log = new PoolLog(this.system, records, {
      wallTime: this.#wallTime,
      told: notice => this.#note(notice),
    })
  }

  #note(notice: Notice): void {
    this.#notices.push(notice)
    if (this.#notices.length > 2 * keptNotices) this.#notices.splice(0, keptNotices)
  }

  /**
   * Everything since a viewer's last piece; undefined if nothing happened since.
   * @param turn the same as long as nothing can happen in between
   */
  since(cursor: Cursor | undefined, turn: number): Piece | undefined {
    const from = cursor ?? fromTheBeginning
    const last = this.#last
    if (last !== undefined && last.turn === turn && isSame(last.from, from)) return last.piece
    const next = this.#log?.since(from)
    const piece = next === undefined || isSame(next.cursor, from) ? undefined : this.#piece(next, cursor)
    this.#last = { turn, from, piece }
    return piece
  }

  /** @param before undefined for a viewer's first piece: what came before the history is nothing that it missed */
  #piece({ slice, cursor }: ReturnType<PoolLog<unknown>['since']>, before: Cursor | undefined): Piece {
    const skipped = before === undefined ? 0 : slice.skipped
    const bytes = encodeSlice({ ...slice, skipped, frames: [] })
    return { message: encodeMessage({ type: 'slice', pool: this.id, bytes }), cursor }
  }

  /**
   * How the pool stands.
   * @param now milliseconds of any clock that runs evenly
   */
  frame(now: number): Uint8Array {
    const frame = takeFrame(this.system)
    const facts = factsOf(this.system)
    this.#readTimes()
    return encodeMessage({
      type: 'frame',
      pool: this.id,
      frame: withoutShortStacks(frame),
      times: this.#times.at(now),
      diagnosis: discreet(diagnose(frame, this.#notices, facts), facts.connects?.lastError),
    })
  }
}

/** A connect's error says what its driver or a hook said. */
function discreet({ level, findings }: Diagnosis, error: unknown): Diagnosis {
  const shown = (text: string): string => withoutSecrets(withoutHookWords(text, error))
  return { level, findings: findings.map(finding => ({ ...finding, text: shown(finding.text) })) }
}

const isSame = (one: Cursor, other: Cursor): boolean =>
  one.records === other.records && one.notices === other.notices && one.names === other.names

function withoutShortStacks(frame: Frame): Frame {
  const { at, leases, waiting } = frame
  const shortened = <T extends { readonly since: number; readonly from?: string }>(each: T): T => {
    if (each.from === undefined || at - each.since >= stackAfter) return each
    const { from: _, ...rest } = each
    return rest as T
  }
  return { ...frame, leases: leases.map(shortened), waiting: waiting.map(shortened) }
}
