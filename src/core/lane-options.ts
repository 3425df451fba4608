// Lanes, which bound what some callers hold: the option `lanes`, and its checks.
import { refusal } from './refusal.js'
import { type Check, number, object } from './shape.js'

/** One lane of a pool; see {@link PoolOptions.lanes}. */
export interface LaneOptions {
  /** The maximum number of connections that its callers hold at a time. At least 1; one of the pool's `max` or more limits nothing. `resize` leaves it as it is. */
  readonly max: number
}

const laneShape = object({ max: number({ least: 1, integer: true, finite: true, kind: 'an integer' }) })

/** The lanes by their names. */
export const lanes: Check<Readonly<Record<string, LaneOptions>>> = (name, value, refuse = refusal) => {
  // No caller could go by a lane without a name.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || '' in value)
    throw refuse(name, value, 'an object of named lanes, such as { reports: { max: 3 } }')
  return Object.fromEntries(
    Object.entries(value).map(([lane, options]) => [lane, laneShape(`${name}.${lane}`, options, refuse)]),
  )
}
