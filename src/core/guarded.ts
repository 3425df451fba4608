// What an application gives the pool to call, guarded: an exception in it never ends the pool.
import { type Clock, systemClock } from './clock.js'

/** A deadline that the application's clock refused to keep. */
class OnSystemClock {
  constructor(readonly timer: unknown) {}
}

/**
 * The application's clock. Where it throws, time stands still for a moment, and a timer that it does not set is kept by the system's
 * clock: a deadline that is not kept would cost a slot forever.
 */
export function guardedClock(clock: Clock): Clock {
  if (clock === systemClock) return clock
  let last = 0
  const quietly = (call: () => void): void => {
    try {
      call()
    } catch {
      // the timer fires in vain, or holds the process for as long as it runs
    }
  }
  const unref = (handle: unknown): void => quietly(() => clock.unref?.(handle))
  const ref = (handle: unknown): void => quietly(() => clock.ref?.(handle))
  return {
    now() {
      try {
        const now = clock.now()
        if (!Number.isNaN(now)) last = now
      } catch {
        // the time that was read last is as good as any
      }
      return last
    },
    setTimeout(callback, delay) {
      try {
        return clock.setTimeout(callback, delay)
      } catch {
        return new OnSystemClock(systemClock.setTimeout(callback, delay))
      }
    },
    clearTimeout(handle) {
      if (handle instanceof OnSystemClock) systemClock.clearTimeout(handle.timer)
      else quietly(() => clock.clearTimeout(handle))
    },
    get unref() {
      return clock.unref && unref
    },
    get ref() {
      return clock.ref && ref
    },
  } as Clock
}

/** The application's randomness. Where it throws, or gives something other than a number from 0 to below 1, the middle is taken. */
export function guardedRandom(random: () => number): () => number {
  if (random === Math.random) return random
  return () => {
    try {
      const value = random()
      return value >= 0 && value < 1 ? value : 0.5
    } catch {
      return 0.5
    }
  }
}
