// The ledger of a fleet: who may have how many connections, until when. A pure step for each report of a pool; engines keep the ledger, and
// make each step one atomic change. `engines/redis-script.ts` is the same in Lua, and a test holds the two together.
import { claimOf, shares } from '../../machines/decisions/shares.js'
import type { Answer, Report } from './engine.js'

/** What a ledger knows of one pool. Times are on the engine's clock, in milliseconds. */
export interface Entry {
  readonly held: number
  readonly min: number
  readonly need: number
  /** Since when it has needed more than it holds, and has held as many; 0 = it needs no more. */
  readonly since: number
  readonly grantedAt: number
  /** How many it should have, as of the last settling. */
  readonly target: number
  /** The number of the last report that counted. */
  readonly report: number
  /** When it counts as gone unless it reports again. */
  readonly expiresAt: number
}

/** A fleet's ledger. */
export interface Ledger {
  /** When it was begun. A ledger that was lost is begun anew: this is how its pools notice. */
  readonly epoch: number
  /** All pools that have reported in time, the one whose report is oldest first. */
  readonly entries: Map<string, Entry>
  /** Sums over all entries: what they hold; what they hold, need or are to keep. */
  held: number
  claimed: number
  mins: number
  /** What is spoken for: what each holds, or is to keep. */
  spoken: number
  /** When the targets were last worked out. */
  settledAt: number
}

export const newLedger = (now: number): Ledger => ({
  epoch: now,
  entries: new Map(),
  held: 0,
  claimed: 0,
  mins: 0,
  spoken: 0,
  settledAt: 0,
})

/** How long targets stand before they are worked out again, in milliseconds: with thousands of pools that takes a while. */
const settleEvery = ({ entries }: Ledger): number => Math.min(250, entries.size / 2)

/** Up to so many pools are worked out anew as soon as one is gone. */
const fewPools = 1_000

/** A pool reports, and is told how many connections it may have. Changes the ledger. */
export function exchange(ledger: Ledger, report: Report, now: number): Answer {
  expire(ledger, now)
  const { id, connections, floor } = report
  const before = ledger.entries.get(id)
  if (before !== undefined && report.report <= before.report)
    return answerOf(ledger, before, connections, now)
  remove(ledger, id, before)
  if (report.leaves) return answerOf(ledger, gone, connections, now)
  // Together they are promised no more than there is: the one that comes too late has less kept for it, and is told.
  const min = Math.min(report.min, Math.max(0, connections - ledger.mins))
  const need = Math.max(report.need, min)
  let entry: Entry = {
    held: report.keep,
    min,
    need,
    since: need > report.keep ? (before?.held === report.keep && before.since) || now : 0,
    grantedAt: before?.grantedAt ?? now,
    target: before?.target ?? need,
    report: report.report,
    expiresAt: now + report.ttl,
  }
  add(ledger, id, entry)
  const contended = ledger.claimed > connections
  if (contended && now - ledger.settledAt >= settleEvery(ledger)) {
    settle(ledger, connections, now)
    entry = ledger.entries.get(id) as Entry
  }
  // A ledger that was just begun may not know all yet who hold connections: they have a time to live to say so.
  const isYoung = now < ledger.epoch + report.ttl
  const most = isYoung ? floor : contended ? entry.target : need
  const free = connections - ledger.held
  const unspoken = connections - ledger.spoken + Math.max(0, min - entry.held)
  const granted = Math.max(0, Math.min(most - entry.held, free, unspoken))
  if (granted > 0) {
    const held = entry.held + granted
    remove(ledger, id, entry)
    entry = { ...entry, held, since: need > held ? now : 0, grantedAt: now }
    add(ledger, id, entry)
  }
  const answer = answerOf(ledger, entry, connections, now)
  return isYoung ? { ...answer, target: entry.held } : answer
}

/** What is answered to a pool that has left. */
const gone: Entry = {
  held: 0,
  min: 0,
  need: 0,
  since: 0,
  grantedAt: 0,
  target: 0,
  report: 0,
  expiresAt: 0,
}

function answerOf(
  ledger: Ledger,
  { held, min, need, target }: Entry,
  connections: number,
  now: number,
): Answer {
  const contended = ledger.claimed > connections
  const [oldest] = ledger.entries.values()
  return {
    epoch: ledger.epoch,
    held,
    min,
    target: contended ? target : Math.max(held, need),
    taken: ledger.held,
    mins: ledger.mins,
    nextExpiry: (oldest?.expiresAt ?? Number.POSITIVE_INFINITY) - now,
  }
}

/** Takes out those that have not reported in time. */
export function expire(ledger: Ledger, now: number): void {
  for (const [id, entry] of ledger.entries) {
    if (entry.expiresAt > now) return
    remove(ledger, id, entry)
    if (ledger.entries.size <= fewPools) ledger.settledAt = 0 // those that wait for what it held ask now
  }
}

function settle(ledger: Ledger, connections: number, now: number): void {
  ledger.settledAt = now
  // By their ids: those that tie for a connection are to tie in the same order each time, or the one that reports last never has it.
  const all = [...ledger.entries].sort(([one], [other]) => (one < other ? -1 : 1))
  const targets = shares(
    all.map(([, entry]) => entry),
    connections,
    now,
  )
  for (const [index, [id, entry]] of all.entries()) {
    const target = targets[index] as number
    if (target !== entry.target) ledger.entries.set(id, { ...entry, target }) // where it stands
  }
}

/** Puts a pool's entry in, as the youngest. */
export function add(ledger: Ledger, id: string, entry: Entry): void {
  ledger.entries.set(id, entry)
  count(ledger, entry, 1)
}

function remove(ledger: Ledger, id: string, entry: Entry | undefined): void {
  if (entry === undefined) return
  ledger.entries.delete(id)
  count(ledger, entry, -1)
}

function count(ledger: Ledger, entry: Entry, times: 1 | -1): void {
  ledger.held += times * entry.held
  ledger.claimed += times * claimOf(entry)
  ledger.mins += times * entry.min
  ledger.spoken += times * Math.max(entry.held, entry.min)
}
