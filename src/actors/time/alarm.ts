// One timer that stands for many deadlines: it rings at the earliest time that it was asked for.
import type { Subscription } from 'rxjs'
import type { ClockScheduler } from './scheduler.js'

/** Rings once, at the earliest requested time; its owner then handles what is due and asks again. */
export class Alarm {
  readonly #scheduler: ClockScheduler
  readonly #ring: () => void
  #at = Number.POSITIVE_INFINITY
  #timer: Subscription | undefined
  /** Its owner does not need it now. */
  #rests = false

  constructor(scheduler: ClockScheduler, ring: () => void) {
    this.#scheduler = scheduler
    this.#ring = ring
  }

  /** Asks to be rung at `time` at the latest. Never ringing for `Infinity`; a ring that comes sooner anyway is left as it is. */
  noLaterThan(time: number): void {
    if (this.#rests) this.#wake()
    if (time >= this.#at) return
    this.clear()
    this.#at = time
    this.#timer = this.#scheduler.schedule(
      () => {
        this.#at = Number.POSITIVE_INFINITY
        this.#timer = undefined
        this.#rests = false
        this.#ring()
      },
      Math.max(0, time - this.#scheduler.now()),
    )
  }

  /**
   * Its owner needs no ring for now. The timer stays set where the clock allows that (it neither holds the process nor finds anything due when it
   * rings): to clear it and set the next one costs more than the rest of a short wait.
   */
  rest(): void {
    if (this.#timer === undefined || this.#rests) return
    if (this.#scheduler.letExit(this.#timer, true)) this.#rests = true
    else this.clear()
  }

  clear(): void {
    this.#timer?.unsubscribe()
    this.#timer = undefined
    this.#rests = false
    this.#at = Number.POSITIVE_INFINITY
  }

  #wake(): void {
    this.#rests = false
    if (this.#timer !== undefined) this.#scheduler.letExit(this.#timer, false)
  }
}
