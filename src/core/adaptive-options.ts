// How an adaptive pool looks for its size: the option `adaptive`, and its checks.
import { OptionsError } from './errors.js'
import { limit, number, or, switchable } from './shape.js'

/** How an adaptive pool looks for its size; see {@link PoolOptions.adaptive}. */
export interface AdaptiveOptions {
  /** How long the pool measures a size, at least, in milliseconds. Default 1,000; more than 0; Infinity = it measures none. Noisy or slow leases take longer. */
  interval?: number | undefined
  /** The share of the best throughput that fewer connections may cost. Default 0.05; more than 0, up to 0.5. */
  tolerance?: number | undefined
}

const adapting = {
  interval: or(limit, 1_000),
  tolerance: or(number({ above: 0, most: 0.5, kind: 'a number' }), 0.05),
}

/** What `adaptive` stands for; undefined = off. */
export const adaptive = switchable(adapting, '{ interval: 1000, tolerance: 0.05 }')

/** @throws OptionsError where it has nothing to choose, or nothing to judge by. */
export function checkAdaptive(given: unknown, isFixed: boolean, isShared: boolean): void {
  if (isFixed)
    throw new OptionsError(
      'adaptive',
      given,
      'adaptive needs a min below max, as the pool chooses its size between them. Lower min, raise max, or omit adaptive.',
    )
  if (isShared)
    throw new OptionsError(
      'adaptive',
      given,
      'adaptive and share exclude each other: callers that share a connection do not wait for one. Omit one of them.',
    )
}
