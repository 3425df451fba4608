// A recording, played from any moment at any speed.

import { decode, type Frame, type Notice, type Recording } from '../../recorder/format.js'
import { diagnose } from '../diagnose.js'
import type { PoolIdentity, Transition } from './model/pool-view.js'
import { transitionsIn } from './model/transitions.js'
import { clockTime, sentenceOf } from './model/words.js'
import type { Listener, Replay, Source } from './source.js'

type Happening =
  | { readonly at: number; readonly kind: 'transition'; readonly transition: Transition }
  | { readonly at: number; readonly kind: 'notice'; readonly notice: Notice }
  | { readonly at: number; readonly kind: 'frame'; readonly frame: Frame }

const parts = 240
/** What is worse than a moment: worth a mark on the track. */
const remarkable: ReadonlySet<string> = new Set([
  'acquire.timedOut',
  'acquire.deadlocked',
  'pool.down',
  'connection.lost',
  'lease.leaked',
])
const mostMarks = 60

/**
 * The file of a recording as a source.
 * @throws RecordingError when it is none.
 */
export function recording(bytes: Uint8Array): Source {
  const player = new Player(decode(bytes))
  return { open: listener => player.open(listener), now: () => player.position, replay: player }
}

class Player implements Replay {
  readonly start: number
  readonly end: number
  readonly marks: Replay['marks']
  readonly density: readonly number[]
  position: number
  speed = 1
  playing = false
  readonly #recorded: Recording
  readonly #identity: PoolIdentity
  readonly #happenings: readonly Happening[]
  readonly #notices: Notice[] = []
  #listener: Listener | undefined
  /** The first happening that has not been told. */
  #next = 0
  #timer: ReturnType<typeof setInterval> | undefined
  #ticked = 0

  constructor(recorded: Recording) {
    this.#recorded = recorded
    this.#happenings = inOrder(recorded)
    this.start = this.#happenings[0]?.at ?? 0
    this.end = Math.max(this.#happenings.at(-1)?.at ?? 0, this.start + 1)
    this.position = this.start
    this.marks = marksOf(recorded)
    this.density = densityOf(this.#happenings, this.start, this.end)
    this.#identity = {
      id: 0,
      name: recorded.pool.name,
      driver: recorded.pool.driver,
      target: '',
      options: recorded.pool.options,
      wallOffset: recorded.startedAt,
    }
  }

  open(listener: Listener): () => void {
    this.#listener = listener
    this.#rewind()
    listener.connection({ state: 'open' })
    this.seek(this.#recorded.incident === undefined ? this.end : this.#recorded.incident.at)
    return () => this.pause()
  }

  play(): void {
    if (this.playing) return
    if (this.position >= this.end) this.seek(this.start)
    this.playing = true
    this.#ticked = performance.now()
    this.#timer = setInterval(() => this.#tick(), 33)
  }

  pause(): void {
    this.playing = false
    clearInterval(this.#timer)
  }

  setSpeed(speed: number): void {
    this.speed = speed
  }

  seek(at: number): void {
    const goal = Math.min(this.end, Math.max(this.start, at))
    if (goal < this.position) this.#rewind()
    this.#goTo(goal)
  }

  step(direction: 1 | -1): void {
    this.pause()
    if (direction === 1) {
      const next = this.#happenings[this.#next]
      if (next) this.#goTo(next.at)
      return
    }
    let place = this.#next - 1
    while (place >= 0 && (this.#happenings[place]?.at ?? 0) >= this.position) place--
    this.seek(this.#happenings[Math.max(0, place)]?.at ?? this.start)
  }

  #tick(): void {
    const now = performance.now()
    this.#goTo(Math.min(this.end, this.position + (now - this.#ticked) * this.speed))
    this.#ticked = now
    if (this.position >= this.end) this.pause()
  }

  /** Back to before the beginning: what comes after is told anew. */
  #rewind(): void {
    this.#next = 0
    this.#notices.length = 0
    this.position = this.start
    this.#listener?.introduce({
      kind: 'recording',
      title: titleOf(this.#recorded),
      allowControl: false,
      pools: [this.#identity],
      faults: [],
    })
  }

  /** Tells everything up to a moment, in order. */
  #goTo(at: number): void {
    const listener = this.#listener
    let transitions: Transition[] = []
    const flush = (): void => {
      if (transitions.length > 0) listener?.transitions(0, transitions, 0)
      transitions = []
    }
    for (; this.#next < this.#happenings.length; this.#next++) {
      const happening = this.#happenings[this.#next] as Happening
      if (happening.at > at) break
      if (happening.kind === 'transition') transitions.push(happening.transition)
      else {
        flush()
        if (happening.kind === 'notice') {
          this.#notices.push(happening.notice)
          listener?.notices(0, [happening.notice])
        } else {
          const { frame } = happening
          listener?.frame(0, { frame, diagnosis: diagnose(frame, this.#notices) })
        }
      }
    }
    flush()
    this.position = at
  }
}

/** Everything in the order of time; of what happened at one moment, frames last, because they say how it ended. */
function inOrder({ records, names, notices, frames }: Recording): Happening[] {
  const rank = { transition: 0, notice: 1, frame: 2 }
  return [
    ...transitionsIn(records, names).map(transition => ({
      at: transition.at,
      kind: 'transition' as const,
      transition,
    })),
    ...notices.map(notice => ({ at: notice.at, kind: 'notice' as const, notice })),
    ...frames.map(frame => ({ at: frame.at, kind: 'frame' as const, frame })),
  ].sort((one, other) => one.at - other.at || rank[one.kind] - rank[other.kind])
}

function marksOf({ notices, incident }: Recording): Replay['marks'] {
  const marks = notices
    .filter(({ type }) => remarkable.has(type))
    .slice(-mostMarks)
    .map(notice => ({ at: notice.at, text: sentenceOf(notice).text, incident: false }))
  return incident === undefined ? marks : [{ at: incident.at, text: incident.text, incident: true }, ...marks]
}

function densityOf(happenings: readonly Happening[], start: number, end: number): number[] {
  const counts = new Array<number>(parts).fill(0)
  for (const { at } of happenings) {
    const part = Math.min(parts - 1, Math.floor(((at - start) / (end - start)) * parts))
    counts[part] = (counts[part] ?? 0) + 1
  }
  const most = Math.max(...counts, 1)
  return counts.map(each => each / most)
}

function titleOf({ startedAt, frames, incident }: Recording): string {
  const last = frames.at(-1)?.at ?? incident?.at
  return last === undefined ? 'A recording' : `A recording that ends at ${clockTime(startedAt + last)}`
}
