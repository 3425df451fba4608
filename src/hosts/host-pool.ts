// Many hosts, one façade: finds the host that a caller wants, and has that host's own pool serve it.
import type { Observable } from 'rxjs'
import { closedError } from '../actors/callers/intake.js'
import type { Lease } from '../actors/leases/lease.js'
import { ofPool } from '../actors/names.js'
import type { HealthOptions } from '../actors/watching/health.js'
import type { CloseOptions } from '../core/call-options.js'
import { AcquireAbortedError, DatabaseDownError, NoHostError } from '../core/errors.js'
import { hostTarget } from '../core/hosts.js'
import type { SizeOptions } from '../core/live-options.js'
import { callable } from '../core/shape.js'
import type { Host } from '../db/driver.js'
import { chooseHost, isHopeless } from '../machines/decisions/hosts.js'
import type { HostState, HostTarget } from '../machines/host-types.js'
import { Elsewhere, guard, isOfHost, nothing } from './attempt.js'
import { HostNotices, type HostPoolNotice } from './notices.js'
import type {
  HostAcquireOptions,
  HostQueryOptions,
  HostTransactionOptions,
  ParsedHostOptions,
} from './options.js'
import { RunningHost } from './running-host.js'
import { SeekerQueue } from './seekers.js'
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
  readonly #target: HostTarget
  readonly #hosts: readonly RunningHost<C>[]
  readonly #seekers: SeekerQueue<RunningHost<C>>
  readonly #notices: HostNotices<C>
  #turn = 0
  #isClosing = false

  /** @internal */
  constructor(hosts: readonly Host<C>[], options: ParsedHostOptions<C>, target: HostTarget | undefined) {
    this.#options = options
    this.#target = options.target ?? target ?? 'primary'
    this.#notices = new HostNotices(() => this.#hosts.map(({ pool }) => pool))
    this.#seekers = new SeekerQueue(options.config.clock, {
      choose: wanted => this.#choose(wanted),
      hopeless: seeker => this.#hopeless(seeker.target, seeker.at),
      expired: ({ target: wanted, at }) => this.#noHost(wanted, at),
      aborted: ({ at }, reason) => new AcquireAbortedError(reason, this.#now() - at),
    })
    const running: RunningHost<C>[] = []
    this.#hosts = running
    const seekers = this.#seekers
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
            seekers: this.#seekers,
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
    return this.#serve(options, async (host, wanted, own) => {
      const lease = await host.pool.acquire(own)
      if (host.serves(wanted)) return lease
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
    return this.#serve(options, (host, wanted, own, mark) =>
      host.pool.use(guard(host, wanted, callback, mark), own),
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
    return this.#serve(options, (host, wanted, own, mark) =>
      host.pool.transaction(guard(host, wanted, callback, mark), own),
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
    return this.#serve(options, (host, _wanted, own) => host.pool.query<R>(statement, values, own))
  }

  /**
   * Waits until a host serves callers of the pool's `target`, and `min` connections to it are open.
   * @throws NoHostError when none does within `acquireTimeout`; any error of `Pool.ready`.
   */
  ready(): Promise<void> {
    return this.#serve(undefined, host => host.pool.ready())
  }

  /** The pool at this moment: sums over all hosts, and the figures of each. */
  stats(): HostPoolStats {
    return statsOf(this.#hosts, this.#seekers.length)
  }

  /**
   * How the pool is, for a readiness probe, judged by what it knows, without a round trip: `down` when callers of its `target` are not served.
   * @throws OptionsError for bad options.
   */
  health(options: HealthOptions = {}): HostPoolHealth {
    return healthOf(this.#hosts, this.#target, this.#now(), options)
  }

  /** Changes `min`, `max` and `maxWaiting` of each host's pool, like `Pool.resize`. */
  resize(size: SizeOptions): void {
    for (const { pool } of this.#hosts) pool.resize(size)
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
    this.#isClosing = true
    for (const host of this.#hosts) host.stop()
    this.#seekers.close(() => ofPool(this, closedError()))
    await Promise.all(this.#hosts.map(({ pool }) => pool.close(options)))
    this.#notices.close()
  }

  /** The same as {@link HostPool.close}, for `await using pool = createHostPool(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Serves a caller at a host that fits, and at another one when that one fails it before it was served.
   * @param attempt is told the options without the target; what it marks was thrown by the application, and is no failure of a host
   */
  async #serve<
    O extends { target?: unknown; timeout?: number | undefined; signal?: AbortSignal | undefined },
    T,
  >(
    options: O | undefined,
    attempt: (
      host: RunningHost<C>,
      target: HostTarget,
      own: Omit<O, 'target'> | undefined,
      mark: (thrown: unknown) => void,
    ) => Promise<T>,
  ): Promise<T> {
    const { target: given, ...rest } = options ?? ({} as O)
    const target = given === undefined ? this.#target : hostTarget('target', given)
    let own: Omit<O, 'target'> | undefined = options && rest
    let at: number | undefined
    let host = this.#choose(target)
    for (;;) {
      if (this.#isClosing) throw ofPool(this, closedError())
      if (host === undefined || at !== undefined) {
        at ??= this.#now()
        const { acquireTimeout } = this.#options.config
        const deadline = at + (options?.timeout ?? acquireTimeout)
        host ??= await this.#seek(target, at, deadline, options?.signal)
        own = { ...rest, ...(deadline !== Infinity && { timeout: Math.max(0, deadline - this.#now()) }) }
      }
      let thrown: unknown = nothing
      try {
        return await attempt(host, target, own, error => {
          thrown = error
        })
      } catch (error) {
        if (error === thrown || !isOfHost(error, host)) throw error
        if (error instanceof DatabaseDownError) host.failed(error)
        at ??= this.#now()
      }
      host = this.#choose(target)
    }
  }

  #seek(
    target: HostTarget,
    at: number,
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<RunningHost<C>> {
    if (signal?.aborted) return Promise.reject(new AcquireAbortedError(signal.reason, this.#now() - at))
    const hopeless = this.#hopeless(target, at)
    if (hopeless === undefined && deadline > this.#now()) {
      const isFirst = this.#seekers.length === 0
      const found = this.#seekers.wait({ target, at, deadline, signal })
      if (isFirst) for (const host of this.#hosts) if (!host.serves(target)) host.seek()
      return found
    }
    for (const host of this.#hosts) host.seek() // the next caller may be luckier
    return Promise.reject(hopeless ?? this.#noHost(target, at))
  }

  #choose(target: HostTarget): RunningHost<C> | undefined {
    return chooseHost(this.#hosts, target, this.#options.balance, this.#turn++)
  }

  #hopeless(target: HostTarget, at: number): NoHostError | undefined {
    if (this.#options.whenDown === 'wait') return undefined
    const states = this.#hosts.map(({ state }) => state)
    return isHopeless(states, target) ? this.#noHost(target, at) : undefined
  }

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
      () => this.#noHost(from, at),
    )
    if (to === 'primary') for (const other of this.#hosts) this.#relieve(other)
    this.#seekers.settle()
  }

  /** A primary that does not answer may have a successor already. */
  #doubted(host: RunningHost<C>): void {
    if (host.state !== 'primary') return
    for (const other of this.#hosts) if (other !== host) other.seek()
    this.#relieve(host)
  }

  /** Callers in the queue of a former primary, which does not know yet, go to its successor. */
  #relieve(host: RunningHost<C>): void {
    const isSuccessor = ({ state, promotedAt }: RunningHost<C>) =>
      state === 'primary' && promotedAt > host.promotedAt
    if (host.state === 'primary' && this.#hosts.some(isSuccessor))
      host.pool.turnAway(
        () => true,
        () => this.#noHost('primary', this.#now()),
      )
  }

  #noHost(target: string, at: number): NoHostError {
    const now = this.#now()
    const evidence = this.#hosts.map(host => host.evidence(now))
    return ofPool(this, new NoHostError(target, now - at, Object.freeze(evidence)))
  }

  #now(): number {
    return this.#options.config.clock.now()
  }
}
