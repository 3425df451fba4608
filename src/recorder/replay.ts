// Replays a recording through the bare machines: does each event lead, by the charts, to where the recording says that it led?
import { once } from '../actors/once.js'
import { connectionMachine, poolMachine } from '../machines/index.js'
import { ChartWalk } from './chart-walk.js'
import { decodeRecords } from './codec.js'
import { foundRunning, type Recording, type TransitionRecord } from './format.js'

/** What {@link replay} found. */
export interface ReplayReport {
  /** The states in which the replay left each actor, by its id; an actor that started anew under the same id counts once. */
  readonly states: ReadonlyMap<string, string>
  /** Where the recording does not agree with the machines. Empty for a recording that is whole. */
  readonly contradictions: readonly Contradiction[]
}

/** A record that the machines do not allow. */
export interface Contradiction {
  /** Which record it is, counted from 0. */
  readonly index: number
  readonly record: TransitionRecord
  /** What the machines say instead, in words. */
  readonly text: string
}

/** What was found out about the machines once is true of all recordings. */
const walks = once(() => ({
  connection: new ChartWalk(connectionMachine, ['isUnusable', 'needsReset']),
  pool: new ChartWalk(poolMachine, []),
}))

/**
 * Replays a recording through `connectionMachine` and `poolMachine`. The machines get the recorded events in their order. What a guard
 * answers from the event it answers by itself; what it answered from the surroundings (does a caller wait? is a connection idle?) is
 * not recorded, and any answer is allowed. So the report names each record whose event cannot lead from where its actor was to where
 * the record says: a recording with a gap, one of another version of the machines, or a machine that does not do what its chart says.
 */
export function replay(recording: Pick<Recording, 'records' | 'names' | 'frames'>): ReplayReport {
  const { connection, pool } = walks()
  const states = new Map<string, string>()
  const contradictions: Contradiction[] = []
  for (const [index, record] of decodeRecords(recording.records, recording.names).entries()) {
    const walk = /^connection-\d+$/.test(record.actor) ? connection : pool
    const text = objection(walk, states.get(record.actor), record)
    if (text !== undefined) contradictions.push({ index, record, text })
    states.set(record.actor, record.to)
  }
  // A connection that did nothing has no record, unless the recording began later than it: then that is still there.
  for (const { id, state } of recording.frames.at(-1)?.connections ?? [])
    if (!states.has(id)) states.set(id, state)
  return { states, contradictions }
}

/** @param state where the replay left the actor; undefined if the recording began when it was running already */
function objection(walk: ChartWalk, state: string | undefined, record: TransitionRecord): string | undefined {
  const { actor, event, from, to } = record
  if (from !== undefined && state !== undefined && from !== state)
    return `${actor} is in ${state} here, and not in ${from}: records are missing.`
  if (event === foundRunning) return undefined
  if (from !== undefined && !walk.has(from)) return `${actor} is in ${from}, which its chart does not have.`
  const reachable = from === undefined ? walk.starts : walk.after(from, event, record.code)
  if (reachable.has(to)) return undefined
  const places = [...reachable].join(' or ')
  return from === undefined
    ? `${actor} starts in ${places}, and not in ${to}.`
    : `${event} leads ${actor} from ${from} to ${places}, and not to ${to}.`
}
