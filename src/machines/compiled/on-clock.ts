// An actor system as some of its actors see it: with a clock of their own.

import type { AnyActorRef, AnyActorScope, EventObject } from 'xstate'
import { sameInspection } from './inspection.js'
import { isForeign } from './trust.js'

/** What XState takes for a clock. */
interface Clock {
  setTimeout(callback: () => void, delay: number): unknown
  clearTimeout(timer: unknown): void
}

/** XState's scheduler: what sets and clears the timers of `after` and of delayed events. */
interface Scheduler {
  schedule(source: AnyActorRef, target: AnyActorRef, event: EventObject, delay: number, id?: string): void
  cancel(source: AnyActorRef, id: string): void
  cancelAll(source: AnyActorRef): void
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
  return Object.create(system, {
    scheduler: { value: new ClockedScheduler(system as unknown as SystemWithScheduler, clock) },
    ...sameInspection(system),
  })
}

class ClockedScheduler implements Scheduler {
  readonly #system: SystemWithScheduler
  readonly #clock: Clock
  readonly #timers = new Map<AnyActorRef, Map<string, unknown>>()
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
    const timers = this.#timers.get(source) ?? new Map<string, unknown>()
    this.#timers.set(source, timers)
    const timer = this.#clock.setTimeout(() => {
      this.#forget(source, id)
      if (isForeign()) target.send(event)
      else this.#system._relay(source, target, event)
    }, delay)
    timers.set(id, timer)
  }

  cancel(source: AnyActorRef, id: string): void {
    const timer = this.#timers.get(source)?.get(id)
    if (timer !== undefined) this.#clock.clearTimeout(timer)
    this.#forget(source, id)
  }

  cancelAll(source: AnyActorRef): void {
    for (const id of [...(this.#timers.get(source)?.keys() ?? [])]) this.cancel(source, id)
  }

  #forget(source: AnyActorRef, id: string): void {
    const timers = this.#timers.get(source)
    timers?.delete(id)
    if (timers?.size === 0) this.#timers.delete(source)
  }
}
