// A pool that tells of the calls that are made of it: what a watch hands out in the place of the pool that it watches.

import { systemBehind } from '../actors/create-pool.js'
import { Pool } from '../actors/pool.js'
import type { SizeOptions } from '../core/live-options.js'
import type { AcquireOptions, CloseOptions, Lease } from '../index.js'

/** Told of each call, which it makes itself. */
export interface CallWatch<C> {
  acquiring(options: AcquireOptions | undefined, call: () => Promise<Lease<C>>): Promise<Lease<C>>
  resizing(size: SizeOptions, call: () => void): void
  closing(options: CloseOptions | undefined, call: () => Promise<void>): Promise<void>
  pausing(call: () => void): void
  resuming(call: () => void): void
  evicting(call: () => void): void
}

/** A second object for the same running pool. What is called on the first one goes unnoticed. */
export class WatchedPool<C> extends Pool<C> {
  readonly #watch: CallWatch<C>

  /** @throws TypeError when the pool's actor is not a pool's. */
  constructor(pool: Pool<C>, watch: CallWatch<C>) {
    const system = systemBehind(pool.actor)
    if (system === undefined) throw new TypeError('This pool has no actor that can be watched.')
    super(system)
    this.#watch = watch
  }

  override acquire(options?: AcquireOptions): Promise<Lease<C>> {
    return this.#watch.acquiring(options, () => super.acquire(options))
  }

  /** Its request is its own. So the watch is told by the callback, which begins when the watch has looked at the lease. */
  override use<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: AcquireOptions,
  ): Promise<T> {
    let resolve = (_: Lease<C>): void => {}
    let reject = (_: unknown): void => {}
    const granted = new Promise<Lease<C>>((...settle) => {
      ;[resolve, reject] = settle
    })
    const noticed = this.#watch.acquiring(options, () => granted)
    const used = super.use(async (connection, lease) => {
      resolve(lease)
      await noticed
      return callback(connection, lease)
    }, options)
    noticed.catch(() => {})
    used.catch(reject) // unless it was granted
    return used
  }

  override resize(size: SizeOptions): void {
    this.#watch.resizing(size, () => super.resize(size))
  }

  override close(options?: CloseOptions): Promise<void> {
    return this.#watch.closing(options, () => super.close(options))
  }

  override pause(): void {
    this.#watch.pausing(() => super.pause())
  }

  override resume(): void {
    this.#watch.resuming(() => super.resume())
  }

  override evict(): void {
    this.#watch.evicting(() => super.evict())
  }
}
