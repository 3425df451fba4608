// Whether lanes bound what their callers hold, by the callers' own account.
import type { LaneOptions, Lease } from '../index.js'
import { demand } from './violation.js'

/** @throws InvariantViolation when the callers of a lane hold more than its `max` */
export function checkLanes<C>(
  lanes: Readonly<Record<string, LaneOptions>> | undefined,
  held: readonly Lease<C>[],
  laneOf: (lease: Lease<C>) => string | undefined,
): void {
  if (lanes === undefined) return
  for (const [name, { max }] of Object.entries(lanes)) {
    const taken = held.filter(lease => laneOf(lease) === name).length
    demand(taken <= max, 'lanes', () => `${taken} leases are held by lane ${name}, whose max is ${max}`)
  }
}
