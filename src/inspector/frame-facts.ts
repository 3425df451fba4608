// What a diagnosis is made from, seen in a frame and in notices: of a recording, there is nothing else.
import type { FailingConnects, PoolFacts } from '../actors/watching/diagnosis.js'
import type { HeldLease } from '../actors/watching/holders-and-waiters.js'
import type { Frame, FrameLease, Notice } from '../recorder/format.js'
import { lastOf } from './diagnose-words.js'

/** By which notice a pool says that it has come into a state. */
const announced: Readonly<Record<string, string>> = {
  running: 'pool.ready',
  backingOff: 'pool.down',
  shedding: 'pool.overloaded',
  paused: 'pool.paused',
  draining: 'pool.draining',
  closed: 'pool.closed',
}

/** The facts of a pool as it was recorded. */
export function factsIn({ at, stats, leases, waiting }: Frame, notices: readonly Notice[]): PoolFacts {
  const { state, min, max, connecting, total } = stats
  const first = waiting.reduce<number | undefined>(
    (oldest, { since }) => Math.min(oldest ?? since, since),
    undefined,
  )
  return {
    now: at,
    state,
    stateSince: lastOf(notices, announced[state] ?? '')?.at ?? at,
    min,
    max,
    established: stats.idle + stats.busy + stats.validating,
    connecting,
    total,
    leases: leases.map(lease => heldLease(lease, at)),
    waiting: stats.waiting,
    oldestWaiter: first,
    // After a back-off in which no caller came the pool serves again, without a connect that succeeded.
    connects:
      state === 'backingOff' || state === 'paused'
        ? failingConnects(notices, state === 'paused' ? undefined : at)
        : undefined,
    budget: stats.heldBack === true ? spentBudget(notices) : undefined,
    leakWarning: leakWarningOf(leases, notices, at),
  }
}

function heldLease({ lease, connection, since, leaked, from }: FrameLease, at: number): HeldLease {
  const where = from === undefined ? undefined : { acquiredFrom: from }
  return { lease, connection, serial: 0, acquiredAt: since, heldFor: at - since, leaked, ...where }
}

/**
 * Connects that failed since the last one that succeeded.
 * @param known a moment at which connects are known to fail, whatever the notices say
 */
function failingConnects(notices: readonly Notice[], known: number | undefined): FailingConnects | undefined {
  const succeeded = notices.findLastIndex(({ type }) => type === 'connection.ready')
  const failed = notices
    .slice(succeeded + 1)
    .filter(({ type }) => type === 'connection.failed' || type === 'pool.down')
  const since = failed[0]?.at ?? known
  if (since === undefined) return undefined
  const counted = failed.filter(({ type }) => type === 'connection.failed').length
  const told = failed.findLast(({ type }) => type === 'pool.down')?.failures
  const why = failed.at(-1)?.error?.message ?? 'the reason is not known'
  const count = Math.max(1, counted, typeof told === 'number' ? told : 0)
  // The message has the remedy in it already.
  return { since, count, lastError: { why, remedy: '' } as FailingConnects['lastError'] }
}

/** Who held the connections of the budget when the pool last said that it wants one more. */
function spentBudget(notices: readonly Notice[]): NonNullable<PoolFacts['budget']> {
  const said: Partial<Notice> = lastOf(notices, 'pool.heldBack') ?? {}
  const { budget = 'its budget', max = 0, holders = [] } = said
  return { budget, max, holders } as NonNullable<PoolFacts['budget']>
}

/** The limit is not in a frame: a lease was reported when it had been held for so long. */
function leakWarningOf(leases: readonly FrameLease[], notices: readonly Notice[], at: number): number {
  const leaked = leases.filter(lease => lease.leaked)
  if (leaked.length === 0) return Number.POSITIVE_INFINITY
  const reported = notices
    .filter(({ type, lease }) => type === 'lease.leaked' && leaked.some(each => each.lease === lease))
    .map(({ heldFor }) => Number(heldFor))
  return Math.min(...reported, ...leaked.map(({ since }) => at - since))
}
