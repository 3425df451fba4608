// What is wrong with a pool, as far as it can know: findings, the worst first, from facts. Pure: `pool.health()` and the inspector share it.
import type { BudgetAbsence, BudgetEvidence } from '../../core/budget.js'
import type { ConnectError } from '../../core/errors.js'
import {
  firstUsefulLine,
  lowerFirst,
  messageOf,
  milliseconds,
  orRaiseMax,
  sourceOfMax,
  whoHolds,
  withoutStop,
} from '../../core/wording.js'
import type { PoolState } from './events.js'
import type { HeldLease } from './holders-and-waiters.js'

/** What a diagnosis is made from; times and durations in milliseconds, on the pool's clock. */
export interface PoolFacts {
  readonly now: number
  readonly state: PoolState
  /** When the pool came into a state that it tells of. */
  readonly stateSince: number
  readonly min: number
  readonly max: number
  /** Of an adaptive pool, the most that it may give itself. */
  readonly limit?: number | undefined
  /** Connections that are open and to be kept. */
  readonly established: number
  readonly connecting: number
  /** Connections in any state. */
  readonly total: number
  /** The current leases, the longest held first. */
  readonly leases: readonly HeldLease[]
  /** Callers in the queue. */
  readonly waiting: number
  /** When the one that has waited longest called `acquire`; undefined if no caller waits. */
  readonly oldestWaiter: number | undefined
  /** Lanes, whose callers are in no queue of the pool's until there is room for them. */
  readonly lanes?: readonly LaneFacts[]
  readonly connects: FailingConnects | undefined
  /** What the driver says of connects that are under way, while no connection is open: that no host fits so far. */
  readonly lacking?: string | undefined
  /** Who holds the connections of the budget that holds back the pool's growth; undefined = none does. */
  readonly budget?: BudgetEvidence | undefined
  /** The engine that keeps the budget does not answer; undefined = it does. */
  readonly away?: BudgetAbsence | undefined
  /** How long a lease may be held before it counts as a leak; Infinity = leaks are not looked for. */
  readonly leakWarning: number
}

/** Connects fail: since when, how many have in a row, and how the last one did. */
export interface FailingConnects {
  readonly since: number
  readonly count: number
  readonly lastError: ConnectError
}

/** A lane, and who waits for it to have room. */
interface LaneFacts {
  readonly name: string
  readonly max: number
  readonly waiting: number
  readonly oldestWaiter: number | undefined
}

/** How bad a finding is: the pool serves no caller, or fewer or later than it should. */
export type Severity = 'down' | 'degraded'

/** What a finding is about. Stable, for programs; the words are for people. */
export type FindingKind =
  | 'closed'
  | 'draining'
  | 'database down'
  | 'starting'
  | 'leaked'
  | 'stalled'
  | 'paused'
  | 'overloaded'
  | 'connects failing'
  | 'slow queue'
  | 'lane full'
  | 'budget spent'
  | 'budget away'

/** One thing that is wrong with a pool. */
export interface Finding {
  readonly kind: FindingKind
  readonly severity: Severity
  /** What is wrong, in a sentence, without secrets. */
  readonly what: string
  /** What to do about it; undefined if it passes or was asked for. */
  readonly remedy: string | undefined
  /** Since when, on the pool's clock. */
  readonly since: number
  /** The leases that the finding is about, the longest held first; empty if it is about none. */
  readonly holders: readonly HeldLease[]
  /** The last connect's error, if the finding is about connects. */
  readonly error: ConnectError | undefined
}

/** What a rule says; the rest of a finding has defaults. */
type Sketch = Pick<Finding, 'kind' | 'severity' | 'what' | 'since'> & Partial<Finding>

/**
 * What is wrong with a pool: nothing, or findings, those that keep it from serving first.
 * @param stalledAfter how long callers may wait while no caller gets a connection, in milliseconds
 */
export function diagnose(facts: PoolFacts, stalledAfter: number): readonly Finding[] {
  const ended = endOf(facts)
  if (ended !== undefined) return [finding(ended)]
  return [
    connectsOf(facts),
    leaksOf(facts),
    queueOf(facts, stalledAfter),
    laneOf(facts, stalledAfter),
    overloadOf(facts),
    awayOf(facts),
    pauseOf(facts),
  ]
    .filter(sketch => sketch !== undefined)
    .sort((one, other) => rank(one) - rank(other))
    .map(finding)
}

const finding = (sketch: Sketch): Finding =>
  Object.freeze({ remedy: undefined, holders: [], error: undefined, ...sketch })

const rank = ({ severity }: Sketch): number => (severity === 'down' ? 0 : 1)

function endOf({ state, stateSince: since, leases }: PoolFacts): Sketch | undefined {
  if (state === 'closed') return { kind: 'closed', severity: 'down', what: 'The pool is closed.', since }
  if (state !== 'draining') return undefined
  const what =
    leases.length === 0
      ? 'The pool is closing.'
      : `The pool is closing, and waits for ${counted(leases.length, 'lease')} to be released.`
  return { kind: 'draining', severity: 'down', what, since, holders: leases }
}

function connectsOf(facts: PoolFacts): Sketch | undefined {
  const { connects, established, connecting, min, state, stateSince } = facts
  if (connects !== undefined) {
    const { count, lastError, since } = connects
    const tries = count === 1 ? 'the last connect failed' : `${count} connects in a row have failed`
    const why = `${tries}: ${withoutStop(lastError.why)}`
    const remedy =
      lastError.remedy ?? 'Check that the database is up and reachable, and check the credentials.'
    const about = { since, error: lastError, remedy }
    return established === 0
      ? {
          kind: 'database down',
          severity: 'down',
          what: `The database is down: no connection is left, and ${why}.`,
          ...about,
        }
      : {
          kind: 'connects failing',
          severity: 'degraded',
          what: `The pool has ${counted(established, 'connection')}, but ${why}.`,
          ...about,
        }
  }
  if (state !== 'starting' || established >= min) return undefined
  return {
    kind: 'starting',
    severity: established === 0 ? 'down' : 'degraded',
    what: `The pool is starting: ${established} of ${counted(min, 'connection')} (min) ${established === 1 ? 'is' : 'are'} open, ${connecting} ${connecting === 1 ? 'is' : 'are'} being opened.`,
    since: stateSince,
  }
}

function leaksOf(facts: PoolFacts): Sketch | undefined {
  const { leases, leakWarning, now, max } = facts
  const holders = leases.filter(({ acquiredAt }) => now - acquiredAt >= leakWarning)
  const last = holders[Math.min(holders.length, max) - 1]
  const first = holders[0]
  if (last === undefined || first === undefined) return undefined
  const all = holders.length >= max
  const which = all
    ? max === 1
      ? `The only connection (${sourceOfMax(facts, 'max is 1')}) is leased and has`
      : `All ${max} connections (${sourceOfMax(facts)}) are leased and have`
    : `${counted(holders.length, 'lease')} of at most ${max} ${holders.length === 1 ? 'has' : 'have'}`
  return {
    kind: 'leaked',
    severity: all ? 'down' : 'degraded',
    what: `${which} been held for longer than leakWarning (${milliseconds(leakWarning)}), the longest for ${milliseconds(now - first.acquiredAt)}${acquired(first)}.`,
    remedy:
      'Release leases in a finally block, or let pool.use() or await using do it; if this work can take that long, raise leakWarning.',
    since: (all ? last : first).acquiredAt + leakWarning,
    holders,
  }
}

function queueOf(facts: PoolFacts, stalledAfter: number): Sketch | undefined {
  const { oldestWaiter, waiting, leases, now, state, established, max, total, budget } = facts
  const { connects, connecting, lacking } = facts
  const isUnconnected = established === 0 && (budget === undefined || lacking !== undefined)
  // While the pool is paused or the database is down, callers wait for that to end, and other findings say so.
  if (oldestWaiter === undefined || state === 'paused' || (isUnconnected && connects !== undefined))
    return undefined
  if (now - oldestWaiter < stalledAfter && (!isUnconnected || lacking === undefined)) return undefined
  const callers = `${counted(Math.max(1, waiting), 'caller')} ${waiting > 1 ? 'wait' : 'waits'}, the longest for ${milliseconds(now - oldestWaiter)}`
  if (isUnconnected)
    return {
      kind: 'stalled',
      severity: 'down',
      what: `No connection is open, ${connecting} ${connecting === 1 ? 'is' : 'are'} being opened, and ${callers}${lacking === undefined ? '' : `: ${lowerFirst(withoutStop(lacking))}`}.`,
      remedy: 'Check that the database is up and reachable.',
      since: oldestWaiter,
    }
  if (budget !== undefined)
    return {
      kind: 'budget spent',
      severity: 'degraded', // its turn comes: to take it out of service would help no other pool
      what: `Callers wait long for a connection, and ${whoHolds(budget)}: ${callers}.`,
      remedy:
        "Hold connections for less time, raise the budget's maximum if the database has room, or lower the max of pools that hold many.",
      since: oldestWaiter + stalledAfter,
    }
  // A connection that comes free goes to the next caller: so the youngest lease tells when a caller was served last.
  const lastServed = Math.max(oldestWaiter, ...leases.map(({ acquiredAt }) => acquiredAt))
  if (now - lastServed < stalledAfter)
    return {
      kind: 'slow queue',
      severity: 'degraded',
      what: `Callers wait long for a connection: ${callers}.`,
      remedy: `${orRaiseMax(facts, ['Hold connections for less time', 'shed load upstream'], ' if the database has room')}.`,
      since: oldestWaiter + stalledAfter,
    }
  const [first] = leases
  const held =
    first === undefined
      ? `none of the pool's ${counted(total, 'connection')} can be leased`
      : `${leases.length} of at most ${max} ${max === 1 ? 'connection is' : 'connections are'} leased, the longest for ${milliseconds(now - first.acquiredAt)}${acquired(first)}`
  return {
    kind: 'stalled',
    severity: 'down',
    what: `No caller has got a connection for ${milliseconds(now - lastServed)}: ${callers}; ${held}.`,
    remedy:
      'Find out what the holders are waiting for (pool.leases(), and leakWarning for where they acquired): a leak, a lock in the database, or an acquire while holding a lease.',
    since: lastServed,
    holders: leases,
  }
}

function laneOf({ lanes = [], state, now }: PoolFacts, stalledAfter: number): Sketch | undefined {
  const oldest = ({ oldestWaiter = now }: LaneFacts): number => oldestWaiter
  const [lane] = [...lanes].sort((one, other) => oldest(one) - oldest(other))
  if (lane === undefined || state === 'paused' || now - oldest(lane) < stalledAfter) return undefined
  const { name, max, waiting } = lane
  return {
    kind: 'lane full',
    severity: 'degraded', // callers that go by no lane, or by another one, are served
    what: `The lane '${name}' has no room (lanes.${name}.max is ${max}): ${counted(waiting, 'caller')} ${waiting === 1 ? 'waits' : 'wait'} for it, the longest for ${milliseconds(now - oldest(lane))}.`,
    remedy: "Hold the lane's connections for less time, or raise its max.",
    since: oldest(lane) + stalledAfter,
  }
}

function awayOf({ away }: PoolFacts): Sketch | undefined {
  if (away === undefined) return undefined
  const what = `${away.budget[0]?.toUpperCase()}${away.budget.slice(1)} does not answer: the pool keeps its connections, and opens none beyond ${away.floor}.`
  const remedy = `See that the fleet's engine is up and that this process reaches it${away.error === undefined ? '' : `; the last error is: ${withoutStop(messageOf(away.error))}`}.`
  return { kind: 'budget away', severity: 'degraded', what, remedy, since: away.since }
}

function overloadOf(facts: PoolFacts): Sketch | undefined {
  const { state, stateSince: since, waiting, max, now } = facts
  if (state !== 'shedding') return undefined
  const what = `The pool is overloaded: for ${milliseconds(now - since)} callers have arrived faster than its ${counted(max, 'connection')} (${sourceOfMax(facts)}) ${max === 1 ? 'serves' : 'serve'} them, so it refuses each caller that has waited for shed.target; ${counted(waiting, 'caller')} ${waiting === 1 ? 'waits' : 'wait'}.`
  const remedy = `${orRaiseMax(facts, ['Shed load upstream', 'hold connections for less time'], ' if the database has room')}.`
  return { kind: 'overloaded', severity: 'degraded', what, remedy, since }
}

function pauseOf({ state, stateSince: since, waiting }: PoolFacts): Sketch | undefined {
  if (state !== 'paused') return undefined
  const what = `The pool is paused: ${waiting === 0 ? 'no caller waits yet' : `${counted(waiting, 'caller')} ${waiting === 1 ? 'waits' : 'wait'}`} for pool.resume().`
  return { kind: 'paused', severity: 'degraded', what, since }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const acquired = ({ acquiredFrom }: HeldLease): string =>
  acquiredFrom === undefined ? '' : ` (acquired ${firstUsefulLine(acquiredFrom)})`
