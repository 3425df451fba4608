// The callers that no host suits: they wait here until one does, and wait for a connection only then.
import { Alarm } from '../actors/time/alarm.js'
import { ClockScheduler } from '../actors/time/scheduler.js'
import type { Clock } from '../core/clock.js'
import { onAbort } from '../core/signals.js'
import type { HostTarget } from '../machines/host-types.js'

/** A caller who waits for a host. */
export interface Seeker {
  readonly target: HostTarget
  /** When the caller began to wait for a lease, on the pool's clock. */
  readonly at: number
  /** Until when it waits; Infinity = forever. */
  readonly deadline: number
  readonly signal: AbortSignal | undefined
}

interface Waiting<H> extends Seeker {
  settle(answer: { readonly host: H } | { readonly error: unknown }): void
}

/** What becomes of seekers. */
export interface SeekerAnswers<H> {
  /** The host that the next caller gets; undefined = none fits. */
  choose(target: HostTarget): H | undefined
  /** The error of one whom waiting does not help; undefined = it may. */
  hopeless(seeker: Seeker): Error | undefined
  /** The error of one whose time is up. */
  expired(seeker: Seeker): Error
  /** The error of one whose signal aborted. */
  aborted(seeker: Seeker, reason: unknown): Error
}

/** Callers in the order in which they came. */
export class SeekerQueue<H> {
  readonly #waiting = new Set<Waiting<H>>()
  readonly #alarm: Alarm
  readonly #clock: Clock
  readonly #answers: SeekerAnswers<H>

  constructor(clock: Clock, answers: SeekerAnswers<H>) {
    this.#clock = clock
    this.#answers = answers
    this.#alarm = new Alarm(new ClockScheduler(clock, true), () => this.#expire())
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.size
  }

  /** Waits for a host. */
  wait(seeker: Seeker): Promise<H> {
    const { deadline, signal } = seeker
    return new Promise((resolve, reject) => {
      const stop =
        signal &&
        onAbort(signal, () => waiting.settle({ error: this.#answers.aborted(seeker, signal.reason) }))
      const waiting: Waiting<H> = {
        ...seeker,
        settle: answer => {
          if (!this.#waiting.delete(waiting)) return
          stop?.()
          if (this.#waiting.size === 0) this.#alarm.rest()
          if ('host' in answer) resolve(answer.host)
          else reject(answer.error)
        },
      }
      this.#waiting.add(waiting)
      if (deadline !== Number.POSITIVE_INFINITY) this.#alarm.noLaterThan(deadline)
    })
  }

  /** A host is another one now: who can be served leaves, and so does who cannot be. */
  settle(): void {
    for (const waiting of [...this.#waiting]) {
      const host = this.#answers.choose(waiting.target)
      if (host !== undefined) waiting.settle({ host })
      else {
        const error = this.#answers.hopeless(waiting)
        if (error !== undefined) waiting.settle({ error })
      }
    }
  }

  /** Refuses all, each with an error of its own. */
  close(newError: () => Error): void {
    for (const waiting of [...this.#waiting]) waiting.settle({ error: newError() })
    this.#alarm.clear()
  }

  #expire(): void {
    const now = this.#clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const waiting of [...this.#waiting]) {
      if (waiting.deadline <= now) waiting.settle({ error: this.#answers.expired(waiting) })
      else next = Math.min(next, waiting.deadline)
    }
    if (next !== Number.POSITIVE_INFINITY) this.#alarm.noLaterThan(next)
  }
}
