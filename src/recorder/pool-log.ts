// What a running pool has done and said lately: the source of recordings and of live views.
import type { PoolSystem } from '../actors/pool-actor.js'
import { stateName, tapInto } from '../machines/compiled/index.js'
import {
  type Frame,
  foundRunning,
  type Notice,
  type RecordedPool,
  type Recording,
  type Slice,
} from './format.js'
import { takeFrame } from './frame.js'
import { LastOnes } from './last-ones.js'
import { plainNotice, recordedTypes } from './notice.js'
import { recordedPool } from './recorded-pool.js'
import { Tape } from './tape.js'
import { Thinned } from './thinned.js'

/** How far a live view has read. */
export interface Cursor {
  readonly names: number
  readonly records: number
  readonly notices: number
  readonly frames: number
}

/** The cursor of one who has read nothing: the first slice has the whole dictionary, and all that is kept. */
export const fromTheBeginning: Cursor = { names: 0, records: 0, notices: 0, frames: 0 }

const found = { type: foundRunning }

const mostNotices = 2_000
const mostFrames = 600

/** Listens to a pool from now on. It holds neither the pool nor the process, and its memory is bounded. */
export class PoolLog<C> {
  readonly pool: RecordedPool
  /** When the pool's clock stood at zero, as Unix time in milliseconds. */
  readonly startedAt: number
  readonly #system: PoolSystem<C>
  readonly #tape: Tape
  readonly #notices = new LastOnes<Notice>(mostNotices)
  readonly #frames = new LastOnes<Frame>(mostFrames)
  readonly #stops: (() => void)[]

  /**
   * @param last how many records it keeps
   * @param wallTime the time of day, as `Date.now()` has it
   * @param told called with each notice that it keeps
   */
  constructor(
    system: PoolSystem<C>,
    last: number,
    { wallTime = Date.now, told }: { wallTime?: () => number; told?: (notice: Notice) => void } = {},
  ) {
    const { parts, actor } = system
    const { clock } = parts.config
    this.#system = system
    this.pool = recordedPool(system)
    this.startedAt = wallTime() - clock.now()
    this.#tape = new Tape(clock, last)
    const thinned = new Thinned(notice => {
      this.#notices.add(notice)
      told?.(notice)
    })
    for (const running of [actor, ...Array.from(parts.roster.records, record => record.actor)])
      this.#tape.tell(running, found, {
        event: found.type,
        from: undefined,
        to: stateName(running.getSnapshot()),
      })
    const untap = tapInto(actor, parts.system, this.#tape)
    const reports = parts.notices.of(recordedTypes).subscribe(notice => thinned.add(plainNotice(notice)))
    this.#stops = [untap, () => reports.unsubscribe()]
  }

  /** Keeps how the pool stands now. */
  takeFrame(): void {
    this.#frames.add(takeFrame(this.#system))
  }

  /** What has come since, and where to go on. */
  since(cursor: Cursor): { readonly slice: Slice; readonly cursor: Cursor } {
    const { names, count } = this.#tape
    const { before, skipped, bytes } = this.#tape.since(cursor.records)
    const slice: Slice = {
      names: names.slice(cursor.names),
      namesBefore: cursor.names,
      recordsBefore: before,
      skipped,
      records: bytes,
      notices: this.#notices.since(cursor.notices),
      frames: this.#frames.since(cursor.frames),
    }
    const next = {
      names: names.length,
      records: count,
      notices: this.#notices.count,
      frames: this.#frames.count,
    }
    return { slice, cursor: next }
  }

  /** All that is kept, and at its end how the pool stands now. */
  recording(): Recording {
    const { slice } = this.since(fromTheBeginning)
    return {
      format: 'statepool.recording',
      version: 1,
      pool: this.pool,
      startedAt: this.startedAt,
      names: slice.names,
      records: slice.records,
      skipped: slice.skipped,
      notices: slice.notices,
      frames: [...slice.frames, takeFrame(this.#system)],
    }
  }

  /** Listens no longer; what is kept can still be read. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }
}
