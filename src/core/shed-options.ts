// When the pool is overloaded: the option `shed`, and its checks.
import { limit, or, switchable } from './shape.js'

/** When the pool is overloaded; see {@link PoolOptions.shed}. */
export interface ShedOptions {
  /** How long a caller may wait while the pool is overloaded, in milliseconds. Default 50; more than 0; Infinity = no limit, so the pool is never overloaded. A few times the time that a lease takes, divided by `max`, at least. */
  target?: number | undefined
  /** How long every caller must have waited longer than `target` before the pool is overloaded, in milliseconds. Default 500; more than 0; Infinity = never. */
  interval?: number | undefined
}

const shedding = {
  target: or(limit, 50),
  interval: or(limit, 500),
}

/** What `shed` stands for; undefined = off. */
export const shed = switchable(shedding, '{ target: 50, interval: 500 }')
