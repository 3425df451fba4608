// An actor system as some of its actors see it: with a clock of their own.

import type { AnyActorRef, AnyActorScope, EventObject } from 'xstate'
import { watchOf } from './inspection.js'
import type { Scheduler } from './internals.js'
import { isForeign } from './trust.js'

/** What XState takes for a clock. */
interface Clock {
  setTimeout(callback: () => void, delay: number): unknown
  clearTimeout(timer: unknown): void
}

interface SystemWithScheduler {
  readonly scheduler: Scheduler
  _relay(source: AnyActorRef, target: AnyActorRef, event: EventObject): void
}

/**
 * The same system, but for the clock. An actor sees it if its scope has it instead of the system's own (`scope.system`), which its
 * logic may arrange when it computes the initial snapshot. XState clears an actor's timers when it stops; those that are set here are
 * left to the owner of the clock: call `scheduler.cancelAll(actor)`.
 */
export function onClock<S extends AnyActorScope['system']>(system: S, clock: Clock): S {
  watchOf(system as never) // both have it from now on
  return Object.create(system, {
    scheduler: { value: new ClockedScheduler(system as unknown as SystemWithScheduler, clock) },
  })
}

/**
 * Gives a system that the pool alone uses a scheduler in which the end of an actor costs the same however many timers there are. XState's
 * own looks at the timers of all actors each time. If XState keeps its scheduler somewhere else, that one stays, on the clock that the system has.
 */
export function rescheduled(system: AnyActorScope['system'], clock: Clock): void {
  const { scheduler } = system as { readonly scheduler?: Partial<Scheduler> }
  if (isForeign() || [scheduler?.schedule, scheduler?.cancel, scheduler?.cancelAll].includes(undefined))
    return
  Object.assign(system, { scheduler: new ClockedScheduler(system as unknown as SystemWithScheduler, clock) })
}

/** A timer that is set; those of one actor are a list. */
class Timer {
  handle: unknown = undefined

  constructor(
    readonly id: string,
    public next: Timer | undefined,
  ) {}
}

class ClockedScheduler implements Scheduler {
  readonly #system: SystemWithScheduler
  readonly #clock: Clock
  readonly #timers = new Map<AnyActorRef, Timer>()
  #ids = 0

  constructor(system: SystemWithScheduler, clock: Clock) {
    this.#system = system
    this.#clock = clock
  }

  schedule(
    source: AnyActorRef,
    target: AnyActorRef,
    event: EventObject,
    delay: number,
    id = `${++this.#ids}`,
  ): void {
    const timer = new Timer(id, this.#timers.get(source))
    this.#timers.set(source, timer)
    timer.handle = this.#clock.setTimeout(() => {
      this.#forget(source, timer)
      if (isForeign()) target.send(event)
      else this.#system._relay(source, target, event)
    }, delay)
  }

  cancel(source: AnyActorRef, id: string): void {
    for (let timer = this.#timers.get(source); timer !== undefined; timer = timer.next) {
      if (timer.id !== id) continue
      this.#clock.clearTimeout(timer.handle)
      this.#forget(source, timer)
    }
  }

  cancelAll(source: AnyActorRef): void {
    for (let timer = this.#timers.get(source); timer !== undefined; timer = timer.next)
      this.#clock.clearTimeout(timer.handle)
    this.#timers.delete(source)
  }

  /** Forgets one of an actor's timers. An actor has one at a time, as a rule. */
  #forget(source: AnyActorRef, gone: Timer): void {
    const first = this.#timers.get(source)
    if (first !== gone) {
      let before = first
      while (before !== undefined && before.next !== gone) before = before.next
      if (before !== undefined) before.next = gone.next
    } else if (gone.next === undefined) this.#timers.delete(source)
    else this.#timers.set(source, gone.next)
  }
}
