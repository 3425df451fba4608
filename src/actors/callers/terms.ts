// What a caller asked for besides how long it waits. Made only for callers that say so.
import type { AcquireOptions } from '../../core/call-options.js'
import type { PoolHooks } from '../../core/hooks.js'
import { Lending } from './lending.js'

/** On whose behalf a caller asks. */
export interface Terms {
  readonly tenant: string | undefined
  readonly weight: number
}

/** Gives a request what hooks are told of it, if one sees it, and on whose behalf it asks. */
export function noteOptions<C>(
  request: { lending: Lending | undefined; terms: Terms | undefined },
  hooks: PoolHooks<C> | undefined,
  { session, tenant, weight = 1 }: AcquireOptions = {},
): void {
  if (hooks?.onLend !== undefined || session !== undefined) request.lending = new Lending(session)
  if (tenant !== undefined) request.terms = { tenant, weight }
}
