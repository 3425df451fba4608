// Callers who leave their lease to the pool, by `use()`, `transaction()` or `query()`, and may give up at any moment.

import { getEventListeners } from 'node:events'
import { type SimulatedConnection, SimulatedError, type SimulatedResult } from '../db/simulated/index.js'
import type { Settings } from '../db/simulated/settings.js'
import { type AcquireOptions, type Lease, type Pool, PoolError } from '../index.js'
import type { SimulatedClock } from './simulated-clock.js'
import { demand, rounding } from './violation.js'

/** What one caller has done, and when it gives up. */
export interface Job {
  readonly how: 'use' | 'transaction' | 'query'
  readonly statements: number
  /** In milliseconds from the call on; 0 = its signal has aborted before; undefined = it never gives up. */
  readonly abortAfter?: number | undefined
  readonly options: Pick<AcquireOptions, 'tenant' | 'weight' | 'lane'>
}

/** What callers may be told by a pool. */
const told = [
  ...['ACQUIRE_TIMEOUT', 'QUEUE_FULL', 'OVERLOADED', 'POOL_CLOSED', 'DATABASE_DOWN'],
  ...['LEASE_REVOKED', 'VALIDATION_TIMEOUT'],
]
const toldOfAborts = ['ACQUIRE_ABORTED', 'QUERY_ABORTED']

type SimulatedPool = Pool<SimulatedConnection>

/** All of one simulation. */
export class Jobs {
  readonly #clock: SimulatedClock
  readonly #attempt: (check: () => void) => void
  readonly #uncounted: (options: Job['options']) => void
  #count = 0
  readonly #open = new Set<Work>()

  /**
   * @param attempt makes a check, and keeps what it finds until the pool is at rest
   * @param uncounted told that the pool asks itself for a connection, by no call of `acquire()`
   */
  constructor(
    clock: SimulatedClock,
    attempt: (check: () => void) => void,
    uncounted: (options: Job['options']) => void,
  ) {
    this.#clock = clock
    this.#attempt = attempt
    this.#uncounted = uncounted
  }

  /** How many have not been told how they ended. */
  get unanswered(): number {
    return this.#open.size
  }

  /** The process is about to be frozen until then. */
  noteFrozen(until: number): void {
    for (const work of this.#open) work.noteFrozen(until)
  }

  /** Throws if one goes on whose caller gave up. */
  check({ cancelLatency }: Settings): void {
    if (this.#open.size === 0 || this.#clock.behind) return
    const latency = typeof cancelLatency === 'number' ? cancelLatency : cancelLatency[1]
    const now = this.#clock.now()
    for (const work of this.#open) work.checkCancelled(now, 2 * latency)
  }

  /** Begins one. */
  run(pool: SimulatedPool, job: Job): void {
    const work = new Work(++this.#count, job, this.#attempt)
    this.#open.add(work)
    if (job.how === 'query') this.#uncounted(job.options)
    const timer = this.#abort(work)
    work.call(pool).then(
      value => this.#settled(timer, work, () => work.checkValue(value)),
      error => this.#settled(timer, work, () => work.checkError(error)),
    )
  }

  #abort({ controller, job: { abortAfter } }: Work): unknown {
    if (abortAfter === 0) controller.abort('enough')
    else if (abortAfter !== undefined)
      return this.#clock.setTimeout(() => controller.abort('enough'), abortAfter)
    return undefined
  }

  #settled(timer: unknown, work: Work, check: () => void): void {
    this.#open.delete(work)
    this.#clock.clearTimeout(timer)
    this.#attempt(() => work.checkOver())
    this.#attempt(check)
  }
}

/** One job under way. */
class Work {
  readonly controller = new AbortController()
  readonly #attempt: (check: () => void) => void
  #lease: Lease<SimulatedConnection> | undefined
  /** The same while its callback has not settled. */
  #running: Lease<SimulatedConnection> | undefined
  /** The signal had aborted when the callback returned, before the pool could commit. */
  #returnedLate = false
  /** When it was first seen to run although its caller had given up. */
  #since = Number.NEGATIVE_INFINITY

  constructor(
    readonly number: number,
    readonly job: Job,
    attempt: (check: () => void) => void,
  ) {
    this.#attempt = attempt
  }

  async call(pool: SimulatedPool): Promise<unknown> {
    const { signal } = this.controller
    const options = { ...this.job.options, ...(this.job.abortAfter !== undefined && { signal }) }
    if (this.job.how === 'query') {
      const { rows } = await pool.query<SimulatedResult>(this.#text(1), undefined, options)
      return rows[0]?.sql
    }
    return pool[this.job.how]((connection, lease) => this.#callback(connection, lease), options)
  }

  async #callback(connection: SimulatedConnection, lease: Lease<SimulatedConnection>): Promise<unknown> {
    this.#running = lease
    this.#lease = lease
    try {
      let sql: unknown
      for (let number = 1; number <= this.job.statements; number++) {
        this.controller.signal.throwIfAborted()
        const text = this.#text(number)
        const { rows } = await connection.query(text)
        sql = rows[0]?.sql
        this.#attempt(() => demand(sql === text, 'fence', () => `${text} got the answer to ${sql}`))
      }
      this.#returnedLate = this.controller.signal.aborted
      return sql
    } finally {
      this.#running = undefined
    }
  }

  /** The process is frozen until then, and so is what cancels it. */
  noteFrozen(until: number): void {
    this.#since = Math.max(this.#since, until)
  }

  /** Its callback sends nothing after the abort: what it had sent before is to be over as soon as the request to cancel has arrived. */
  checkCancelled(now: number, patience: number): void {
    if (this.#running === undefined || !this.controller.signal.aborted) return
    if (this.#since === Number.NEGATIVE_INFINITY) this.#since = now
    demand(
      !this.#running.held || now - this.#since <= patience + rounding,
      'deadlines',
      () => `job ${this.number} goes on ${now - this.#since} ms after its caller gave up`,
    )
  }

  /** Its caller knows how it ended: nothing of it may be left. */
  checkOver(): void {
    const { signal } = this.controller
    demand(this.#lease?.held !== true, 'fence', () => `job ${this.number} is over, and still has its lease`)
    const left = getEventListeners(signal, 'abort').length
    demand(left === 0, 'remains', () => `${left} listeners are left on the signal of job ${this.number}`)
  }

  checkValue(value: unknown): void {
    const { how, statements } = this.job
    const last = how === 'query' ? 1 : statements
    demand(
      value === this.#text(last),
      'fence',
      () => `job ${this.number} resolved with ${String(value)}, which is another one's`,
    )
    demand(
      how !== 'transaction' || !this.#returnedLate,
      'errors',
      () => `the transaction of job ${this.number} was committed, and its caller had given up before`,
    )
  }

  checkError(error: unknown): void {
    const { aborted } = this.controller.signal
    const { code = '' } = error as { code?: string }
    demand(
      code !== '57014',
      aborted ? 'errors' : 'fence',
      () =>
        `the caller of job ${this.number} was told ${String(error)}, and ${aborted ? 'gave up itself' : 'had not given up'}`,
    )
    const own =
      error instanceof SimulatedError ||
      (error instanceof PoolError && (told.includes(code) || (aborted && toldOfAborts.includes(code))))
    demand(own, 'errors', () => `the caller of job ${this.number} was told ${String(error)}, which is not so`)
  }

  #text(number: number): string {
    return `select 'job ${this.number}, statement ${number}'`
  }
}
