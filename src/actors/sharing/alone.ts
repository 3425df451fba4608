// A statement with a connection of its own, whose caller may give up while it runs.
import type { Driver, SharingSupport } from '../../db/driver.js'
import type { AcquireRequest } from '../callers/request.js'
import type { Lease } from '../leases/lease.js'
import type { PoolParts } from '../parts.js'
import { SharedConnection, type SharedEvents } from './shared-connection.js'
import { type Objection, type QueryLimits, Statement } from './statement.js'

/** Runs it on what is asked for. The connection goes back when the statement is answered, and no request to cancel it is on its way. */
export function runAlone<C>(
  ask: (limits: QueryLimits) => AcquireRequest<C>,
  parts: PoolParts<C>,
  support: SharingSupport<C>,
  what: unknown,
  limits: QueryLimits,
  objection?: Objection,
): Promise<unknown> {
  const { clock } = parts.config
  const isFatal = (error: unknown): boolean => {
    try {
      return parts.driver.isFatal?.(error) ?? false
    } catch {
      return true
    }
  }
  const events: SharedEvents<C> = {
    answered(own, statement, error, result) {
      if (error && isFatal(error)) own.break(error)
      if (own.over) own.giveBack()
      statement.settle(error, result)
    },
    freed(own) {
      if (own.over) own.giveBack()
    },
  }
  return new Promise((resolve, reject) => {
    const statement = new Statement<C>(
      what,
      (error, result) => (error ? reject(error) : resolve(result)),
      limits,
      clock.now(),
    )
    const request = ask(limits)
    statement.begin(clock)
    request.promise().then(
      // Its time may have passed, or its signal aborted, in the turn in which the lease came: then it is cancelled at once.
      lease => {
        const error = objection?.()
        if (error !== undefined) {
          lease.release()
          statement.settle(error)
          return
        }
        const own = new SharedConnection(lease, parts, cancelling(lease, parts.driver, support), events)
        own.send(statement, clock.now())
      },
      error => statement.settle(error),
    )
  })
}

/**
 * A driver that cannot stop one statement of several can perhaps stop all that a connection runs: it is asked as for a holder whose signal
 * aborts, within `resetTimeout`.
 */
function cancelling<C>(lease: Lease<C>, driver: Driver<C>, support: SharingSupport<C>): SharingSupport<C> {
  if (support.cancel !== undefined || driver.cancel === undefined) return support
  const cancel: SharingSupport<C>['cancel'] = async (_, isWanted) => {
    if (isWanted()) await lease.cancel()
  }
  return Object.create(support, { cancel: { value: cancel } })
}
