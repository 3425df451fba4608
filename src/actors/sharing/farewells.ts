// What callers are told who no longer wait for a statement that is under way.
import { QueryAbortedError, QueryTimeoutError } from '../../core/errors.js'
import { ofPool } from '../names.js'
import type { PoolParts } from '../parts.js'
import type { Farewells } from './statement.js'

/** Those of a pool. */
export function farewells<C>(parts: PoolParts<C>): Farewells {
  const isCancelled = parts.driver.share?.cancel !== undefined
  return {
    timedOut: timeout => ofPool(parts, new QueryTimeoutError(timeout, isCancelled)),
    aborted: (reason, waited) => ofPool(parts, new QueryAbortedError(reason, waited, isCancelled)),
  }
}
