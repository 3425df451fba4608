// A clock that stands still until a test moves it: the whole system in simulated time, in a fixed order.

import type { Clock } from '../core/clock.js'
import { aTurnOfTheLoop } from './rest.js'
import { type Timer, TimerHeap } from './timer-heap.js'

/** A {@link Clock} that a test advances. */
export interface SimulatedClock extends Clock {
  /** The number of timers that are set and have not fired, including those that never will (a delay of Infinity). */
  readonly pending: number
  /**
   * Lets `duration` milliseconds pass: fires the timers that become due in the order of their times, those of equal time in
   * the order in which they were set, and lets everything that each one starts (promises, ticks) settle before the
   * next one. Rejects with the error of a timer; the time then stands at that timer.
   */
  advance(duration: number): Promise<void>
  /** Like {@link advance}, up to a time on this clock. */
  advanceTo(time: number): Promise<void>
  /**
   * Simulates a frozen process (a suspended container, a sleeping laptop): the time jumps, and then everything that became due meanwhile
   * happens late, at that one time, in the order in which it was due: an answer that came before a deadline arrives before that deadline
   * expires.
   */
  freeze(duration: number): Promise<void>
  /** Whether timers are due and have not fired: the process was frozen and has not caught up yet. */
  readonly behind: boolean
  /** Fires timers until none is left that will ever fire; rejects after `limit` timers, because a ticker never ends. Default 10,000. */
  runAll(limit?: number): Promise<void>
}

/** A timer that sets itself again with no delay would hold time still forever; so much in one call must be such a loop. */
const mostAtOnce = 1_000_000

/** The options of a simulated clock. */
export interface SimulatedClockOptions {
  /** The initial time, in milliseconds. Default 0. */
  start?: number
  /**
   * Waits until everything that a timer started has settled: called before time passes and after each timer; when it rejects, so does
   * {@link SimulatedClock.advance}. Default: one turn of the event loop, which also runs `setImmediate` callbacks.
   */
  rest?: () => Promise<void>
}

/** Creates a clock for tests. Times and delays are milliseconds; a delay below 0 counts as 0. */
export function createSimulatedClock({
  start = 0,
  rest = aTurnOfTheLoop,
}: SimulatedClockOptions = {}): SimulatedClock {
  const timers = new TimerHeap()
  let time = start
  let set = 0
  let moving = false

  const fireUntil = async (limit: number, most: number, jump = 0): Promise<void> => {
    if (moving) throw new Error('The simulated clock is being advanced already: await that first.')
    moving = true
    try {
      await rest() // what the test itself set in motion happens before time passes
      time += jump
      for (let fired = 0; ; fired++) {
        const next = timers.first
        if (next === undefined || next.time > limit || next.time === Number.POSITIVE_INFINITY) return
        if (fired === most)
          throw new Error(`${most} timers fired, and there are more: is one setting itself again?`)
        timers.remove(next)
        time = Math.max(time, next.time)
        next.callback()
        await rest()
      }
    } finally {
      moving = false
    }
  }

  const advanceTo = async (target: number): Promise<void> => {
    if (!(target >= time && Number.isFinite(target))) {
      throw new RangeError(`The simulated clock stands at ${time} and cannot be advanced to ${target}.`)
    }
    await fireUntil(target, mostAtOnce)
    time = target
  }

  return {
    now: () => time,
    setTimeout(callback, delay) {
      const timer = { time: delay > 0 ? time + delay : time, order: set++, callback, place: -1 }
      timers.add(timer)
      return timer
    },
    clearTimeout(handle) {
      if (handle) timers.remove(handle as Timer)
    },
    get pending() {
      return timers.size
    },
    get behind() {
      const next = timers.first
      return next !== undefined && next.time < time
    },
    freeze(duration) {
      if (!(duration >= 0 && Number.isFinite(duration)))
        throw new RangeError(`The simulated clock cannot be frozen for ${duration} ms.`)
      return fireUntil(time + duration, mostAtOnce, duration)
    },
    advance: duration => advanceTo(time + duration),
    advanceTo,
    runAll: (limit = 10_000) => fireUntil(Number.POSITIVE_INFINITY, limit),
  }
}
