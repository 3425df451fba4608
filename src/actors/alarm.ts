// One timer that stands for many deadlines: it rings at the earliest time that it was asked for.
import type { SchedulerLike, Subscription } from 'rxjs'

/** Rings once, at the earliest of the times asked for; whoever is rung looks what is due and asks again. */
export class Alarm {
  readonly #scheduler: SchedulerLike
  readonly #ring: () => void
  #at = Number.POSITIVE_INFINITY
  #timer: Subscription | undefined

  constructor(scheduler: SchedulerLike, ring: () => void) {
    this.#scheduler = scheduler
    this.#ring = ring
  }

  /** Asks to be rung at `time` at the latest. Never ringing for `Infinity`; a ring that comes sooner anyway is left as it is. */
  noLaterThan(time: number): void {
    if (time >= this.#at) return
    this.clear()
    this.#at = time
    this.#timer = this.#scheduler.schedule(
      () => {
        this.#at = Number.POSITIVE_INFINITY
        this.#timer = undefined
        this.#ring()
      },
      Math.max(0, time - this.#scheduler.now()),
    )
  }

  clear(): void {
    this.#timer?.unsubscribe()
    this.#timer = undefined
    this.#at = Number.POSITIVE_INFINITY
  }
}
