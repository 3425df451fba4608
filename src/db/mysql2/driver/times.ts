// mysql2's own time limits, by the pool's clock: an answer that has arrived while the process was frozen, or the loop blocked, counts.

import { longestDelay, systemClock } from '../../../core/clock.js'
import type { Command, Core } from './internals.js'

/** What has a timer of mysql2's: when it rings, this is called. */
interface Timed {
  _handleTimeoutError?(): void
}

/** Has a connect that mysql2 limits by a timer of its own limited by ours. */
export function limitConnect(core: Core): void {
  const { connectTimeout, config } = core as unknown as {
    connectTimeout?: unknown
    config: { connectTimeout?: unknown }
  }
  if (!connectTimeout) return
  clearTimeout(connectTimeout as NodeJS.Timeout)
  keepTimer(core, 'connectTimeout', Number(config.connectTimeout))()
}

/** Has the limit of a query that is about to begin kept by our timer; one that Node cannot count to is none. */
export function limitQuery(command: Command): void {
  const limit = Number(command.timeout)
  if (limit > longestDelay) command.timeout = undefined
  else if (limit > 0) Object.assign(command, { _setTimeout: keepTimer(command, 'queryTimeout', limit) })
}

/**
 * Has mysql2 keep a timer of ours in the property in which it keeps its own, and forgets it by setting null.
 * @returns what starts the timer
 */
function keepTimer(owner: object, property: string, limit: number): () => void {
  let timer: unknown = null
  const set = (next: unknown): void => {
    systemClock.clearTimeout(timer)
    timer = next
  }
  Object.defineProperty(owner, property, { get: () => timer, set, configurable: true, enumerable: false })
  return () => set(systemClock.setTimeout(() => (owner as Timed)._handleTimeoutError?.(), limit))
}
