// mysql2's own time limits, by the pool's clock: an answer that has arrived while the process was frozen, or the loop blocked, counts.

import { longestDelay, systemClock } from '../../../core/clock.js'
import type { Command, Core } from './internals.js'

/** What has a timer of mysql2's: when it rings, `_handleTimeoutError` is called. */
interface Timed {
  readonly timeout?: unknown
  /** The timer; null when the answer has come. */
  readonly queryTimeout?: unknown
  begunAt?: number
  onResult?: unknown
  timedOut?: boolean
  onTimedOut?(): void
  _setTimeout(): void
  _handleTimeoutError(): void
}

/** Has a connect that mysql2 limits by a timer of its own limited by ours. */
export function limitConnect(core: Core): void {
  const { connectTimeout, config } = core as unknown as {
    connectTimeout?: unknown
    config: { connectTimeout?: unknown }
  }
  if (!connectTimeout) return
  clearTimeout(connectTimeout as NodeJS.Timeout)
  keepTimer(core, 'connectTimeout', Number(config.connectTimeout))
}

/** A timer that is this late was held up, by a blocked loop or a frozen process; in ms. */
const heldUp = 50

/**
 * Has the limit of a query that is about to begin judged after the sockets were read; one that Node cannot count to is none. Functions for all
 * queries, because a closure or an accessor of a command's own gives each command a hidden class of its own.
 */
export function limitQuery(command: Command): void {
  const limit = Number(command.timeout)
  if (limit > longestDelay) command.timeout = undefined
  else if (limit > 0) Object.assign(command, { begunAt: 0, _setTimeout: begin, _handleTimeoutError: judge })
}

const ofClass = (command: Timed): Timed => Object.getPrototypeOf(command)

function begin(this: Timed): void {
  this.begunAt = performance.now()
  ofClass(this)._setTimeout.call(this)
}

/** What was held up gets the time back that it lost, as with the pool's own deadlines. */
function judge(this: Timed): void {
  const limit = Number(this.timeout)
  const late = performance.now() - (this.begunAt ?? 0) - limit
  systemClock.setTimeout(
    () => {
      if (this.queryTimeout) answer(this)
    },
    late < heldUp ? 0 : Math.min(late, limit),
  )
}

/** With the error of its limit; the server's own answer, which is still to come, is for no one: mysql2 would call back a second time. */
function answer(command: Timed): void {
  command.timedOut = true
  try {
    ofClass(command)._handleTimeoutError.call(command)
  } finally {
    command.onResult = () => {}
    command.onTimedOut?.()
  }
}

/** Has mysql2 keep a timer of ours in the property in which it keeps its own, and forgets it by setting null; once for each connection. */
function keepTimer(owner: object, property: string, limit: number): void {
  const set = (next: unknown): void => {
    systemClock.clearTimeout(timer)
    timer = next
  }
  Object.defineProperty(owner, property, { get: () => timer, set, configurable: true, enumerable: false })
  let timer: unknown = systemClock.setTimeout(() => (owner as Timed)._handleTimeoutError(), limit)
}
