// The clock for the machines' own deadlines, which may leave one of them behind when the process wants to end.
import type { Clock } from '../clock.js'

/**
 * XState's view of the pool's clock. Every deadline of a machine keeps the process alive until it is met or has passed, but for one:
 * a pool that may be left idle (`allowExitOnIdle`) does not hold a process by backing off from a database that nobody waits for.
 *
 * @param isDispensable whether the deadline that is being set, which is so long, is of that kind
 */
export function machineClock(
  clock: Clock,
  isDispensable: (delay: number) => boolean,
): Pick<Clock, 'setTimeout' | 'clearTimeout'> {
  return {
    setTimeout: (callback, delay) => {
      const timer = clock.setTimeout(callback, delay)
      if (isDispensable(delay)) clock.unref?.(timer)
      return timer
    },
    clearTimeout: timer => clock.clearTimeout(timer),
  }
}
