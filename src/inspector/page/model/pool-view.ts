// All that the page knows of one pool. It changes only by what it is told, on the pool's own clock: the same records, notices and
// frames in the same order make the same view, live or from a recording.

import type { Frame, FrameLease, FrameStats, Notice } from '../../../recorder/format.js'
import {
  type Diagnosis,
  figures,
  type PastMessage,
  type Percentiles,
  type Sample,
  type Times,
} from '../../protocol.js'
import { bandOf } from './bands.js'
import { Durations } from './durations.js'
import { Findings } from './findings.js'
import { Lane, type LaneLease } from './lane.js'
import { Ring } from './ring.js'
import { Series } from './series.js'

/** Who it is. */
export interface PoolIdentity {
  readonly id: number
  readonly name: string
  readonly driver: string
  readonly target: string
  readonly options: Readonly<Record<string, number | string | boolean | null>>
  /** `wallOffset + at` is the time of day, in milliseconds of Unix time. */
  readonly wallOffset: number
}

/** One transition, looked up. */
export interface Transition {
  readonly at: number
  readonly actor: string
  readonly event: string
  readonly from: string | undefined
  readonly to: string
  readonly number: number
}

/** A frame, wherever it came from. */
export interface ViewFrame {
  readonly frame: Frame
  readonly diagnosis: Diagnosis
  /** Of a running pool, its server's; without them, the page's own from the records. */
  readonly times?: Times
}

/** How it stood in the seconds before the page came. */
export type Past = Pick<PastMessage, 'times' | 'columns'>

/** A line of the event log. */
export type LogEntry =
  | { readonly kind: 'notice'; readonly at: number; readonly notice: Notice }
  | { readonly kind: 'transition'; readonly at: number; readonly transition: Transition }

const noticesKept = 2000
const transitionsKept = 4000
const connectionId = /^connection-\d+$/

/** See above. Views read it; only {@link PoolView.tell} and its like change it. */
export class PoolView {
  readonly identity: PoolIdentity
  frame: Frame | undefined
  diagnosis: Diagnosis | undefined
  /** The latest time that it was told of. */
  at = 0
  gone = false
  /** How many records the page missed, because it was too slow or came late. */
  missed = 0
  /** The state of the pool's own machine. */
  state: string | undefined
  readonly lanes = new Map<string, Lane>()
  readonly series = new Series()
  readonly notices = new Ring<LogEntry & { kind: 'notice' }>(noticesKept)
  readonly transitions = new Ring<LogEntry & { kind: 'transition' }>(transitionsKept)
  /** One of each kind of transition since the charts were last drawn, which empty these. */
  readonly pulses = {
    pool: new Map<string, Transition>(),
    connection: new Map<string, Transition>(),
  } as const
  readonly waits = new Durations()
  readonly usesOf = new Durations()
  readonly connects = new Durations()
  /** How many transitions there were, for rates. */
  told = 0
  readonly #findings = new Findings()
  readonly #requests = new Map<number, number>()

  constructor(identity: PoolIdentity) {
    this.identity = identity
  }

  /** A machine has processed an event. */
  tell(transition: Transition): void {
    const { at, actor, event, from, to } = transition
    if (at > this.at) this.at = at
    this.told++
    this.transitions.push({ kind: 'transition', at, transition })
    if (connectionId.test(actor)) this.#tellConnection(transition)
    else {
      this.state = to
      if (event === 'acquire') this.#remember(transition)
      else if (event === 'cancel') this.#requests.delete(transition.number)
      if (from !== to) this.#pulse('pool', transition)
    }
  }

  #tellConnection(transition: Transition): void {
    const { at, actor, event, from, to, number } = transition
    const lane = this.#lane(actor, at)
    if (from === undefined) {
      lane.serial = number
      lane.uses = 0
      lane.openedAt = undefined
    }
    const held = from === undefined ? undefined : bandOf(from)
    const holds = bandOf(to)
    if (event === 'driver.connected') {
      this.connects.add(at, at - lane.since)
      lane.openedAt = at
    }
    const isLentAnew = holds === 'leased' && (held !== 'leased' || event === 'release')
    if (held === 'leased' && (holds !== 'leased' || isLentAnew)) {
      const open = lane.leases.at(-1)
      if (open && open.until === undefined) {
        open.until = at
        this.usesOf.add(at, at - open.since)
      }
    }
    if (isLentAnew) {
      lane.uses++
      lane.leases.push({ lease: undefined, since: at, until: undefined, acquiredFrom: undefined })
      const asked = this.#requests.get(number)
      this.#requests.delete(number)
      this.waits.add(at, asked === undefined ? 0 : Math.max(0, at - asked))
    }
    if (
      event === 'driver.lost' ||
      event === 'driver.connectFailed' ||
      event === 'driver.invalid' ||
      /Timeout$/.test(event)
    ) {
      lane.alarms.push({ at, text: event })
    }
    lane.step(at, event, from, to)
    if (from !== to || isLentAnew) this.#pulse('connection', transition)
  }

  #remember({ at, number }: Transition): void {
    if (number === 0) return
    this.#requests.set(number, at)
    if (this.#requests.size <= 10_000) return
    for (const oldest of this.#requests.keys()) {
      this.#requests.delete(oldest)
      break
    }
  }

  #pulse(chart: 'pool' | 'connection', transition: Transition): void {
    const { from, to, event } = transition
    const key = `${from}|${to}|${event}`
    if (!this.pulses[chart].has(key)) this.pulses[chart].set(key, transition)
  }

  #lane(id: string, at: number): Lane {
    let lane = this.lanes.get(id)
    if (lane === undefined) {
      lane = new Lane(id, at)
      this.lanes.set(id, lane)
    }
    return lane
  }

  /** The pool has reported something. */
  note(notice: Notice): void {
    if (notice.at > this.at) this.at = notice.at
    this.notices.push({ kind: 'notice', at: notice.at, notice })
    if (notice.connection === undefined) return
    const lane = this.lanes.get(notice.connection)
    if (notice.type === 'connection.lost' || notice.type === 'connection.failed')
      lane?.alarms.push({
        at: notice.at,
        text: notice.type === 'connection.lost' ? 'lost' : 'connect failed',
      })
  }

  /** How the pool stands: puts right what the records did not say. */
  show({ frame, diagnosis, times }: ViewFrame): void {
    const before = this.frame
    if (frame.at > this.at) this.at = frame.at
    this.frame = frame
    this.diagnosis = this.#findings.settle(frame.at, diagnosis)
    if (this.state === undefined || !this.state.startsWith(frame.stats.state)) this.state = frame.stats.state
    const present = new Set<string>()
    for (const { id, serial, state, openedAt, uses } of frame.connections) {
      present.add(id)
      const lane = this.#lane(id, frame.at)
      lane.serial = serial
      lane.openedAt = openedAt
      lane.uses = uses
      lane.settle(frame.at, state)
    }
    for (const lane of this.lanes.values()) if (!present.has(lane.id)) lane.settle(frame.at, undefined)
    for (const holder of frame.leases) this.#nameHolder(holder)
    this.#sample(frame, before, times)
  }

  /** What its plots begin with: told before anything else. */
  recall({ times, columns }: Past): void {
    for (const [place, at] of times.entries())
      this.series.add(
        at,
        Object.fromEntries(figures.map(figure => [figure, columns[figure]?.[place] ?? null])) as Sample,
      )
  }

  #nameHolder({ connection, lease, since, from: acquiredFrom }: FrameLease): void {
    const leases = this.lanes.get(connection)?.leases
    const open = leases?.at(-1)
    if (open === undefined || open.until !== undefined)
      leases?.push({ lease, since, until: undefined, acquiredFrom })
    else if (open.lease === undefined || open.acquiredFrom === undefined)
      Object.assign(open, { lease, acquiredFrom })
  }

  #sample(frame: Frame, before: Frame | undefined, told: Times | undefined): void {
    const { at, stats } = frame
    const seconds = before === undefined ? 0 : (at - before.at) / 1000
    if (before !== undefined && seconds <= 0) return
    // The first frame has no rates: where plots have begun already, that would be a gap in them.
    if (before === undefined && this.series.times.length > 0) return
    const rate = (figure: (stats: FrameStats) => number): number | null =>
      before === undefined ? null : Math.max(0, (figure(stats) - figure(before.stats)) / seconds)
    const times = told ?? {
      wait: this.waits.percentiles(at),
      use: this.usesOf.percentiles(at),
      connect: this.connects.percentiles(at),
    }
    const of = ({ count }: Percentiles, value: number): number | null => (count === 0 ? null : value)
    this.series.add(at, {
      idle: stats.idle,
      leased: stats.busy,
      connecting: stats.connecting,
      waiting: stats.waiting,
      granted: rate(each => each.acquired),
      timedOut: rate(each => each.timedOut),
      refused: rate(each => each.refused),
      failedConnects: rate(each => each.failedConnects),
      lost: rate(each => each.lost),
      wait50: of(times.wait, times.wait.p50),
      wait99: of(times.wait, times.wait.p99),
      use50: of(times.use, times.use.p50),
      use99: of(times.use, times.use.p99),
      connect50: of(times.connect, times.connect.p50),
      connect99: of(times.connect, times.connect.p99),
    })
  }

  /** The page missed so many records before this moment. */
  miss(count: number, at: number): void {
    this.missed += count
    for (const lane of this.lanes.values()) lane.skipTo(at)
  }

  /** How many connections are in each state, those included that are in a state inside of it. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { state } of this.lanes.values()) {
      if (state === undefined) continue
      let name = state
      for (;;) {
        counts.set(name, (counts.get(name) ?? 0) + 1)
        const dot = name.lastIndexOf('.')
        if (dot < 0) break
        name = name.slice(0, dot)
      }
    }
    return counts
  }

  /** The lease that was out at a time, if the page knows of it. */
  leaseAt(lane: Lane, at: number): LaneLease | undefined {
    return lane.leases.newest(1, ({ since, until }) => since <= at && (until === undefined || until >= at))[0]
  }
}
