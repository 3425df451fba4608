// What a pool of hosts reports while it runs: what the pools of its hosts do, and what becomes of the hosts.
import type { Unsubscribable } from 'rxjs'
import type { Pool } from '../actors/pool.js'
import { Observable, type Subscriber } from '../actors/rx.js'
import { publishChange } from '../actors/watching/channels.js'
import type { PoolNotice } from '../actors/watching/events.js'
import { outside } from '../core/outside.js'
import type { HostState } from '../machines/host-types.js'

/** A host is no longer what it was. `at` is the time on the pool's clock, in milliseconds. */
export interface HostNotice {
  readonly type: 'host.changed'
  readonly at: number
  /** The name of the pool of hosts. */
  readonly pool: string
  readonly host: string
  readonly from: HostState
  readonly to: HostState
  /** Why it is down, or no longer the primary. */
  readonly error: unknown
}

/** What `events$` of a pool of hosts emits: the events of each host's pool, and the changes of hosts. */
export type HostPoolNotice = PoolNotice | HostNotice

/** Publishes to subscribers of all. */
export class HostNotices<C> {
  #subscribers: readonly Subscriber<HostPoolNotice>[] = []
  #isClosed = false

  /** @param pools of the hosts */
  readonly events$: Observable<HostPoolNotice>

  constructor(pools: () => readonly Pool<C>[]) {
    this.events$ = new Observable(subscriber => {
      if (this.#isClosed) return subscriber.complete()
      this.#subscribers = [...this.#subscribers, subscriber]
      const toPools: Unsubscribable[] = pools().map(pool =>
        pool.events$.subscribe(notice => subscriber.next(notice)),
      )
      return () => {
        this.#subscribers = this.#subscribers.filter(one => one !== subscriber)
        for (const each of toPools) each.unsubscribe()
      }
    })
  }

  /** In a microtask: subscribers must not run inside a transition of a host. */
  publish(notice: HostNotice): void {
    outside(() =>
      queueMicrotask(() => {
        publishChange(notice)
        for (const subscriber of this.#subscribers) subscriber.next(notice)
      }),
    )
  }

  close(): void {
    this.#isClosed = true
    for (const subscriber of this.#subscribers) subscriber.complete()
  }
}
