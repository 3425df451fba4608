// What `pool.leases()` and `pool.waiting()` answer. Made when it is asked for, from what the pool knows anyway.
import type { LeaseHolder } from '../../core/evidence.js'
import type { AcquireRequest } from '../callers/request.js'
import { WatchedRequest } from '../callers/watched-request.js'
import type { ConnectionRecord } from '../connections/record.js'
import type { Lease } from '../leases/lease.js'
import type { PoolParts } from '../parts.js'

/** A current lease, as of the call of `pool.leases()`. */
export interface HeldLease extends LeaseHolder {
  /** Numbers the pool's connections; unlike `connection`, it is never reused. */
  readonly serial: number
  /** When the pool granted it, on the pool's clock, in milliseconds. */
  readonly acquiredAt: number
  /** Whether the pool has reported it as a leak (`leakWarning`). */
  readonly leaked: boolean
}

/** A waiting caller of `acquire`, as of the call of `pool.waiting()`. */
export interface WaitingCaller {
  /** The number of the call, as in its events on `pool.events$`. */
  readonly request: number
  /** When the caller called `acquire`, on the pool's clock, in milliseconds. */
  readonly since: number
  /** How long it has waited, in milliseconds, including pauses of the pool. */
  readonly waited: number
  /** Its timeout, in milliseconds; Infinity = no limit. It does not run while the pool is paused, unless the caller passed it. */
  readonly timeout: number
  /** Its position in the queue: 1 = next; 0 = the pool is validating a connection for it. */
  readonly position: number
  readonly priority: number
  /** On whose behalf it asked, if it said so. */
  readonly tenant?: string
  /** The lane that it goes by, if it named one. */
  readonly lane?: string
  /** Its position among those who wait for that lane to have room, while it does; 1 = next. They are listed last, and `stats().waiting` does not count them. */
  readonly inLane?: number
  /** Where `acquire` was called, as lines of a stack; only with `leakWarning`, and for the share of acquires that `leakSampling` selects. */
  readonly acquiredFrom?: string
}

/** Who holds one connection. */
export function holderOf<C>({ id, loan }: ConnectionRecord<C>, lease: Lease<C>, now: number): LeaseHolder {
  const acquiredFrom = loan?.trace?.text
  return {
    lease: lease.id,
    connection: id,
    heldFor: now - lease.acquiredAt,
    ...(loan?.lane !== undefined && { lane: loan.lane.name }),
    ...(acquiredFrom === undefined ? undefined : { acquiredFrom }),
  }
}

/** The leases that are out, the longest held first. */
export function heldLeases<C>({ roster, config }: PoolParts<C>): HeldLease[] {
  const now = config.clock.now()
  const held: HeldLease[] = []
  for (const record of roster.records) {
    const { lease, loan, serial } = record
    if (lease === undefined) continue
    const { acquiredAt } = lease
    const leaked = loan?.leaked ?? false
    held.push(Object.freeze({ ...holderOf(record, lease, now), serial, acquiredAt, leaked }))
  }
  return held.sort((one, other) => one.lease - other.lease) // which are counted in the order in which they are granted
}

/** Those who wait, in the order in which they will be served. */
export function waitingCallers<C>({ roster, queue, lanes, config }: PoolParts<C>): WaitingCaller[] {
  const now = config.clock.now()
  const chosen: AcquireRequest<C>[] = []
  for (const { request } of roster.records) if (request?.waits) chosen.push(request)
  chosen.sort((one, other) => one.order - other.order)
  return [
    ...chosen.map(request => waitingCaller(request, 0, now)),
    ...queue.inOrder().map((request, index) => waitingCaller(request, index + 1, now)),
    ...[...(lanes?.all ?? [])].flatMap(lane =>
      lane.queue
        .inOrder()
        .map((request, index) => waitingCaller(request, queue.length + index + 1, now, index + 1)),
    ),
  ]
}

/** When the caller that has waited longest called `acquire`; undefined if none waits. Looks at all connections, but not at all who wait. */
export function oldestWaiter<C>({
  roster,
  queue,
}: Pick<PoolParts<C>, 'roster' | 'queue'>): number | undefined {
  let oldest = queue.oldest
  for (const { request } of roster.records) {
    if (request?.waits && !(request.at >= (oldest ?? Number.POSITIVE_INFINITY))) oldest = request.at
  }
  return oldest
}

/** When the lease that has been held longest was granted; undefined if there is none. */
export function oldestLease<C>({ roster }: Pick<PoolParts<C>, 'roster'>): number | undefined {
  let oldest: number | undefined
  for (const { lease } of roster.records) {
    if (lease !== undefined && !(lease.acquiredAt >= (oldest ?? Number.POSITIVE_INFINITY)))
      oldest = lease.acquiredAt
  }
  return oldest
}

function waitingCaller<C>(
  request: AcquireRequest<C>,
  position: number,
  now: number,
  inLane?: number,
): WaitingCaller {
  const { order, at, timeout, priority, terms } = request
  const acquiredFrom = request instanceof WatchedRequest ? request.trace?.text : undefined
  return Object.freeze({
    request: order,
    since: at,
    waited: now - at,
    timeout,
    position,
    priority,
    ...(terms?.tenant !== undefined && { tenant: terms.tenant }),
    ...(terms?.lane !== undefined && { lane: terms.lane.name }),
    ...(inLane !== undefined && { inLane }),
    ...(acquiredFrom === undefined ? undefined : { acquiredFrom }),
  })
}
