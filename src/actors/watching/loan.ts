// What is known of a lease while leaks are watched for, or when it goes by a lane.
import type { Trace } from './trace.js'

/** How a lease ended. */
export type LeaseEnd = 'released' | 'destroyed' | 'revoked'

/** What is known of a lease that is out while leaks are watched for, or that has a place in a lane. */
export class Loan {
  /** It was reported as a leak. */
  leaked = false
  /** The lane that it has a place in. */
  lane: { readonly name: string; freed(): void } | undefined = undefined

  constructor(
    readonly trace: Trace | undefined,
    /** To be told of the end of a lease that was reported. */
    readonly recovered: (connection: string, lease: number, heldFor: number, end: LeaseEnd) => void,
  ) {}
}

/** Where a connection keeps what is known of its lease. */
interface Loaned {
  readonly id: string
  loan: Loan | undefined
}

/** Forgets what was known of a lease that has ended, and tells of its end if it had been reported. */
export function endLoan(record: Loaned, lease: number, heldFor: number, end: LeaseEnd): void {
  const { loan } = record
  if (loan === undefined) return
  record.loan = undefined
  loan.lane?.freed()
  if (loan.leaked) loan.recovered(record.id, lease, heldFor, end)
}
