// A recording as Chrome trace events, which ui.perfetto.dev and chrome://tracing open.
import { decodeRecords } from './codec.js'
import type { Recording, TransitionRecord } from './recording.js'

/** One event of the Trace Event Format; times in microseconds. */
export interface TraceEvent {
  readonly name: string
  /** M = a name for a lane, X = a slice, b and e = begin and end of a wait, i = an instant, C = counters. */
  readonly ph: 'M' | 'X' | 'b' | 'e' | 'i' | 'C'
  readonly pid: number
  readonly tid?: number
  readonly ts?: number
  readonly dur?: number
  readonly cat?: string
  readonly id?: string
  readonly s?: 'p' | 't'
  readonly args?: Readonly<Record<string, unknown>>
}

/** The Trace Event Format's object form. */
export interface Trace {
  readonly displayTimeUnit: 'ms'
  readonly traceEvents: readonly TraceEvent[]
  readonly otherData: Readonly<Record<string, string>>
}

const pid = 1
/** The lane of the pool itself; a connection's is its number, and one more. */
const poolLane = 1

/** What a connection does when it is leased. */
const leased = /^busy\b/

/**
 * The trace of a recording. Each connection has a lane: slices for its lives, in them one for each state, and in those that are leased one
 * for each lease. Each caller's wait is an asynchronous slice, from `acquire` to the answer. Reports are instants; figures are counters.
 */
export function perfettoTrace(recording: Recording): Trace {
  const records = decodeRecords(recording.records, recording.names)
  const begins = [records[0]?.at, recording.frames[0]?.at, recording.notices[0]?.at].filter(
    at => at !== undefined,
  )
  const zero = begins.length === 0 ? 0 : Math.min(...begins)
  const end = Math.max(
    zero,
    ...[records.at(-1)?.at, recording.frames.at(-1)?.at, recording.notices.at(-1)?.at].filter(
      at => at !== undefined,
    ),
  )
  const ts = (at: number): number => Math.max(0, Math.round((at - zero) * 1_000))
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      { name: 'process_name', ph: 'M', pid, args: { name: `pool ${recording.pool.name}` } },
      ...lanesOf(records, ts, end),
      ...waitsOf(recording, records, ts, end),
      ...recording.notices.map(({ at, type, ...args }): TraceEvent => {
        return { name: type, ph: 'i', s: 'p', pid, tid: poolLane, ts: ts(at), cat: 'report', args }
      }),
      ...recording.frames.map(({ at, stats }): TraceEvent => {
        const { idle, busy, connecting, validating, closing } = stats
        const args = { idle, busy, connecting, validating, closing }
        return { name: 'connections', ph: 'C', pid, ts: ts(at), args }
      }),
      ...recording.frames.map(({ at, stats: { waiting } }): TraceEvent => {
        return { name: 'callers', ph: 'C', pid, ts: ts(at), args: { waiting } }
      }),
    ],
    otherData: {
      pool: recording.pool.name,
      driver: recording.pool.driver,
      began: new Date(recording.startedAt + zero).toISOString(),
    },
  }
}

/** An actor's lane as it grows: since when what is open in it is so. */
interface Lane {
  readonly tid: number
  /** What its lives are called; undefined for the pool, which has one. */
  life: string | undefined
  lifeSince: number
  leaseSince: number | undefined
  state: string
  stateSince: number
}

/** How deep slices lie: what is equally long is nested in this order. */
const depths = ['life', 'lease', 'state'] as const

function lanesOf(
  records: readonly TransitionRecord[],
  ts: (at: number) => number,
  end: number,
): TraceEvent[] {
  const lanes = new Map<string, Lane>()
  const names: TraceEvent[] = []
  const slices: (TraceEvent & { ts: number; dur: number })[] = []
  const slice = (
    lane: Lane,
    cat: (typeof depths)[number],
    name: string,
    since: number,
    until: number,
  ): void => {
    const start = ts(since)
    const dur = ts(until) - start
    // What took no time would lie inside of what begins at the same moment.
    if (dur > 0) slices.push({ name, ph: 'X', pid, tid: lane.tid, ts: start, dur, cat })
  }
  const endLease = (lane: Lane, until: number): void => {
    if (lane.leaseSince !== undefined) slice(lane, 'lease', 'lease', lane.leaseSince, until)
    lane.leaseSince = undefined
  }
  const endLife = (lane: Lane, until: number): void => {
    endLease(lane, until)
    if (lane.state !== 'closed') slice(lane, 'state', lane.state, lane.stateSince, until)
    if (lane.life !== undefined) slice(lane, 'life', lane.life, lane.lifeSince, until)
    lane.life = undefined
  }
  for (const { at, actor, event, from, to, number } of records) {
    const known = lanes.get(actor)
    if (known === undefined || from === undefined) {
      if (known?.life !== undefined) endLife(known, at) // the record of its end is missing
      const tid = known?.tid ?? laneOf(actor)
      if (known === undefined) names.push({ name: 'thread_name', ph: 'M', pid, tid, args: { name: actor } })
      const life =
        tid === poolLane ? undefined : from === undefined && number > 0 ? `connection ${number}` : actor
      const leaseSince = leased.test(to) ? at : undefined
      lanes.set(actor, { tid, life, lifeSince: at, leaseSince, state: to, stateSince: at })
      continue
    }
    const isLeasedAnew = event === 'release' && leased.test(to)
    if (from === to && !isLeasedAnew) continue
    slice(known, 'state', known.state, known.stateSince, at)
    if (!leased.test(to) || isLeasedAnew) endLease(known, at)
    if (leased.test(to)) known.leaseSince ??= at
    known.state = to
    known.stateSince = at
    if (to === 'closed') endLife(known, at)
  }
  for (const lane of lanes.values()) if (lane.state !== 'closed') endLife(lane, end)
  const depth = ({ cat }: TraceEvent): number => depths.indexOf(cat as 'life')
  slices.sort((one, other) => one.ts - other.ts || other.dur - one.dur || depth(one) - depth(other))
  return [...names, ...slices]
}

const laneOf = (actor: string): number => {
  const number = Number(/^connection-(\d+)$/.exec(actor)?.[1])
  return Number.isInteger(number) ? poolLane + number : poolLane
}

const unserved: ReadonlySet<string> = new Set(['acquire.timedOut', 'acquire.aborted', 'acquire.refused'])

/** From `acquire` to the lease or to the error; to the end of the recording, for those who still waited then. */
function waitsOf(
  { notices, frames }: Recording,
  records: readonly TransitionRecord[],
  ts: (at: number) => number,
  end: number,
): TraceEvent[] {
  const asked = new Map<number, number>()
  const answered = new Map<number, { readonly at: number; readonly answer: string }>()
  for (const { event, number, at, to, from } of records) {
    if (number === 0) continue
    if (event === 'acquire') asked.set(number, at)
    else if (to === 'busy.leased' && from !== undefined && !(event === 'checkout' && from === 'busy.leased'))
      answered.set(number, { at, answer: 'lease' })
    else if (event === 'cancel') answered.set(number, { at, answer: 'acquire.aborted' })
  }
  for (const { type, request, at } of notices)
    if (request !== undefined && unserved.has(type)) answered.set(request, { at, answer: type })
  const waiting = new Set(frames.at(-1)?.waiting.map(({ request }) => request))
  const events: TraceEvent[] = []
  for (const [request, at] of asked) {
    const outcome = answered.get(request) ?? (waiting.has(request) ? { at: end, answer: 'waits' } : undefined)
    if (outcome === undefined) continue // refused, in a flood of which the recording has one
    const wait = { name: 'acquire', cat: 'wait', id: String(request), pid, tid: poolLane } as const
    events.push({ ...wait, ph: 'b', ts: ts(at), args: { request } })
    events.push({ ...wait, ph: 'e', ts: ts(Math.max(at, outcome.at)), args: { answer: outcome.answer } })
  }
  return events
}
