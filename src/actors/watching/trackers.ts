// How telemetry learns durations and outcomes without paying for events: numbers, handed over as they arise.
import type { ConnectError } from '../../core/errors.js'
import { throwOutside } from '../../core/outside.js'
import type { EndReason } from '../../machines/connection-types.js'
import { type Followed, follow } from './followers.js'

/**
 * Told of what a pool does, in numbers: durations and times in milliseconds, on the pool's clock. It is called in the midst of a message and must
 * not ask the pool for anything. One that throws is told nothing more, and its error becomes an uncaught exception.
 */
export interface Tracker {
  /** A caller got its lease, at this time, after waiting this long. */
  granted(waited: number, at: number): void
  /** A lease that was held this long has ended, at this time: released, destroyed or revoked. */
  returned(held: number, at: number): void
  /** A connection was opened, and it took this long. */
  connected(took: number, at: number): void
  /** A connect failed, or timed out, after this long. */
  connectFailed(took: number, error: ConnectError): void
  /** A caller's time was up after this long. */
  timedOut(waited: number): void
  /** A connection that had been open has been closed. */
  closed(reason: EndReason): void
}

/** Those who are attached to one pool, as one. While there are none, the pool has no tracker. */
export class Trackers implements Tracker {
  #attached: readonly Tracker[] = []

  get count(): number {
    return this.#attached.length
  }

  add(tracker: Tracker): void {
    this.#attached = [...this.#attached, tracker]
  }

  /** Takes it away once, if it is attached. */
  remove(tracker: Tracker): void {
    const place = this.#attached.indexOf(tracker)
    this.#attached = this.#attached.filter((_, index) => index !== place)
  }

  granted(waited: number, at: number): void {
    for (const tracker of this.#attached) {
      try {
        tracker.granted(waited, at)
      } catch (error) {
        this.#drop(tracker, error)
      }
    }
  }

  returned(held: number, at: number): void {
    for (const tracker of this.#attached) {
      try {
        tracker.returned(held, at)
      } catch (error) {
        this.#drop(tracker, error)
      }
    }
  }

  connected(took: number, at: number): void {
    this.#tell(tracker => tracker.connected(took, at))
  }

  connectFailed(took: number, error: ConnectError): void {
    this.#tell(tracker => tracker.connectFailed(took, error))
  }

  timedOut(waited: number): void {
    this.#tell(tracker => tracker.timedOut(waited))
  }

  closed(reason: EndReason): void {
    this.#tell(tracker => tracker.closed(reason))
  }

  /** For what is rare: the two of each lease do without a closure. */
  #tell(call: (tracker: Tracker) => void): void {
    for (const tracker of this.#attached) {
      try {
        call(tracker)
      } catch (error) {
        this.#drop(tracker, error)
      }
    }
  }

  #drop(tracker: Tracker, error: unknown): void {
    this.remove(tracker)
    throwOutside(error)
  }
}

/** Where a pool has its tracker. */
interface Tracked extends Followed {
  tracker: Trackers | undefined
}

/**
 * Attaches a tracker to a pool's parts.
 * @returns a function that takes it away; a second call does nothing
 */
export function track(parts: Tracked, tracker: Tracker): () => void {
  if (parts.tracker === undefined) {
    parts.tracker = new Trackers()
    follow(parts, 1)
  }
  parts.tracker.add(tracker)
  let attached = true
  return () => {
    if (!attached) return
    attached = false
    parts.tracker?.remove(tracker)
    if (parts.tracker?.count !== 0) return
    parts.tracker = undefined
    follow(parts, -1)
  }
}
