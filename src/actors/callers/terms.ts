// What a caller asked for besides how long it waits. Made only for callers that say so.
import type { AcquireOptions } from '../../core/call-options.js'
import type { PoolHooks } from '../../core/hooks.js'
import { refusal } from '../../core/refusal.js'
import type { Lanes } from './lanes.js'
import { Lending, refuseVainSession } from './lending.js'
import type { AcquireRequest, Door } from './request.js'

/** What decides which terms a pool knows. */
interface Knowing<C> {
  readonly hooks: PoolHooks<C> | undefined
  readonly lanes: Lanes<C> | undefined
}

/**
 * Checks what only the pool itself can: whether it has a hook for the session, and such a lane.
 * @throws OptionsError
 */
export function checkTerms<C>({ hooks, lanes }: Knowing<C>, { session, lane }: AcquireOptions): void {
  if (session !== undefined) refuseVainSession(hooks)
  laneOf(lanes, lane)
}

/**
 * Gives a request what hooks are told of it, if one sees it, and on whose behalf it asks.
 * @throws OptionsError when the pool has no such lane.
 */
export function noteOptions<C>(
  request: AcquireRequest<C>,
  { hooks, lanes }: Knowing<C>,
  { session, tenant, weight = 1, lane: name }: AcquireOptions = {},
): void {
  if (hooks?.onLend !== undefined || session !== undefined) request.lending = new Lending(session)
  if (tenant === undefined && name === undefined) return
  request.terms = { tenant, weight, lane: laneOf(lanes, name), since: undefined }
}

function laneOf<C>(lanes: Lanes<C> | undefined, name: string | undefined): Door<C> | undefined {
  if (name === undefined) return undefined
  if (lanes !== undefined) return lanes.find(name)
  throw refusal('lane', name, 'left out: the pool has no lanes. Give createPool the option lanes')
}
