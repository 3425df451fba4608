// Finds the host that a caller wants, has that host's own pool serve it, and another one when that host fails it.
import { closedError } from '../actors/callers/intake.js'
import { checkTerms } from '../actors/callers/terms.js'
import { systemBehind } from '../actors/create-pool.js'
import { ofPool } from '../actors/names.js'
import type { AcquireOptions } from '../core/call-options.js'
import { AcquireAbortedError, DatabaseDownError, NoHostError } from '../core/errors.js'
import { hostTarget } from '../core/hosts.js'
import { chooseHost, isHopeless, stillServes } from '../machines/decisions/hosts.js'
import type { HostTarget } from '../machines/host-types.js'
import { isOfHost, nothing } from './attempt.js'
import type { ParsedHostOptions } from './options.js'
import type { RunningHost } from './running-host.js'
import { SeekerQueue } from './seekers.js'

/** The way of a caller to a host. */
export class Serving<C> {
  /** Callers who wait for a host. */
  readonly seekers: SeekerQueue<RunningHost<C>>
  /** Which hosts a caller gets who does not say it. */
  readonly target: HostTarget
  readonly #pool: { readonly name: string }
  readonly #options: ParsedHostOptions<C>
  readonly #hosts: readonly RunningHost<C>[]
  #turn = 0
  #isClosing = false

  /**
   * @param pool whose errors these are
   * @param hosts the list to which they are added as they start
   */
  constructor(
    pool: { readonly name: string },
    options: ParsedHostOptions<C>,
    hosts: readonly RunningHost<C>[],
    target: HostTarget,
  ) {
    this.#pool = pool
    this.#options = options
    this.#hosts = hosts
    this.target = target
    this.seekers = new SeekerQueue(options.config.clock, {
      choose: wanted => this.#choose(wanted),
      hopeless: seeker => this.#hopeless(seeker.target, seeker.at),
      expired: ({ target: wanted, at }) => this.noHost(wanted, at),
      aborted: ({ at }, reason) => new AcquireAbortedError(reason, this.#now() - at),
    })
  }

  /** Checks what only a host's pool knows. @throws OptionsError when it has no such lane, or no hook for the session. */
  checkTerms(options: AcquireOptions): void {
    const parts = systemBehind(this.#hosts[0]?.pool.actor)?.parts
    if (parts !== undefined) checkTerms(parts, options)
  }

  /** From here on every caller is refused. */
  close(): void {
    this.#isClosing = true
  }

  /**
   * Serves a caller at a host that fits, and at another one when that one fails it before it was served.
   * @param check refuses bad options before the caller waits for a host
   * @param attempt is told whether the host still is one for the caller, which it asks when it has a connection, and the options without the target; what it marks was
   *   thrown by the application, and is no failure of a host
   */
  async serve<
    O extends { target?: unknown; timeout?: number | undefined; signal?: AbortSignal | undefined },
    T,
  >(
    options: O | undefined,
    check: (own: Omit<O, 'target'>) => void,
    attempt: (
      host: RunningHost<C>,
      serves: () => boolean,
      own: Omit<O, 'target'> | undefined,
      mark: (thrown: unknown) => void,
    ) => Promise<T>,
  ): Promise<T> {
    const { target: given, ...rest } = options ?? ({} as O)
    const target = given === undefined ? this.target : hostTarget('target', given)
    if (options !== undefined) check(options && rest)
    let own: Omit<O, 'target'> | undefined = options && rest
    let at: number | undefined
    let host = this.#choose(target)
    for (;;) {
      if (this.#isClosing) throw ofPool(this.#pool, closedError())
      if (host === undefined || at !== undefined) {
        at ??= this.#now()
        const { acquireTimeout } = this.#options.config
        const deadline = at + (options?.timeout ?? acquireTimeout)
        host ??= await this.#seek(target, at, deadline, options?.signal)
        own = { ...rest, ...(deadline !== Infinity && { timeout: Math.max(0, deadline - this.#now()) }) }
      }
      let thrown: unknown = nothing
      const chosen = host
      try {
        return await attempt(
          chosen,
          () => stillServes(chosen, this.#hosts, target),
          own,
          error => {
            thrown = error
          },
        )
      } catch (error) {
        if (error === thrown || !isOfHost(error, chosen)) throw error
        if (error instanceof DatabaseDownError) chosen.failed(error)
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
      const isFirst = this.seekers.length === 0
      const found = this.seekers.wait({ target, at, deadline, signal })
      if (isFirst) for (const host of this.#hosts) if (!host.serves(target)) host.seek()
      return found
    }
    for (const host of this.#hosts) host.seek() // the next caller may be luckier
    return Promise.reject(hopeless ?? this.noHost(target, at))
  }

  #choose(target: HostTarget): RunningHost<C> | undefined {
    return chooseHost(this.#hosts, target, this.#options.balance, this.#turn++)
  }

  #hopeless(target: HostTarget, at: number): NoHostError | undefined {
    if (this.#options.whenDown === 'wait') return undefined
    const states = this.#hosts.map(({ state }) => state)
    return isHopeless(states, target) ? this.noHost(target, at) : undefined
  }

  /** The error of a caller for whom there is no host. */
  noHost(target: string, at: number): NoHostError {
    const now = this.#now()
    const evidence = this.#hosts.map(host => host.evidence(now))
    return ofPool(this.#pool, new NoHostError(target, now - at, Object.freeze(evidence)))
  }

  #now(): number {
    return this.#options.config.clock.now()
  }
}
