// The system's clock, which counts the timers that are set.

import { type Clock, systemClock } from '../src/index.js'

export interface CountingClock extends Clock {
  /** Timers that are set and have neither rung nor been cleared. */
  readonly pending: number
}

export function countingClock(): CountingClock {
  const pending = new Set<unknown>()
  return {
    now: () => systemClock.now(),
    setTimeout(callback, delay) {
      const timer = systemClock.setTimeout(() => {
        pending.delete(timer)
        callback()
      }, delay)
      pending.add(timer)
      return timer
    },
    clearTimeout(timer) {
      pending.delete(timer)
      systemClock.clearTimeout(timer)
    },
    unref: timer => systemClock.unref?.(timer),
    get pending() {
      return pending.size
    },
  }
}
