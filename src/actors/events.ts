// What the pool tells the outside about itself while it runs: `pool.events$`.
import { asapScheduler, type Observable, observeOn, Subject } from 'rxjs'
import type { EndReason } from '../machines/connection-types.js'

/** The names of the pool's states. */
export type PoolState = 'starting' | 'running' | 'backingOff' | 'draining' | 'closed'

/** Everything that `pool.events$` emits. `at` is the pool's clock, in milliseconds; `connection` is the connection's id. */
export type PoolNotice = { readonly at: number } & (
  | {
      readonly type: 'acquire.requested'
      /** How many callers were in the line by then, this one not included. */
      readonly waiting: number
    }
  | {
      readonly type: 'acquire.granted'
      readonly lease: number
      readonly connection: string
      readonly waited: number
    }
  | { readonly type: 'acquire.timedOut'; readonly error: Error; readonly waited: number }
  | { readonly type: 'acquire.aborted'; readonly error: Error; readonly waited: number }
  | { readonly type: 'acquire.refused'; readonly error: Error }
  | {
      readonly type: 'lease.released'
      readonly lease: number
      readonly connection: string
      readonly heldFor: number
    }
  | {
      readonly type: 'lease.destroyed'
      readonly lease: number
      readonly connection: string
      readonly heldFor: number
      /** The reason that the borrower gave. */
      readonly error: unknown
    }
  | {
      readonly type: 'lease.revoked'
      readonly lease: number
      readonly connection: string
      readonly error: Error
    }
  | { readonly type: 'connection.connecting'; readonly connection: string; readonly serial: number }
  | {
      readonly type: 'connection.ready'
      readonly connection: string
      readonly serial: number
      readonly took: number
    }
  | {
      readonly type: 'connection.failed'
      readonly connection: string
      readonly serial: number
      readonly error: Error
    }
  | {
      readonly type: 'connection.lost'
      readonly connection: string
      readonly serial: number
      readonly error: unknown
    }
  | {
      readonly type: 'connection.closed'
      readonly connection: string
      readonly serial: number
      readonly reason: EndReason
      readonly error: unknown
    }
  | { readonly type: 'pool.resized'; readonly min: number; readonly max: number }
  | { readonly type: 'pool.ready' }
  | { readonly type: 'pool.draining' }
  | { readonly type: 'pool.closed' }
)

/** A notice before it was stamped with the time. */
export type UnstampedNotice = PoolNotice extends infer Notice
  ? Notice extends unknown
    ? Omit<Notice, 'at'>
    : never
  : never

/** Publishes notices to whoever listens. Nothing is made, and no time is taken, while nobody does. */
export class Notices {
  readonly #subject = new Subject<PoolNotice>()
  readonly #now: () => number
  /** Delivered in a microtask of its own: what listeners do must not run inside a transition of the pool. */
  readonly events$: Observable<PoolNotice> = this.#subject.pipe(observeOn(asapScheduler))

  constructor(now: () => number) {
    this.#now = now
  }

  get observed(): boolean {
    return this.#subject.observed
  }

  publish(notice: UnstampedNotice): void {
    if (this.#subject.observed) this.#subject.next({ at: this.#now(), ...notice } as PoolNotice)
  }

  close(): void {
    this.#subject.complete()
  }
}
