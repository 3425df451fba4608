// Time as the pool sees it: one clock, injected, for XState, RxJS and the pool itself.
import { outside } from './outside.js'
import { clearTurn, nextTurn } from './platform.js'

/**
 * The only source of time in a pool. XState's delayed transitions and RxJS's scheduler run on the same clock, so a simulated clock
 * puts the whole system into simulated time.
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
  /** Undoes {@link Clock.unref}. Optional; with it the pool keeps unneeded timers for later use, which costs less than creating new ones. */
  ref?(handle: unknown): void
}

/** Node fires at once when a timer is set for longer than 2^31 - 1 ms (24.8 days); here that is as good as forever. PostgreSQL and MySQL refuse it. */
export const longestDelay = 2_147_483_647

/** Undefined = not known; V8 tells that from a time at once, and no number from another. */
let cachedNow: number | undefined

/** So many readings in quick succession, and the next ones of the same turn are answered from memory. */
const burst = 16
/** What counts as quick, in milliseconds: a pool at full speed in one turn needs a few microseconds, queries a hundred. */
const quick = 0.05

let readings = 0
let burstBegan = 0

const forgetNow = (): void => {
  cachedNow = undefined
}

/** As they were when this was loaded: test runners replace them for a while. */
const {
  setTimeout: realSetTimeout,
  clearTimeout: realClearTimeout,
  performance: realPerformance,
} = globalThis
const { timeOrigin: realOrigin } = realPerformance

const timersAreReal = (): boolean => setTimeout === realSetTimeout

/** By how much a test runner's timers were ahead of `performance`, which some runners leave as it is. */
let ahead = 0

/** Node's global `performance` is an accessor, which takes longer to read than the time itself: it is read only where a test runner may have replaced it. */
const readNow = (): number =>
  (timersAreReal() ? realOrigin + realPerformance.now() : performance.timeOrigin + performance.now()) + ahead

function readAnew(): number {
  const now = readNow()
  if (++readings >= burst) {
    readings = 0
    if (now - burstBegan < quick && timersAreReal()) {
      cachedNow = now
      nextTurn(forgetNow) // not unref'd: the loop must not sleep on a time that is about to go stale
    }
    burstBegan = now
  }
  return now
}

/**
 * The machine's monotonic clock, as milliseconds since the epoch (at process start; later steps of the wall clock are not followed).
 *
 * When `now()` is asked many times in quick succession, it answers from memory until the turn of the event loop is over: nothing can
 * arrive from the network within a turn, and a reading costs as much as the rest of a checkout. Otherwise it reads the operating
 * system's, for forgetting the time takes a turn of the loop, which costs more than some readings.
 */
export const systemClock: Clock = {
  now: () => (cachedNow === undefined ? readAnew() : cachedNow),
  setTimeout: (callback, delay) =>
    delay > longestDelay ? undefined : outside(() => new Deadline(callback, delay)),
  clearTimeout: handle => (handle as Deadline | undefined)?.clear(),
  unref: handle => (handle as Deadline | undefined)?.unref(),
  ref: handle => (handle as Deadline | undefined)?.ref(),
}

/**
 * A clock for what no news from the network changes, such as looking after idle connections: it rings without reading the sockets first, and so in the
 * order of the process's own timers.
 */
const promptSystemClock: Clock = {
  ...systemClock,
  setTimeout: (callback, delay) =>
    delay > longestDelay ? undefined : outside(() => new Deadline(callback, delay, true)),
}

/** The clock for upkeep, beside the one for deadlines. An application's own, and a simulated one, are the same for both. */
export const forUpkeep = (clock: Clock): Clock => (clock === systemClock ? promptSystemClock : clock)

/** A timer that is this late, in milliseconds, was held up: the event loop was blocked, or the process was frozen. */
const heldUp = 50

let lostInTurn = 0

/** How long the loop was held up, by the first timer of the turn that says so: the same for all, so that they keep their order. */
function timeLost(late: number): number {
  if (lostInTurn === 0 && late >= heldUp) {
    lostInTurn = late
    nextTurn(() => {
      lostInTurn = 0
    })
  }
  return lostInTurn
}

/**
 * A timer that rings after what the network delivered meanwhile was read. Node runs a timer that is due before it reads the sockets,
 * so after a blocked event loop or a frozen process every deadline would seem to have passed, however long the answers had been there.
 * A timer that was held up also gets the time back that it lost, once, because what takes several round trips stood still.
 *
 * Where a test runner has replaced the timers, it rings when that one says so.
 */
class Deadline {
  readonly #callback: () => void
  /** When it is due, with the time that it got back. */
  #due: number
  readonly #delay: number
  readonly #prompt: boolean
  /** Undefined once it has rung, or was cleared. */
  #timer: NodeJS.Timeout | undefined
  /** It runs on the machine's timers, and not on a test runner's. */
  #real = timersAreReal()
  #turn: unknown
  #holdsProcess = true
  #extended = false

  /** @param prompt whether it need not wait for what the network delivered, unless it was held up */
  constructor(callback: () => void, delay: number, prompt = false) {
    this.#callback = callback
    this.#prompt = prompt
    this.#delay = delay
    this.#due = readNow() + delay
    this.#timer = setTimeout(() => this.#expire(), delay)
  }

  clear(): void {
    if (this.#real)
      realClearTimeout(this.#timer) // a test runner's clears none but its own
    else clearTimeout(this.#timer)
    if (this.#turn !== undefined) clearTurn(this.#turn)
    this.#timer = undefined
    this.#turn = undefined
  }

  unref(): void {
    this.#holdsProcess = false
    this.#timer?.unref?.() // a browser's timers are numbers
  }

  ref(): void {
    this.#holdsProcess = true
    if (this.#timer === undefined) return
    if (this.#real === timersAreReal()) this.#timer.ref?.()
    else this.#moveToTimersOfToday()
  }

  #expire(): void {
    if (!this.#real) {
      ahead += Math.max(0, Math.ceil(this.#due - readNow()))
      this.#ring()
      return
    }
    const lost = timeLost(readNow() - this.#due)
    if (lost === 0 || this.#extended) {
      if (this.#prompt && lost === 0) this.#ring()
      else this.#turn = nextTurn(() => this.#ring())
      return
    }
    this.#extended = true
    // With its old time it would seem late again when it rings, and others of that turn would get time back that they never lost.
    const extension = Math.min(lost, this.#delay)
    this.#due = readNow() + extension
    this.#timer = realSetTimeout(() => this.#expire(), extension)
    if (!this.#holdsProcess) this.#timer.unref?.()
  }

  /** A timer that was kept for later, and is needed after a test runner has replaced the timers, or has given them back. */
  #moveToTimersOfToday(): void {
    this.clear()
    this.#real = timersAreReal()
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, this.#due - readNow()))
  }

  #ring(): void {
    this.#timer = undefined
    this.#turn = undefined
    forgetNow() // the callback looks at the time, and must not see one from before
    this.#callback()
  }
}
