// What callers are told who no longer wait for a statement that is under way.
import { QueryAbortedError, QueryTimeoutError } from '../../core/errors.js'
import { ofPool } from '../names.js'
import type { PoolParts } from '../parts.js'
import type { Farewells } from './statement.js'

/**
 * Those of a pool.
 * @param isCancelled whether the driver can have the database cancel a statement
 */
export function farewells<C>(parts: PoolParts<C>, isCancelled: boolean): Farewells {
  return {
    timedOut: timeout => ofPool(parts, new QueryTimeoutError(timeout, isCancelled)),
    aborted: (reason, waited) => ofPool(parts, new QueryAbortedError(reason, waited, isCancelled)),
  }
}
