// The pool's own measurements, for `pool.stats()`.
import type { EndReason } from '../../machines/connection-types.js'
import { DurationHistogram } from './durations.js'
import type { Tracker } from './trackers.js'

/** How long connects took, and why connections were closed: always known, as neither is on the way of an acquire. */
export class ConnectionTimings {
  #connects: DurationHistogram | undefined = undefined
  readonly #closes = new Map<EndReason, number>()

  /** Made for the first connect: an eighth of what a pool costs that opens no connection. */
  get connects(): DurationHistogram {
    this.#connects ??= new DurationHistogram()
    return this.#connects
  }

  noteClosed(reason: EndReason): void {
    this.#closes.set(reason, (this.#closes.get(reason) ?? 0) + 1)
  }

  get closedBy(): Readonly<Partial<Record<EndReason, number>>> {
    return Object.freeze(Object.fromEntries(this.#closes))
  }
}

/** How long callers wait and hold leases: measured only if the application asks for it (`measure`). */
export class LeaseTimings implements Tracker {
  readonly waits = new DurationHistogram()
  readonly uses = new DurationHistogram()

  granted(waited: number, at: number): void {
    this.waits.record(waited, at)
  }

  returned(held: number, at: number): void {
    this.uses.record(held, at)
  }

  connected(): void {}
  connectFailed(): void {}
  timedOut(): void {}
  closed(): void {}
}
