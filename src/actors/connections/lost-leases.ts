// The end of a lease with its connection, which its holder may not have wanted.
import { LeaseError } from '../../core/errors.js'
import type { Lease } from '../leases/lease.js'
import { ofPool } from '../names.js'
import { endLoan } from '../watching/loan.js'
import { tellReturned } from './hooks.js'
import type { ConnectionRecord } from './record.js'

/** Ends the lease of a connection that ends: its holder destroyed it, or loses it. Subscribers and hooks are told. */
export function loseLease<C>(record: ConnectionRecord<C>, lease: Lease<C>): void {
  const { config, roster, notices, tracker } = record.parts
  const now = config.clock.now()
  const heldFor = now - lease.acquiredAt
  const cause = record.ending?.error
  const end = lease.held ? 'revoked' : 'destroyed'
  record.lease = undefined
  roster.noteReturned(lease.acquiredAt, now)
  endLoan(record, lease.id, heldFor, end)
  tracker?.returned(heldFor, now)
  record.owe(end, lease.id, heldFor)
  tellReturned(record)
  const lent = { lease: lease.id, connection: record.id }
  if (end === 'destroyed') {
    roster.destroyed++
    notices.publish({ type: 'lease.destroyed', ...lent, heldFor, error: cause })
    return
  }
  lease.revoke()
  notices.publish({
    type: 'lease.revoked',
    ...lent,
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
}
