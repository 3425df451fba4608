// A real pool on the scripted driver and the simulated clock, driven like applications, databases and time drive one.
import { expect } from 'vitest'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import { createPool, type Lease, type Pool, PoolError, type PoolOptions } from '../../src/index.js'
import { leafName } from '../../src/testing/index.js'
import { agree } from '../support/agree.js'
import { type Question, type ScriptedConnection, ScriptedDriver } from '../support/scripted-driver.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

/** One call of `acquire`, and how often and how it was settled. */
interface Caller {
  readonly abort: AbortController
  settled: number
  lease: Lease<ScriptedConnection> | undefined
  error: unknown
}

/** What the commands of the models act on. */
export class RunningSystem {
  readonly clock = createSimulatedClock()
  readonly driver = new ScriptedDriver()
  readonly pool: Pool<ScriptedConnection>
  readonly callers: Caller[] = []
  readonly #max: number[] = []
  closed = false

  constructor(options: PoolOptions, inspect?: (event: InspectionEvent) => void) {
    this.pool = createPool(this.driver, { clock: this.clock, random: () => 0, ...options })
    if (inspect !== undefined) this.pool.inspect(inspect)
    this.#max.push(this.pool.stats().max)
  }

  /** Lets everything that is under way come to rest; no time passes. */
  async settle(): Promise<void> {
    await this.clock.advance(0)
  }

  /** Lets time pass in small steps until something is so; fails when it never becomes so. */
  async waitUntil(condition: () => boolean, step: number, most = 1_000): Promise<void> {
    for (let steps = 0; !condition(); steps++) {
      if (steps === most) throw new Error(`It did not happen within ${steps * step} ms.`)
      await this.clock.advance(step)
    }
  }

  acquire(timeout = Number.POSITIVE_INFINITY): void {
    const caller: Caller = { abort: new AbortController(), settled: 0, lease: undefined, error: undefined }
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
  get waiting(): Caller[] {
    return this.callers.filter(caller => caller.settled === 0)
  }

  /** Leases that are out, the oldest first. */
  get leases(): Lease<ScriptedConnection>[] {
    return this.callers.flatMap(({ lease }) => (lease?.held ? [lease] : []))
  }

  get lease(): Lease<ScriptedConnection> {
    const [lease] = this.leases
    if (lease === undefined) throw new Error('Nobody holds a lease.')
    return lease
  }

  /** The caller who has waited longest gives up. */
  giveUp(): void {
    const [caller] = this.waiting
    if (caller === undefined) throw new Error('Nobody waits.')
    caller.abort.abort(new Error('scripted: gave up'))
  }

  async answer(question: Question, answer: 'succeed' | 'fail'): Promise<void> {
    this.driver.next(question)[answer]()
    await this.settle()
  }

  close(timeout: number): void {
    this.pool.close({ timeout }).then(
      () => {
        this.closed = true
      },
      (error: unknown) => expect.unreachable(`close() rejected: ${error}`),
    )
  }

  /** The states of all connections that exist, as their own machines say. */
  get connectionStates(): string[] {
    const children: Record<string, AnyActorRef | undefined> = this.pool.actor.getSnapshot().children
    return Object.values(children).map(child => leafName(child?.getSnapshot().value))
  }

  resize(min: number, max: number): void {
    this.#max.push(max)
    this.pool.resize({ min, max })
  }

  /** What must be so at every moment. */
  expectConsistent(): void {
    const { pool, driver } = this
    const stats = pool.stats()
    const states = this.connectionStates
    const count = (state: string) => states.filter(each => each.split('.')[0] === state).length
    const { connecting, idle, busy, validating, closing, total } = stats
    const { callers } = this
    agree(
      {
        ...{ connecting, idle, busy, validating, closing, total },
        'leases that are out': busy,
        'callers who wait': stats.waiting + this.#validatedFor,
        'ended connections that are still children': count('closed'),
        'more than max': Math.max(0, total - Math.max(...this.#max)),
        'connections that only the database has': Math.max(0, driver.counted - total),
        'calls settled twice': callers.filter(({ settled }) => settled > 1),
        'strange errors': callers.filter(({ error }) => error !== undefined && !(error instanceof PoolError)),
      },
      {
        connecting: count('connecting'),
        idle: count('idle'),
        busy: count('busy'),
        validating: count('validating'),
        closing: count('closing'),
        total: states.length,
        'leases that are out': this.leases.length,
        'callers who wait': this.waiting.length,
        'ended connections that are still children': 0,
        'more than max': 0,
        'connections that only the database has': 0,
        'calls settled twice': [],
        'strange errors': [],
      },
    )
  }

  /** Callers who are not in the line because a connection is being validated for them. */
  get #validatedFor(): number {
    if (!this.connectionStates.includes('validating.checkout')) return 0
    return this.waiting.length - this.pool.stats().waiting
  }
}
