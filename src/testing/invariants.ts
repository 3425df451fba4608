// What holds of any pool at any moment at which it is not in the middle of something: checked from its figures and its machines.

import type { AnyActorRef } from 'xstate'
import type { SimulatedDatabase } from '../db/simulated/index.js'
import type { Pool, PoolStats } from '../index.js'
import { demand } from './violation.js'

/** What {@link checkInvariants} may know besides the pool. */
export interface Surroundings {
  /** The simulated database behind the pool, for its count of connections; no other pool may use it. */
  readonly database?: SimulatedDatabase | undefined
  /** The number of connections that may exist now. Default: the pool's `max`; pass more for a while after `max` was lowered. */
  readonly max?: number | undefined
  /** The pool's `maxConnecting`. Default: not checked. */
  readonly maxConnecting?: number | undefined
  /** Whether callers may wait although a connection is idle, as in a paused pool. Default false. */
  readonly paused?: boolean | undefined
}

/**
 * Checks a pool for consistency: its figures against its machines, its sizes, and the database's count, if given. For tests of code
 * that uses a pool, at any moment outside the pool's own callbacks.
 *
 * @returns the figures that it checked
 * @throws InvariantViolation, which names the broken invariant and the finding.
 */
export function checkInvariants<C>(pool: Pool<C>, around: Surroundings = {}): PoolStats {
  const stats = pool.stats()
  const { total, connecting, idle, busy, validating, closing, waiting } = stats
  const most = around.max ?? stats.max
  if (around.database !== undefined || around.max !== undefined) {
    const open = around.database?.open ?? total
    demand(open <= most, 'size', () => `${open} connections are open, and ${most} may be`)
  }
  if (around.database !== undefined) {
    const { open } = around.database
    demand(open <= total, 'truth', () => `the database counts ${open} connections, the pool knows ${total}`)
  }
  if (around.maxConnecting !== undefined) {
    const limit = around.maxConnecting
    demand(connecting <= limit, 'connects', () => `${connecting} connects are under way, and ${limit} may be`)
  }
  demand(
    idle === 0 || waiting === 0 || around.paused === true,
    'settlement',
    () => `${waiting} wait although ${idle} idle`,
  )
  demand(
    total === connecting + idle + busy + validating + closing,
    'truth',
    () => `there are ${total} connections, but ${describe(stats)}`,
  )
  const open = total - connecting - neverOpened(pool)
  demand(
    stats.opened - stats.closed === open,
    'truth',
    () => `${stats.opened} were opened and ${stats.closed} closed, but there are ${open}`,
  )
  checkLanes(pool, stats)
  checkMachines(pool, stats)
  checkLists(pool, stats)
  return stats
}

/** No lane has more than its share. */
function checkLanes<C>(pool: Pool<C>, { lanes = {} }: PoolStats): void {
  for (const [name, { max, taken }] of Object.entries(lanes)) {
    const leased = pool.leases().filter(({ lane }) => lane === name).length
    demand(
      leased <= taken && taken <= max,
      'lanes',
      () => `lane ${name} has ${leased} leases, and ${taken} of ${max} places taken`,
    )
  }
}

/** No lane keeps a caller waiting that it has room for. To be asked at rest: it lets the next one through in a microtask. */
export function checkDoors({ lanes = {} }: PoolStats): void {
  for (const [name, { max, taken, waiting }] of Object.entries(lanes)) {
    demand(
      waiting === 0 || taken === max,
      'lanes',
      () => `lane ${name} has ${taken} of ${max} places taken, and ${waiting} wait for it`,
    )
  }
}

/** How many connect attempts have failed while the server still counts their connections. */
function neverOpened<C>(pool: Pool<C>): number {
  const { children } = pool.actor.getSnapshot()
  return Object.values<AnyActorRef | undefined>(children).filter(child => {
    const { value, context } = child?.getSnapshot() ?? {}
    return typeof value === 'object' && 'closing' in value && context.facts.openedAt === undefined
  }).length
}

/** The lists of holders and of waiting callers, and the figures, are of the same. */
function checkLists<C>(pool: Pool<C>, { busy, waiting, validating }: PoolStats): void {
  const leases = pool.leases()
  demand(leases.length === busy, 'truth', () => `${leases.length} leases are listed, and ${busy} are busy`)
  const callers = pool.waiting().filter(({ inLane }) => inLane === undefined)
  const chosen = callers.filter(({ position }) => position === 0).length
  demand(
    chosen <= validating && callers.length - chosen === waiting,
    'truth',
    () =>
      `${callers.length} waiting callers are listed, ${chosen} of whom are served when their connection is validated, but ${waiting} wait in the queue, and ${validating} connections are being validated`,
  )
  demand(
    leases.every(
      ({ acquiredAt }, index) => index === 0 || acquiredAt >= (leases[index - 1]?.acquiredAt ?? 0),
    ) && callers.every(({ position }, index) => position === Math.max(0, index - chosen + 1)),
    'truth',
    () => 'the leases or the waiting callers are not listed in their order',
  )
}

/** The pool's children are its connections, and its roster and its queue are an index of them. */
function checkMachines<C>(pool: Pool<C>, stats: PoolStats): void {
  const counted: Record<string, number> = {
    connecting: 0,
    idle: 0,
    busy: 0,
    validating: 0,
    closing: 0,
    closed: 0,
  }
  const snapshot = pool.actor.getSnapshot()
  const { children } = snapshot
  for (const id in children) {
    const { value } = (children[id as keyof typeof children] as AnyActorRef).getSnapshot()
    const top: string = typeof value === 'string' ? value : (Object.keys(value)[0] as string)
    const state = top === 'lending' ? 'validating' : top
    counted[state] = (counted[state] ?? 0) + 1
  }
  for (const state of ['connecting', 'idle', 'busy', 'validating', 'closing'] as const) {
    demand(
      counted[state] === stats[state],
      'truth',
      () => `${counted[state]} machines are ${state}, the pool says ${stats[state]}`,
    )
  }
  const { roster, queue } = snapshot.context
  const { connecting, idle, busy, validating, total, waiting } = stats
  demand(
    roster.total === total &&
      roster.connecting === connecting &&
      roster.established === idle + busy + validating &&
      roster.idle === idle &&
      queue.length === waiting,
    'truth',
    () =>
      `the roster has ${roster.total} connections (${roster.connecting} connecting, ${roster.established} established, ${roster.idle} to lend), the queue ${queue.length} callers, but ${describe(stats)}, ${waiting} wait`,
  )
}

function describe({ connecting, idle, busy, validating, closing }: PoolStats): string {
  return `${connecting} are connecting, ${idle} idle, ${busy} busy, ${validating} validating, ${closing} closing`
}
