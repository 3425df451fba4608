// How a connection is leased and comes back: its hooks, its lease, the roster, and who is told.
import { LeaseError } from '../../core/errors.js'
import type { Lending } from '../callers/lending.js'
import type { AcquireRequest } from '../callers/request.js'
import { Lease } from '../leases/lease.js'
import { ofPool } from '../names.js'
import { endLoan } from '../watching/loan.js'
import { type ConnectionActions, hold, letGo, recordOf, report } from './acting.js'
import { attempt, quietly } from './driver-calls.js'
import { askToLend, ProofFailure, tellReturned } from './hooks.js'

export const leaseActions = {
  ask: ({ context, self }) => {
    const record = recordOf(context)
    const { driver, config } = record.parts
    const { lending } = record.request as AcquireRequest<unknown>
    record.incoming = undefined
    hold(record)
    const call = record.beginEffect()
    attempt(
      () => askToLend(record, lending as Lending, context, call.signal),
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
    const { name, config, counters, notices, hooks, onLease, tracker } = record.parts
    const asked = event.type === 'checkout' ? event.request : record.request
    const request = asked as AcquireRequest<unknown>
    const at = 'at' in event ? event.at : config.clock.now()
    record.incoming = undefined
    const lease = new Lease(++counters.acquired, at, record)
    record.lease = lease
    record.served = request.order
    hold(record)
    if (onLease !== undefined) onLease(lease)
    if (hooks !== undefined) record.session = request.lending?.session
    request.grant(lease)
    if (tracker !== undefined) tracker.granted(at - request.at, at)
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
  },
  takeBack: ({ context, event }) => {
    if (event.type !== 'release') return
    const record = recordOf(context)
    const { name, roster, counters, notices, hooks, tracker } = record.parts
    const { lease } = record
    if (lease === undefined) return
    const heldFor = event.at - lease.acquiredAt
    record.lease = undefined
    roster.noteReturned(lease.acquiredAt, event.at)
    counters.released++
    if (hooks !== undefined) record.owe('released', lease.id, heldFor)
    if (record.loan !== undefined) endLoan(record, lease.id, heldFor, 'released')
    if (tracker !== undefined) tracker.returned(heldFor, event.at)
    if (notices.wants('lease.released')) {
      notices.publishStamped({
        at: event.at,
        pool: name,
        type: 'lease.released',
        lease: lease.id,
        connection: record.id,
        heldFor,
      })
    }
  },
  revoke: ({ context }) => {
    const record = recordOf(context)
    const { config, roster, notices, tracker } = record.parts
    const { lease } = record
    if (lease === undefined) return
    const now = config.clock.now()
    const heldFor = now - lease.acquiredAt
    const cause = record.ending?.error
    record.lease = undefined
    roster.noteReturned(lease.acquiredAt, now)
    endLoan(record, lease.id, heldFor, lease.held ? 'revoked' : 'destroyed')
    tracker?.returned(heldFor, now)
    record.owe(lease.held ? 'revoked' : 'destroyed', lease.id, heldFor)
    tellReturned(record)
    if (!lease.held) {
      const lent = { lease: lease.id, connection: record.id }
      return notices.publish({ type: 'lease.destroyed', ...lent, heldFor, error: cause })
    }
    lease.revoke()
    notices.publish({
      type: 'lease.revoked',
      lease: lease.id,
      connection: record.id,
      error: ofPool(
        record.parts,
        new LeaseError(
          'LEASE_REVOKED',
          lease.id,
          `Lease ${lease.id} has ended: its connection (${record.id}) was ${record.ending?.reason ?? 'destroyed'} while it was leased.`,
          cause,
        ),
      ),
    })
  },
  park: ({ context }) => {
    const record = recordOf(context)
    const { config, roster } = record.parts
    roster.park(record)
    letGo(record)
    if (config.idleTimeout === 0) context.pool.send({ type: 'maintenance.due' })
  },
} satisfies ConnectionActions
