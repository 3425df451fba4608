// The end of a connection: what it held and did ends with it, and those who should know are told.
import { dismiss } from '../../machines/compiled/index.js'
import type { EndReason } from '../../machines/connection-types.js'
import { isStillborn } from '../../machines/decisions/backoff.js'
import type { AcquireRequest } from '../callers/request.js'
import type { PoolParts } from '../parts.js'
import type { PoolActorRef } from '../pool-ref.js'
import { letTimersGo } from '../time/machine-clock.js'
import { traceConnected } from '../watching/tracing.js'
import { destroyQuietly } from './driver-calls.js'
import { endingError, isFoundDead } from './ending.js'
import { tellClosed, tellReturned } from './hooks.js'
import { takeBack } from './lease-actions.js'
import { loseLease } from './lost-leases.js'
import { type ConnectionRecord, named } from './record.js'

/**
 * Destroys the socket of a connection whose actor crashed (in a driver's `needsReset`, say) and revokes its lease.
 * @returns the request that it was checked out for and did not serve
 */
export function discard<C>(
  parts: PoolParts<C>,
  record: ConnectionRecord<C>,
  error: unknown,
  reason: EndReason,
): AcquireRequest<C> | undefined {
  const { lease } = record
  const request = record.request ?? record.incoming
  record.ending = { reason, error }
  if (record.openedAt === undefined) parts.roster.noteFailed(record)
  letTimersGo(parts.system, record.actor)
  record.abortEffect()
  if (record.handle !== undefined) destroyQuietly(parts.driver, record.handle, { atOnce: true })
  record.request = record.incoming = undefined
  // One that is not held was released, which is what its actor crashed at.
  if (lease?.held) loseLease(record, lease)
  else if (lease !== undefined) takeBack(record, lease, parts.config.clock.now())
  tellReturned(record)
  return request
}

/** Takes a connection that has ended out of the roster and out of the pool's children, and tells of its end. */
export function bury<C>(parts: PoolParts<C>, pool: PoolActorRef<C>, record: ConnectionRecord<C>): void {
  const { id } = record
  dismiss(pool, id)
  parts.roster.remove(record)
  parts.budget?.ended()
  const ending = record.ending ?? { reason: 'crashed' }
  const { reason } = ending
  if (record.handle !== undefined) {
    parts.counters.closed++
    parts.connectionTimings.noteClosed(reason)
    parts.tracker?.closed(reason)
  }
  traceConnected(record, { reason }) // if it was not wanted any more before it was open
  if (reason === 'lost') parts.counters.lost++
  if (!record.lingers && isFoundDead(record)) parts.generation.current++
  if (isStillborn(record, parts.config.clock.now())) parts.roster.noteFailed(record)
  const invalid = reason === 'validation failed' || reason === 'validation timeout'
  const { notices, hooks } = parts
  if (hooks?.onClose !== undefined) tellClosed(record, ending, endingError(id, ending, parts))
  if (!invalid && !notices.wants('connection.lost') && !notices.wants('connection.closed')) return
  const error = endingError(id, ending, parts)
  if (invalid) parts.trouble.invalid = { at: parts.config.clock.now(), error }
  if (reason === 'lost') notices.publish({ type: 'connection.lost', ...named(record), error })
  notices.publish({ type: 'connection.closed', ...named(record), reason, error })
}
