// One caller's request for a connection: the message to the pool actor, the position in the queue, and the promise.

import { captureStack } from '../../core/platform.js'
import { toAwaiter } from '../../core/stacks.js'
import type { Request } from '../../machines/connection-types.js'
import type { Lease } from '../leases/lease.js'
import type { Lending } from './lending.js'

/** Told when a request is settled, to let go of what watched over it. */
export interface Watch<C> {
  settled(request: AcquireRequest<C>, lease: Lease<C> | undefined, error: unknown): void
}

/** Answers requests in the place of their own promises: the drop-ins hand out clients, and have errors of their own. */
export interface Receiver<C> {
  /**
   * Called in the midst of a message: it may neither throw nor ask the pool for anything.
   * @returns what the caller's promise resolves with
   */
  granted(lease: Lease<C>): unknown
  /** The same for an error, which is undefined when the request was withdrawn. */
  refused(error: unknown): unknown
}

/** On whose behalf a caller asks, and by which lane. */
export interface Terms<C> {
  readonly tenant: string | undefined
  readonly weight: number
  readonly lane: Door<C> | undefined
  /** When its lane let it through, if it had to wait there. */
  since: number | undefined
}

/** A lane as a caller sees it. */
export interface Door<C> {
  readonly name: string
  readonly max: number
  /** Those who wait at the door. */
  readonly queue: {
    readonly length: number
    leave(request: AcquireRequest<C>): boolean
    placeOf(request: AcquireRequest<C>): number
  }
  /** Whether the caller is through the door, and has no answer yet. */
  isThrough(request: AcquireRequest<C>): boolean
  /** Lets a caller through if a place is free and none waits. */
  admit(request: AcquireRequest<C>): boolean
  /** Has a caller wait at the door. */
  wait(request: AcquireRequest<C>): void
}

let made = 0

/** The number of the request that was made last, in the whole process. */
export const lastRequest = (): number => made

/**
 * A request settles exactly once, with a lease or an error; a second attempt changes nothing.
 * It is its own message, because each acquire would otherwise pay for two objects.
 */
export class AcquireRequest<C> implements Request {
  readonly type = 'acquire'
  readonly at: number
  readonly timeout: number
  readonly priority: number
  /** Whether its timeout is the caller's own: such a one runs on while the pool is paused. */
  readonly strict: boolean
  waits = true
  /** How much later its time is up, for the pauses it waited through, in milliseconds. */
  grace = 0
  /** Which request of the process it is: the older of two was asked first, also within one millisecond. */
  readonly order = ++made
  /** Whether the queue has it now. */
  queued = false
  /** Whether its calendar keeps it in the row of those that came in the order of their deadlines. */
  inRow = false
  /** How many were waiting when this one joined the queue, itself included; 0 = it never had to. */
  joinedAt = 0
  watch: Watch<C> | undefined = undefined
  /** What hooks are told of it; undefined unless the pool has any. */
  lending: Lending | undefined = undefined
  /** On whose behalf it asks, and by which lane; undefined unless it says so. */
  terms: Terms<C> | undefined = undefined
  private lease: Lease<C> | undefined = undefined
  private error: unknown = undefined
  private resolve: ((outcome: unknown) => void) | undefined = undefined
  private receiver: Receiver<C> | undefined = undefined

  constructor(at: number, timeout: number, priority: number, strict = false) {
    this.at = at
    this.timeout = timeout
    this.priority = priority
    this.strict = strict
  }

  /** What inspectors print of the message; the rest is of no use to them. */
  toJSON(): Pick<AcquireRequest<C>, 'type' | 'at' | 'timeout' | 'priority' | 'waits'> {
    const { type, at, timeout, priority, waits } = this
    return { type, at, timeout, priority, waits }
  }

  get failures(): number {
    return this.lending?.failures ?? 0
  }

  set failures(count: number) {
    if (this.lending !== undefined) this.lending.failures = count
  }

  get deadline(): number {
    return this.at + this.timeout + this.grace
  }

  grant(lease: Lease<C>): void {
    this.waits = false
    if (this.watch !== undefined) this.watch.settled(this, lease, undefined)
    if (this.resolve === undefined) this.lease = lease
    else this.resolve(this.receiver === undefined ? lease : this.receiver.granted(lease))
  }

  /** Whether it was this call that settled the request. */
  refuse(error: unknown): boolean {
    if (!this.waits) return false
    this.waits = false
    this.watch?.settled(this, undefined, error)
    if (this.resolve === undefined) this.error = error
    else if (this.receiver !== undefined) this.resolve(this.receiver.refused(error))
    else this.resolve(this.knowsStack ? Promise.reject(error) : toAwaiter(error))
    return true
  }

  /** Whether its error's stack already says where the caller called. */
  protected get knowsStack(): boolean {
    return false
  }

  /** The lease, if it was granted before there was a promise. */
  get granted(): Lease<C> | undefined {
    return this.lease
  }

  /** The error, if it was refused before there was a promise. */
  get refusal(): unknown {
    return this.error
  }

  /**
   * To be called once. The promise needs no closures where the request was served at once.
   * @param entry the method that the caller called: the stack of a refusal at once begins below it, for ten frames are not many
   */
  promise(entry?: (...given: never[]) => unknown): Promise<Lease<C>> {
    if (this.lease !== undefined) return this.lease.promised()
    return this.waits ? (this.pending() as Promise<Lease<C>>) : this.rejection(entry)
  }

  private rejection(entry: ((...given: never[]) => unknown) | undefined): Promise<never> {
    if (entry !== undefined && this.error instanceof Error) captureStack(this.error, entry)
    return Promise.reject(this.error)
  }

  /**
   * The same, but the promise resolves with what the receiver makes of the lease or the error. To be called instead of
   * {@link AcquireRequest.promise}, while the request waits.
   */
  promiseBy(receiver: Receiver<C>): Promise<unknown> {
    this.receiver = receiver
    return this.pending()
  }

  /** Tells the receiver, now or later, and no promise. */
  answerTo(receiver: Receiver<C>): void {
    if (this.lease !== undefined) receiver.granted(this.lease)
    else if (!this.waits) receiver.refused(this.error)
    this.receiver = receiver
    this.resolve = nothing
  }

  /** Whether this receiver is told. */
  answersTo(receiver: Receiver<C>): boolean {
    return this.receiver === receiver
  }

  private pending(): Promise<unknown> {
    const promise = new Promise(keepResolve)
    this.resolve = kept
    kept = nothing
    return promise
  }
}

const nothing = (): void => {}

/** Of the promise that is being made: an executor that is made for each promise would be one more closure for each caller. */
let kept: (outcome: unknown) => void = nothing
const keepResolve = (resolve: (outcome: unknown) => void): void => {
  kept = resolve
}
