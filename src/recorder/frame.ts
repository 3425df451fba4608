// How a pool stands at this moment, as plain data.

import type { ConnectionRecord } from '../actors/connections/record.js'
import type { PoolSystem } from '../actors/pool-actor.js'
import {
  type HeldLease,
  heldLeases,
  type WaitingCaller,
  waitingCallers,
} from '../actors/watching/holders-and-waiters.js'
import { readStats } from '../actors/watching/stats.js'
import { stateName } from '../machines/compiled/index.js'
import type { Frame, FrameCaller, FrameConnection, FrameLease } from './format.js'

/** So many callers are listed. */
const mostCallers = 100

/** Takes a frame. It looks at every connection and every caller who waits. */
export function takeFrame<C>(system: PoolSystem<C>): Frame {
  const { parts } = system
  return {
    at: parts.config.clock.now(),
    stats: readStats(system),
    leases: heldLeases(parts).map(plainLease),
    waiting: waitingCallers(parts).slice(0, mostCallers).map(plainCaller),
    connections: [...parts.roster.records].map(plainConnection),
  }
}

function plainLease({ lease, connection, acquiredAt, leaked, acquiredFrom }: HeldLease): FrameLease {
  return { lease, connection, since: acquiredAt, leaked, ...from(acquiredFrom) }
}

function plainCaller(caller: WaitingCaller): FrameCaller {
  const { request, since, timeout, position, priority, tenant, lane, inLane, acquiredFrom } = caller
  return {
    request,
    since,
    timeout: Number.isFinite(timeout) ? timeout : null,
    position,
    priority,
    ...(tenant !== undefined && { tenant }),
    ...(lane !== undefined && { lane }),
    ...(inLane !== undefined && { inLane }),
    ...from(acquiredFrom),
  }
}

function plainConnection<C>({ id, serial, openedAt, uses, actor }: ConnectionRecord<C>): FrameConnection {
  return {
    id,
    serial,
    state: stateName(actor.getSnapshot()),
    uses,
    ...(openedAt === undefined ? undefined : { openedAt }),
  }
}

const from = (stack: string | undefined): { from: string } | undefined =>
  stack === undefined ? undefined : { from: stack }
