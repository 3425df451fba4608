// A real pool in simulated time that a walk drives as applications and time drive one, and checks against itself after each step.

import assert from 'node:assert/strict'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { Driver } from '../../db/driver.js'
import { createPool, type Lease, type Pool, PoolError, type PoolOptions } from '../../index.js'
import { checkInvariants } from '../invariants.js'
import { createSimulatedClock } from '../simulated-clock.js'
import { leafName } from './state-names.js'

/** One call of `acquire`, and how often and how it was settled. */
export interface WalkedCaller<C> {
  readonly abort: AbortController
  settled: number
  lease: Lease<C> | undefined
  error: unknown
}

/** A pool, and its callers. */
export class WalkedPool<C> {
  readonly clock = createSimulatedClock()
  readonly pool: Pool<C>
  readonly callers: WalkedCaller<C>[] = []
  /** Whether `close` has resolved. */
  closed = false
  /** More than `max` only until what there was when it was lowered is gone: so all that there were. */
  readonly #max: number[] = []
  #stopInspecting: () => void = () => {}

  constructor(driver: Driver<C>, options: PoolOptions<C>, inspect?: (event: InspectionEvent) => void) {
    this.pool = createPool(driver, { clock: this.clock, random: () => 0, ...options })
    if (inspect !== undefined) this.#stopInspecting = this.pool.inspect(inspect)
    this.#max.push(this.pool.stats().max)
  }

  /** The walk is over: what follows only clears away. */
  unwatch(): void {
    this.#stopInspecting()
  }

  /** Lets everything that is under way in this process come to rest; no time passes. */
  async settle(): Promise<void> {
    await this.clock.advance(0)
  }

  /** Lets time pass in small steps until something is so; fails when it never becomes so. */
  async passUntil(condition: () => boolean, step: number, most = 1_000): Promise<void> {
    for (let steps = 0; !condition(); steps++) {
      if (steps === most) throw new Error(`It did not happen within ${steps * step} ms.`)
      await this.clock.advance(step)
    }
  }

  acquire(timeout = Number.POSITIVE_INFINITY): void {
    const caller: WalkedCaller<C> = {
      abort: new AbortController(),
      settled: 0,
      lease: undefined,
      error: undefined,
    }
    this.callers.push(caller)
    this.pool.acquire({ timeout, signal: caller.abort.signal }).then(
      lease => {
        caller.settled++
        caller.lease = lease
      },
      (error: unknown) => {
        caller.settled++
        caller.error = error
      },
    )
  }

  /** Callers who have neither a lease nor an error. */
  get waiting(): WalkedCaller<C>[] {
    return this.callers.filter(caller => caller.settled === 0)
  }

  /** Leases that are out, the oldest first. */
  get leases(): Lease<C>[] {
    return this.callers.flatMap(({ lease }) => (lease?.held ? [lease] : []))
  }

  /** The oldest lease that is out. */
  get lease(): Lease<C> {
    const [lease] = this.leases
    if (lease === undefined) throw new Error('No lease is out.')
    return lease
  }

  /** The caller who has waited longest gives up. */
  giveUp(): void {
    const [caller] = this.waiting
    if (caller === undefined) throw new Error('No caller waits.')
    caller.abort.abort(new Error('walk: gave up'))
  }

  close(timeout: number): void {
    this.pool.close({ timeout }).then(() => {
      this.closed = true
    })
  }

  resize(min: number, max: number): void {
    this.#max.push(max)
    this.pool.resize({ min, max })
  }

  get connections(): Record<string, AnyActorRef | undefined> {
    return this.pool.actor.getSnapshot().children
  }

  /** The states of all connections that exist, as their own machines say. */
  get connectionStates(): string[] {
    return Object.values(this.connections).map(child => leafName(child?.getSnapshot().value))
  }

  /** What must be so at every moment; `open` connections are open on the server. */
  check(open: number): void {
    const { pool, callers } = this
    const paused = pool.stats().state === 'paused'
    const { busy, waiting, total } = checkInvariants(pool, { max: Math.max(...this.#max), paused })
    const states = this.connectionStates
    assert.deepEqual(
      {
        'leases that are out': busy,
        'callers who wait': waiting + this.#validatedFor,
        'ended connections that are still children': states.filter(state => state === 'closed').length,
        'connections that only the server has': Math.max(0, open - total),
        'calls settled twice': callers.filter(({ settled }) => settled > 1),
        'strange errors': callers.filter(({ error }) => error !== undefined && !(error instanceof PoolError)),
      },
      {
        'leases that are out': this.leases.length,
        'callers who wait': this.waiting.length,
        'ended connections that are still children': 0,
        'connections that only the server has': 0,
        'calls settled twice': [],
        'strange errors': [],
      },
    )
  }

  /** Callers who are not in the queue because a connection is being validated for them. */
  get #validatedFor(): number {
    const states = this.connectionStates
    if (!states.includes('validating.checkout') && !states.includes('lending')) return 0
    return this.waiting.length - this.pool.stats().waiting
  }
}
