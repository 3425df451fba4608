// RxJS's scheduler on the pool's clock: all timers of the pool that are not a machine's own are scheduled through it.
import type { SchedulerAction, SchedulerLike } from 'rxjs'
import type { Clock } from '../../core/clock.js'
import { Subscription } from '../rx.js'

/** A scheduler for RxJS operators (`timer`, `throttleTime`, …) and for the pool's own alarms that sees the pool's time. */
export class ClockScheduler implements SchedulerLike {
  readonly #clock: Clock
  readonly #keepsAlive: boolean

  /** @param keepsAlive whether what is scheduled keeps the process alive */
  constructor(clock: Clock, keepsAlive: boolean) {
    this.#clock = clock
    this.#keepsAlive = keepsAlive
  }

  now(): number {
    return this.#clock.now()
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new ClockAction(this.#clock, this.#keepsAlive, work).schedule(state, delay)
  }

  /**
   * Lets the process exit although something is scheduled, or takes that back.
   * @returns whether the clock can do that
   */
  letExit(scheduled: Subscription, mayExit: boolean): boolean {
    return scheduled instanceof ClockAction && scheduled.letExit(mayExit)
  }
}

/** One piece of scheduled work; RxJS's operators schedule it again from within. */
class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #clock: Clock
  readonly #keepsAlive: boolean
  readonly #work: (this: SchedulerAction<T>, state?: T) => void
  #timer: unknown

  constructor(clock: Clock, keepsAlive: boolean, work: (this: SchedulerAction<T>, state?: T) => void) {
    super(() => clock.clearTimeout(this.#timer))
    this.#clock = clock
    this.#keepsAlive = keepsAlive
    this.#work = work
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#clock.clearTimeout(this.#timer)
    this.#timer = this.#clock.setTimeout(() => this.#work(state), delay)
    if (!this.#keepsAlive) this.#clock.unref?.(this.#timer)
    return this
  }

  letExit(mayExit: boolean): boolean {
    const clock = this.#clock
    if (clock.ref === undefined || clock.unref === undefined) return false
    if (mayExit) clock.unref(this.#timer)
    else if (this.#keepsAlive) clock.ref(this.#timer)
    return true
  }
}
