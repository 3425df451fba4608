// Many hosts, one façade.
import type { Observable } from 'rxjs'
import { closedError } from '../actors/callers/intake.js'
import type { Lease } from '../actors/leases/lease.js'
import { parseTransactionOptions } from '../actors/leases/transaction-options.js'
import { ofPool } from '../actors/names.js'
import type { Pool } from '../actors/pool.js'
import type { HealthOptions } from '../actors/watching/health.js'
import {
  type AcquireOptions,
  type CloseOptions,
  checkAcquireOptions,
  parseCloseOptions,
  parseQueryOptions,
} from '../core/call-options.js'
import type { SizeOptions } from '../core/live-options.js'
import { callable } from '../core/shape.js'
import type { Host } from '../db/driver.js'
import { isSuperseded } from '../machines/decisions/hosts.js'
import type { HostState, HostTarget } from '../machines/host-types.js'
import { Elsewhere, guard } from './attempt.js'
import { HostNotices, type HostPoolNotice } from './notices.js'
import type {
  HostAcquireOptions,
  HostQueryOptions,
  HostTransactionOptions,
  ParsedHostOptions,
} from './options.js'
import { RunningHost } from './running-host.js'
import { Serving } from './serving.js'
import {
  type HostPoolHealth,
  type HostPoolStats,
  healthOf,
  type PooledHost,
  statsOf,
  viewOf,
} from './views.js'

/** A pool over several hosts; create one with `createHostPool`. */
export class HostPool<C> implements AsyncDisposable {
  readonly #options: ParsedHostOptions<C>
  readonly #hosts: readonly RunningHost<C>[]
  readonly #serving: Serving<C>
  readonly #notices: HostNotices<C>

  /** @internal */
  constructor(hosts: readonly Host<C>[], options: ParsedHostOptions<C>, target: HostTarget | undefined) {
    this.#options = options
    this.#notices = new HostNotices(() => this.#hosts.map(({ pool }) => pool))
    const running: RunningHost<C>[] = []
    this.#hosts = running
    this.#serving = new Serving(this, options, running, options.target ?? target ?? 'primary')
    const { seekers } = this.#serving
    const unserved = {
      get length() {
        return running.reduce((sum, host) => sum + host.unserved, seekers.length)
      },
    }
    try {
      for (const host of hosts)
        running.push(
          new RunningHost(host, {
            options,
            seekers,
            unserved,
            changed: (changed, from) => this.#changed(changed, from),
            doubted: doubted => this.#doubted(doubted),
          }),
        )
    } catch (error) {
      void this.close({ timeout: 0 }) // a group has no room for one more
      throw error
    }
  }

  /** The pool's name in events and errors: the option `name`, or the names of its hosts. */
  get name(): string {
    return this.#options.each.name ?? this.#hosts.map(({ name }) => name).join(', ')
  }

  /** Everything that happens in the pools of the hosts, and `host.changed`. Completes when the pool is closed. */
  get events$(): Observable<HostPoolNotice> {
    return this.#notices.events$
  }

  /** The hosts at this moment, in the order in which they were given: what is known of each, and its pool. */
  hosts(): PooledHost<C>[] {
    return this.#hosts.map(viewOf)
  }

  /**
   * Leases a connection to a host of the wanted kind. Release it with `lease.release()` or `await using`, or let {@link HostPool.use} do it.
   * @throws NoHostError when no host was of that kind in time; any error of `Pool.acquire`; OptionsError for bad options.
   */
  acquire(options?: HostAcquireOptions): Promise<Lease<C>> {
    return this.#serving.serve(options, this.#check, async (host, serves, own) => {
      const lease = await host.pool.acquire(own)
      if (serves()) return lease
      lease.release()
      throw new Elsewhere()
    })
  }

  /**
   * Leases a connection for the duration of a callback, and always releases it, like `Pool.use`.
   * @returns what the callback returns
   * @throws OptionsError when there is no callback; any error of {@link HostPool.acquire}; any error of the callback.
   */
  async use<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: HostAcquireOptions,
  ): Promise<T> {
    callable('callback', callback)
    return this.#serving.serve(options, this.#check, (host, serves, own, mark) =>
      host.pool.use(guard(serves, callback, mark), own),
    )
  }

  /**
   * Runs the callback in a transaction, like `Pool.transaction`. With `retry`, it also repeats an attempt that failed because its host no longer takes
   * writes, on the next primary.
   * @returns what the callback returns, after the commit
   * @throws any error of `Pool.transaction`, and of {@link HostPool.acquire}.
   */
  async transaction<T>(
    callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
    options?: HostTransactionOptions,
  ): Promise<T> {
    callable('callback', callback)
    return this.#serving.serve(
      options,
      given => this.#check(parseTransactionOptions(given).acquire),
      (host, serves, own, mark) => host.pool.transaction(guard(serves, callback, mark), own),
    )
  }

  /**
   * Runs one statement on a host of the wanted kind, like `Pool.query`.
   * @returns the driver's result
   * @throws any error of `Pool.query`, and of {@link HostPool.acquire}.
   */
  async query<R = unknown>(
    statement: string | object,
    values?: readonly unknown[],
    options?: HostQueryOptions,
  ): Promise<R> {
    return this.#serving.serve(
      options,
      given => this.#serving.checkTerms(parseQueryOptions(given)?.terms ?? {}),
      (host, serves, own) =>
        host.pool.queryUnless<R>(statement, values, own, () => (serves() ? undefined : new Elsewhere())),
    )
  }

  /**
   * Waits until a host serves callers of the pool's `target`, and `min` connections to it are open.
   * @throws NoHostError when none does within `acquireTimeout`; any error of `Pool.ready`.
   */
  ready(): Promise<void> {
    return this.#serving.serve(undefined, this.#check, host => host.pool.ready())
  }

  /** The pool at this moment: sums over all hosts, and the figures of each. */
  stats(): HostPoolStats {
    return statsOf(this.#hosts, this.#serving.seekers.length)
  }

  /**
   * How the pool is, for a readiness probe, judged by what it knows, without a round trip: `down` when callers of its `target` are not served.
   * @throws OptionsError for bad options.
   */
  health(options: HealthOptions = {}): HostPoolHealth {
    return healthOf(this.#hosts, this.#serving.target, this.#now(), options)
  }

  /**
   * Changes `min`, `max` and `maxWaiting` of each host's pool, like `Pool.resize`: of all or, when it throws, of none.
   * @throws OptionsError for bad sizes, and when a `group` has no room for `min` of each; PoolClosedError when the pool is closing or closed.
   */
  resize(size: SizeOptions): void {
    const prepared: ReturnType<Pool<C>['prepareResize']>[] = []
    try {
      for (const { pool } of this.#hosts) prepared.push(pool.prepareResize(size))
    } catch (error) {
      for (const { undo } of prepared) undo()
      throw error
    }
    for (const { apply } of prepared) apply()
  }

  /** Leases no connection until {@link HostPool.resume}, like `Pool.pause`. */
  pause(): void {
    for (const { pool } of this.#hosts) pool.pause()
  }

  /** Leases connections again after {@link HostPool.pause}. */
  resume(): void {
    for (const { pool } of this.#hosts) pool.resume()
  }

  /** Replaces every connection to every host gracefully, like `Pool.evict`. */
  evict(): void {
    for (const { pool } of this.#hosts) pool.evict()
  }

  /**
   * Closes the pools of all hosts, like `Pool.close`; callers that wait for a host are refused.
   * @throws OptionsError for bad options.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    parseCloseOptions(options, 0) // before anything ends
    this.#serving.close()
    for (const host of this.#hosts) host.stop()
    this.#serving.seekers.close(() => ofPool(this, closedError()))
    try {
      await Promise.all(this.#hosts.map(({ pool }) => pool.close(options)))
    } finally {
      this.#notices.close()
    }
  }

  /** The same as {@link HostPool.close}, for `await using pool = createHostPool(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A caller whose options are bad learns it at once, and not only when there is a host. */
  readonly #check = (options: AcquireOptions): void => this.#serving.checkTerms(checkAcquireOptions(options))

  /** Callers in the queue of a host that is another one now go where they are served. */
  #changed(host: RunningHost<C>, from: HostState): void {
    const { state: to, context, name } = host
    const at = this.#now()
    this.#notices.publish({
      type: 'host.changed',
      at,
      pool: this.name,
      host: name,
      from,
      to,
      error: context.lastError,
    })
    host.pool.turnAway(
      () => true,
      () => this.#serving.noHost(from, at),
    )
    if (to === 'primary') for (const other of this.#hosts) this.#relieve(other)
    this.#serving.seekers.settle()
  }

  /** A primary that does not answer may have a successor already. */
  #doubted(host: RunningHost<C>): void {
    if (host.state !== 'primary') return
    for (const other of this.#hosts) if (other !== host) other.seek()
    this.#relieve(host)
  }

  /** Callers in the queue of a former primary, which does not know yet, go to its successor. */
  #relieve(host: RunningHost<C>): void {
    if (isSuperseded(host, this.#hosts))
      host.pool.turnAway(
        () => true,
        () => this.#serving.noHost('primary', this.#now()),
      )
  }

  #now(): number {
    return this.#options.config.clock.now()
  }
}
