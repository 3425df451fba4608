// Time as the pool sees it: one clock, injected, for XState, RxJS and the pool itself.

/**
 * The only source of time in a pool. XState's delayed transitions and RxJS's scheduler are driven by the same clock, so a
 * simulated one puts the whole system into simulated time.
 */
export interface Clock {
  /** Milliseconds, monotonic (never steps back). Read on the hot path: must be cheap. */
  now(): number
  /** Calls `callback` once, after `delay` milliseconds, and returns a handle for {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delay: number): unknown
  /** Cancels a timer; an unknown or spent handle is ignored. */
  clearTimeout(handle: unknown): void
  /** Lets the process exit although this timer is pending. Optional: simulated clocks keep nothing alive. */
  unref?(handle: unknown): void
  /** Takes that back. Optional; a clock that has it lets timers be kept for later that nobody needs now, which costs less than new ones. */
  ref?(handle: unknown): void
}

/** Node fires at once when a timer is set for longer than 2^31 - 1 ms (24.8 days); here that is as good as for ever. */
const longestDelay = 2_147_483_647

let cachedNow = 0

/** So many readings in quick succession, and the next ones of the same turn are answered from memory. */
const burst = 16
/** What counts as quick, in milliseconds: a pool at full speed in one turn needs a few microseconds, queries a hundred. */
const quick = 0.05

let readings = 0
let burstBegan = 0

/** As it was when this was loaded: test runners replace it for a while, and a time that is never forgotten would stand still. */
const nextTurn = setImmediate

const forgetNow = (): void => {
  cachedNow = 0
}

const readNow = (): number => performance.timeOrigin + performance.now()

/**
 * The machine's monotonic clock, as milliseconds since the epoch (at process start; later steps of the wall clock are not followed).
 *
 * When `now()` is asked many times in quick succession, it answers from memory until the turn of the event loop is over: nothing can
 * arrive from the network within a turn, and a reading costs as much as the rest of a checkout. Otherwise it reads the operating
 * system's, for forgetting the time takes a turn of the loop, which costs more than some readings.
 */
export const systemClock: Clock = {
  now() {
    if (cachedNow !== 0) return cachedNow
    const now = readNow()
    if (++readings >= burst) {
      readings = 0
      if (now - burstBegan < quick) {
        cachedNow = now
        nextTurn(forgetNow) // not unref'd: the loop must not sleep on a time that is about to go stale
      }
      burstBegan = now
    }
    return now
  },
  setTimeout(callback, delay) {
    if (delay > longestDelay) return undefined
    return setTimeout(() => {
      forgetNow() // whoever is rung looks at the time, and must not see one from before
      callback()
    }, delay)
  },
  clearTimeout: handle => clearTimeout(handle as NodeJS.Timeout),
  unref: handle => {
    ;(handle as NodeJS.Timeout | undefined)?.unref()
  },
  ref: handle => {
    ;(handle as NodeJS.Timeout | undefined)?.ref()
  },
}
