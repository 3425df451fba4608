// What `pool.leases()` and `pool.waiting()` answer. Made when it is asked for, from what the pool knows anyway.
import type { LeaseHolder } from '../errors.js'
import type { Lease } from './lease.js'
import type { PoolParts } from './parts.js'
import type { ConnectionRecord } from './record.js'
import type { AcquireRequest } from './request.js'
import { WatchedRequest } from './watched-request.js'

/** A lease that is out, at the moment at which `pool.leases()` was called. */
export interface HeldLease extends LeaseHolder {
  /** Counts the pool's connections: unlike `connection`, it is never used again. */
  readonly serial: number
  /** When it was granted, on the pool's clock, in milliseconds. */
  readonly acquiredAt: number
  /** Whether it was reported as a leak (`leakWarning`). */
  readonly leaked: boolean
}

/** A caller of `acquire` who waits, at the moment at which `pool.waiting()` was called. */
export interface WaitingCaller {
  /** The number of the call: that of its events on `pool.events$`. */
  readonly request: number
  /** When it was made, on the pool's clock, in milliseconds. */
  readonly since: number
  /** For how long it has waited, in milliseconds; a pause of the pool counts. */
  readonly waited: number
  /** How long it waits at most, in milliseconds; Infinity = no limit. While the pool is paused this stands still, unless the caller set it. */
  readonly timeout: number
  /** 1 = the next one that is served; 0 = a connection is being validated for it. */
  readonly place: number
  readonly priority: number
  /** Where the call was made, as lines of a stack; only with the pool's `leakWarning`, and for the share that `leakSampling` records. */
  readonly acquiredFrom?: string
}

/** Who holds one connection. */
export function holderOf<C>({ id, loan }: ConnectionRecord<C>, lease: Lease<C>, now: number): LeaseHolder {
  const acquiredFrom = loan?.trace?.text
  return {
    lease: lease.id,
    connection: id,
    heldFor: now - lease.acquiredAt,
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
export function waitingCallers<C>({ roster, line, config }: PoolParts<C>): WaitingCaller[] {
  const now = config.clock.now()
  const chosen: AcquireRequest<C>[] = []
  for (const { request } of roster.records) if (request?.waits) chosen.push(request)
  chosen.sort((one, other) => one.order - other.order)
  return [
    ...chosen.map(request => waitingCaller(request, 0, now)),
    ...line.inOrder().map((request, index) => waitingCaller(request, index + 1, now)),
  ]
}

function waitingCaller<C>(request: AcquireRequest<C>, place: number, now: number): WaitingCaller {
  const { order, at, timeout, priority } = request
  const acquiredFrom = request instanceof WatchedRequest ? request.trace?.text : undefined
  return Object.freeze({
    request: order,
    since: at,
    waited: now - at,
    timeout,
    place,
    priority,
    ...(acquiredFrom === undefined ? undefined : { acquiredFrom }),
  })
}
