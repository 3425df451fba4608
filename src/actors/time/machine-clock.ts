// The clock for the machines' own deadlines, which may leave one of them behind when the process wants to end.
import type { AnyActorScope } from 'xstate'
import { type Clock, longestDelay } from '../../core/clock.js'
import { onClock, rescheduled } from '../../machines/compiled/index.js'

/**
 * XState's view of the pool's clock. Every deadline of a machine keeps the process alive until it is met or has passed, except the one
 * that is set right after {@link MachineClock.letNextOneGo}: a pool that may be left idle (`allowExitOnIdle`) does not hold a process
 * by backing off from a database that no caller waits for.
 */
export class MachineClock implements Pick<Clock, 'setTimeout' | 'clearTimeout'> {
  readonly #clock: Clock
  #nextIsDispensable = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Called by the entry action of a state: XState sets the deadline of the state (`after`) next. */
  letNextOneGo(): void {
    this.#nextIsDispensable = true
  }

  setTimeout(callback: () => void, delay: number): unknown {
    const dispensable = this.#nextIsDispensable
    this.#nextIsDispensable = false
    // The machines say so for no limit, as the timers of a system of their own need it.
    const timer = this.#clock.setTimeout(callback, delay < longestDelay ? delay : Number.POSITIVE_INFINITY)
    if (dispensable) this.#clock.unref?.(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.#clock.clearTimeout(timer)
  }
}

/** Has an actor's machine, and those of its children, set their deadlines by a clock, whatever clock their system has. */
export function adoptClock(
  scope: { readonly self: object; system: AnyActorScope['system'] },
  clock: Clock,
): MachineClock {
  const { clock: given } = scope.self as { readonly clock?: unknown }
  if (given instanceof MachineClock) {
    rescheduled(scope.system, given) // the system is the pool's own
    return given
  }
  const own = new MachineClock(clock)
  scope.system = onClock(scope.system, own)
  return own
}

/** Clears the deadlines of an actor that has stopped: XState clears those that its own system knows of. */
export function letTimersGo(system: AnyActorScope['system'], actor: object): void {
  system.scheduler.cancelAll(actor as never)
}
