// How a connection is leased and comes back: its hooks, its lease, the roster, and who is told.
import type { ConnectionEvent } from '../../machines/connection-types.js'
import type { Lending } from '../callers/lending.js'
import type { AcquireRequest } from '../callers/request.js'
import { Lease } from '../leases/lease.js'
import { endLoan } from '../watching/loan.js'
import { type ConnectionActions, hold, letGo, recordOf, report } from './acting.js'
import { attempt, quietly } from './driver-calls.js'
import { askToLend, ProofFailure } from './hooks.js'
import { loseLease } from './lost-leases.js'
import type { ConnectionRecord } from './record.js'

export const leaseActions = {
  ask: ({ context, self }) => {
    const record = recordOf(context)
    const { driver, config } = record.parts
    const { lending } = record.request as AcquireRequest<unknown>
    record.incoming = undefined
    hold(record)
    const call = record.beginEffect()
    attempt(
      () => askToLend(record, lending as Lending, context, call),
      isFit => {
        record.endEffect()
        if (isFit) report(self, { type: 'lend.accepted', at: config.clock.now() })
        else report(self, { type: 'lend.refused', error: new Error('onLend returned false.') })
      },
      error => {
        if (error instanceof ProofFailure) return report(self, { type: 'driver.lost', error: error.error })
        const isBroken = quietly(() => driver.isFatal?.(error)) === true
        report(self, { type: isBroken ? 'driver.lost' : 'lend.failed', error })
      },
    )
  },
  noteUnclaimed: ({ context }) => {
    const record = recordOf(context)
    const { lending } = record.request as AcquireRequest<unknown>
    record.owe('unclaimed', undefined, 0, lending?.session)
  },
  lend: ({ context, event }) => {
    const record = recordOf(context)
    const { parts } = record
    const given = event as Partial<Given> // a checkout, or what came before the connection takes the next caller
    const request = (given.request ?? record.request) as AcquireRequest<unknown>
    const at = given.at ?? parts.config.clock.now()
    record.incoming = undefined
    const lease = new Lease(++parts.counters.acquired, at, record)
    record.lease = lease
    record.served = request.order
    if (parts.letsExit) hold(record)
    parts.onLease?.(lease)
    if (parts.attends) grantAttended(record, request, lease)
    else request.grant(lease)
  },
  takeBack: ({ context, event }) => {
    if (event.type !== 'release') return
    const record = recordOf(context)
    if (record.lease !== undefined) takeBack(record, record.lease, event.at)
  },
  revoke: ({ context }) => {
    const record = recordOf(context)
    if (record.lease !== undefined) loseLease(record, record.lease)
  },
  park: ({ context }) => {
    const record = recordOf(context)
    const { config, letsExit, roster } = record.parts
    roster.park(record)
    if (letsExit) letGo(record)
    if (config.idleTimeout === 0) context.pool.send({ type: 'maintenance.due' })
  },
} satisfies ConnectionActions

/** Ends a lease that its holder has released. */
export function takeBack<C>(record: ConnectionRecord<C>, lease: Lease<C>, at: number): void {
  const { parts } = record
  record.lease = undefined
  parts.roster.noteReturned(lease.acquiredAt, at)
  parts.counters.released++
  if (parts.attends) settle(record, lease, at)
}

// What few pools need is out of the way of the two actions that all pools take at full speed: V8 inlines only so many bytes.

type Of = ConnectionRecord<unknown>
type Given = Extract<ConnectionEvent, { type: 'checkout' }>

function grantAttended(record: Of, request: AcquireRequest<unknown>, lease: Lease<unknown>): void {
  const { name, notices, tracker, hooks } = record.parts
  if (hooks !== undefined) record.session = request.lending?.session // hooks are told what the caller passed to `acquire({ session })`
  request.grant(lease)
  const { acquiredAt: at } = lease
  tracker?.granted(at - request.at, at)
  if (notices.wants('acquire.granted')) {
    notices.publishStamped({
      at,
      pool: name,
      type: 'acquire.granted',
      request: request.order,
      lease: lease.id,
      connection: record.id,
      waited: at - request.at,
    })
  }
}

function settle<C>(record: ConnectionRecord<C>, lease: Lease<C>, at: number): void {
  const { hooks, name, notices, tracker } = record.parts
  const heldFor = at - lease.acquiredAt
  if (hooks !== undefined) record.owe('released', lease.id, heldFor)
  if (record.loan !== undefined) endLoan(record, lease.id, heldFor, 'released')
  tracker?.returned(heldFor, at)
  if (notices.wants('lease.released')) {
    notices.publishStamped({
      at,
      pool: name,
      type: 'lease.released',
      lease: lease.id,
      connection: record.id,
      heldFor,
    })
  }
}
