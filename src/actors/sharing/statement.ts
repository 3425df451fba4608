// A statement that may share its connection with others.
import type { AcquireOptions } from '../../core/call-options.js'
import type { Clock } from '../../core/clock.js'
import { onAbort } from '../../core/signals.js'
import type { Waiting } from '../callers/rank.js'
import type { AcquireRequest } from '../callers/request.js'

/** Called once: with an error, or with the result. */
export type Done = (error: unknown, result?: unknown) => void

/** How long its caller waits for a statement, and on what terms. */
export interface QueryLimits {
  /** In milliseconds, from the call on; Infinity = without a limit. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** On whose behalf it waits for a connection, and by which lane. */
  readonly terms?: Pick<AcquireOptions, 'tenant' | 'weight' | 'lane'> | undefined
}

/** Asked when a statement has its connection, perhaps after a long wait: why it is not to be sent; undefined = it is. */
export type Objection = () => Error | undefined

/** A time limit that the driver sets, in milliseconds. */
export interface DriverLimit {
  readonly time: number
  error(): unknown
}

/** What a caller is told who no longer waits for a statement that is under way. */
export interface Farewells {
  timedOut(timeout: number): unknown
  aborted(reason: unknown, waited: number): unknown
}

let made = 0

/** Its caller is answered once. It is sent once, unless a request to cancel another one hit it, or its session was stale: then it is sent again. */
export class Statement<C> {
  /** What the driver sends. */
  readonly what: unknown
  readonly limits: QueryLimits | undefined
  /** When its caller asked for it. */
  readonly at: number
  /** Which others take as long, as far as is known. */
  readonly kind: unknown
  /** Others of its kind were slow: it shares with none. */
  readonly alone: boolean
  readonly objection: Objection | undefined
  /** Its number in the process: a lower one was asked for earlier. */
  readonly order = ++made
  /** Where it waits to be sent; undefined = it does not wait. */
  place: Place<C> | undefined = undefined
  sentAt = Number.NaN
  /** A request to cancel another statement was on its way while this one was under way, and may hit it. */
  exposed = false
  /** It was sent again, because its session was stale. */
  sentAnew = false
  #done: Done | undefined
  #watches: (() => void)[] | undefined = undefined
  /** Ends the timer that runs until its time is up. */
  #unlimit: (() => void) | undefined = undefined
  #isLate = false
  #ring: (() => void) | undefined = undefined

  constructor(
    what: unknown,
    done: Done,
    limits: QueryLimits | undefined,
    at: number,
    kind?: unknown,
    alone = false,
    objection?: Objection,
  ) {
    this.what = what
    this.kind = kind
    this.alone = alone
    this.#done = done
    this.limits = limits
    this.at = at
    this.objection = objection
  }

  /** Its caller has an answer. If it is still under way, its own answer is of no interest. */
  get over(): boolean {
    return this.#done === undefined
  }

  /** Its caller gave up. */
  get isAborted(): boolean {
    return this.limits?.signal?.aborted === true
  }

  /** How long it may still take; undefined = without a limit. One that is overdue, and not late, gets the time back that a blocked loop lost. */
  remaining(now: number): number | undefined {
    const { limits, at } = this
    if (limits === undefined) return undefined
    const left = at + limits.timeout - now
    return left < 0 && this.#unlimit !== undefined && !this.#isLate ? limits.timeout : Math.max(0, left)
  }

  /**
   * It waits, or is under way: its time passes. There is one timer until its caller is answered, because a timer gets back, once, what a blocked loop
   * lost; what is left of its time by the clock would not show that.
   */
  begin(clock: Clock): void {
    const left = this.remaining(clock.now())
    if (left === undefined || left === Number.POSITIVE_INFINITY || this.#unlimit !== undefined) return
    const timer = clock.setTimeout(() => {
      this.#isLate = true
      this.#ring?.()
    }, left)
    this.#unlimit = () => clock.clearTimeout(timer)
  }

  /** Answers its caller, unless that has an answer. */
  settle(error: unknown, result?: unknown): void {
    const done = this.#done
    this.#done = undefined
    this.#unlimit?.()
    this.unwatch()
    done?.(error, result)
  }

  /**
   * It is under way: from here on its caller is told when its time is up, or its signal aborts.
   * @param gaveUp called when the caller was told, so that it can be cancelled
   */
  watch(clock: Clock, farewells: Farewells, gaveUp: () => void): void {
    const { limits } = this
    if (limits === undefined || this.over) return
    const { timeout, signal } = limits
    this.#watches ??= []
    this.#ring = () => this.#giveUp(farewells.timedOut(timeout), gaveUp)
    this.begin(clock)
    if (this.#isLate) this.#ringIn(0, clock, this.#ring)
    if (signal === undefined) return
    const aborted = (): void => this.#giveUp(farewells.aborted(signal.reason, clock.now() - this.at), gaveUp)
    const forget = onAbort(signal, aborted)
    if (this.over) forget()
    else this.#watches?.push(forget)
  }

  /** It runs: from here on its time is limited by the driver, too. */
  limit(clock: Clock, { time, error }: DriverLimit, gaveUp: () => void): void {
    if (!this.over) this.#ringIn(time, clock, () => this.#giveUp(error(), gaveUp))
  }

  #ringIn(time: number, clock: Clock, ring: () => void): void {
    this.#watches ??= []
    if (time === Number.POSITIVE_INFINITY) return
    const timer = clock.setTimeout(ring, time)
    this.#watches.push(() => clock.clearTimeout(timer))
  }

  #giveUp(error: unknown, gaveUp: () => void): void {
    if (this.over) return
    this.settle(error)
    gaveUp()
  }

  /** It is to be sent again, and is watched over anew then. */
  unwatch(): void {
    const watches = this.#watches
    this.#ring = undefined
    if (watches === undefined) return
    this.#watches = undefined
    for (const end of watches) end()
  }
}

/**
 * A statement's place in the line. A new one each time that it waits: a place that is left while others stand before and behind it
 * stays in the rank as a gap, and a gap must never come to life again.
 */
export class Place<C> implements Waiting {
  queued = true

  constructor(
    readonly statement: Statement<C>,
    /** The request by which it waits in the pool's queue as well. */
    readonly request: AcquireRequest<C>,
  ) {}

  get at(): number {
    return this.statement.at
  }

  get order(): number {
    return this.statement.order
  }

  get terms(): QueryLimits['terms'] {
    return this.statement.limits?.terms
  }
}
