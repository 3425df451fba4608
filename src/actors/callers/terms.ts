// What a caller asked for besides how long it waits. Made only for callers that say so.
import type { AcquireOptions } from '../../core/call-options.js'
import type { PoolHooks } from '../../core/hooks.js'
import { refusal } from '../../core/refusal.js'
import type { Lanes } from './lanes.js'
import { Lending } from './lending.js'
import type { AcquireRequest } from './request.js'

/**
 * Gives a request what hooks are told of it, if one sees it, and on whose behalf it asks.
 * @throws OptionsError when the pool has no such lane.
 */
export function noteOptions<C>(
  request: AcquireRequest<C>,
  { hooks, lanes }: { readonly hooks: PoolHooks<C> | undefined; readonly lanes: Lanes<C> | undefined },
  { session, tenant, weight = 1, lane: name }: AcquireOptions = {},
): void {
  if (hooks?.onLend !== undefined || session !== undefined) request.lending = new Lending(session)
  if (tenant === undefined && name === undefined) return
  if (name !== undefined && lanes === undefined)
    throw refusal('lane', name, 'left out: the pool has no lanes. Give createPool the option lanes')
  const lane = name === undefined ? undefined : lanes?.find(name)
  request.terms = { tenant, weight, lane, since: undefined }
}
