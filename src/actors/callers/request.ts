// One caller's request for a connection: the message to the pool actor, the position in the queue, and the promise.

import { captureStack } from '../../core/platform.js'
import { toAwaiter } from '../../core/stacks.js'
import { unboxed } from '../../core/unboxed.js'
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
  /** The same for an error, which is undefined when the request was withdrawn; with the request's number if it had to wait. */
  refused(error: unknown, order?: number): unknown
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

/** What few requests have. */
class More<C> {
  lending: Lending | undefined = undefined
  terms: Terms<C> | undefined = undefined
  grace = 0
}

// What a request is, each a bit.
const waiting = 1
const queued = 2
const inRow = 4
const strict = 8
/** It got its lease before it had a promise. */
const servedAtOnce = 16

/**
 * A request settles exactly once, with a lease or an error; a second attempt changes nothing.
 * It is its own message, because each acquire would otherwise pay for two objects. It is small, because thousands may wait at once, and the
 * collector copies each of them twice.
 */
export class AcquireRequest<C> implements Request {
  /** On the pool's clock. */
  readonly at: number = unboxed
  readonly timeout: number = unboxed
  readonly priority: number
  /** Which request of the process it is: the older of two was asked first, also within one millisecond. */
  readonly order = ++made
  /** How many were waiting when this one joined the queue, itself included; 0 = it never had to. */
  joinedAt = 0
  watch: Watch<C> | undefined = undefined
  private is: number
  private more: More<C> | undefined = undefined
  /** What resolves its promise, while it waits and has one; the lease or the error, if it had its answer before. */
  private outcome: unknown = undefined
  private receiver: Receiver<C> | undefined = undefined

  constructor(at: number, timeout: number, priority: number, isStrict = false) {
    this.at = at
    this.timeout = timeout
    this.priority = priority
    this.is = isStrict ? waiting | strict : waiting
  }

  get type(): 'acquire' {
    return 'acquire'
  }

  get waits(): boolean {
    return (this.is & waiting) !== 0
  }

  /** Whether the queue has it now. */
  get queued(): boolean {
    return (this.is & queued) !== 0
  }

  set queued(value: boolean) {
    this.is = value ? this.is | queued : this.is & ~queued
  }

  /** Whether its calendar keeps it in the row of those that came in the order of their deadlines. */
  get inRow(): boolean {
    return (this.is & inRow) !== 0
  }

  set inRow(value: boolean) {
    this.is = value ? this.is | inRow : this.is & ~inRow
  }

  /** Whether its timeout is the caller's own: such a one runs on while the pool is paused. */
  get strict(): boolean {
    return (this.is & strict) !== 0
  }

  /** How much later its time is up, for the pauses it waited through, in milliseconds. */
  get grace(): number {
    return this.more === undefined ? 0 : this.more.grace
  }

  set grace(grace: number) {
    this.more ??= new More()
    this.more.grace = grace
  }

  /** What hooks are told of it; undefined unless the pool has any. */
  get lending(): Lending | undefined {
    return this.more?.lending
  }

  set lending(lending: Lending | undefined) {
    this.more ??= new More()
    this.more.lending = lending
  }

  /** On whose behalf it asks, and by which lane; undefined unless it says so. */
  get terms(): Terms<C> | undefined {
    return this.more?.terms
  }

  set terms(terms: Terms<C> | undefined) {
    this.more ??= new More()
    this.more.terms = terms
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
    this.is &= ~waiting
    if (this.watch !== undefined) this.watch.settled(this, lease, undefined)
    if (this.outcome === undefined) this.keep(lease)
    else this.resolve(this.receiver === undefined ? lease : this.receiver.granted(lease))
  }

  /** Whether it was this call that settled the request. */
  refuse(error: unknown): boolean {
    if (!this.waits) return false
    this.is &= ~waiting
    this.watch?.settled(this, undefined, error)
    if (this.outcome === undefined) this.outcome = error
    else if (this.receiver !== undefined) this.resolve(this.receiver.refused(error, this.order))
    else this.resolve(this.knowsStack ? Promise.reject(error) : toAwaiter(error))
    return true
  }

  private keep(lease: Lease<C>): void {
    this.outcome = lease
    this.is |= servedAtOnce
  }

  private resolve(value: unknown): void {
    ;(this.outcome as Resolve)(value)
  }

  /** Whether its error's stack already says where the caller called. */
  protected get knowsStack(): boolean {
    return false
  }

  /** The lease, if it was granted before there was a promise. */
  get granted(): Lease<C> | undefined {
    return (this.is & servedAtOnce) === 0 ? undefined : (this.outcome as Lease<C>)
  }

  /** The error, if it was refused before there was a promise. */
  get refusal(): unknown {
    return this.outcome
  }

  /**
   * To be called once. The promise needs no closures where the request was served at once.
   * @param entry the method that the caller called: the stack of a refusal at once begins below it, for ten frames are not many
   */
  promise(entry?: (...given: never[]) => unknown): Promise<Lease<C>> {
    if ((this.is & servedAtOnce) !== 0) return (this.outcome as Lease<C>).promised()
    return this.waits ? (this.pending() as Promise<Lease<C>>) : this.rejection(entry)
  }

  private rejection(entry: ((...given: never[]) => unknown) | undefined): Promise<never> {
    const { outcome } = this
    if (entry !== undefined && outcome instanceof Error) captureStack(outcome, entry)
    return Promise.reject(outcome)
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
    const { granted } = this
    if (granted !== undefined) receiver.granted(granted)
    else if (!this.waits) receiver.refused(this.outcome)
    this.receiver = receiver
    this.outcome = nothing
  }

  /** Whether this receiver is told. */
  answersTo(receiver: Receiver<C>): boolean {
    return this.receiver === receiver
  }

  private pending(): Promise<unknown> {
    const promise = new Promise(keepResolve)
    this.outcome = kept
    kept = nothing
    return promise
  }
}

type Resolve = (value: unknown) => void

const nothing = (): void => {}

/** Of the promise that is being made: an executor that is made for each promise would be one more closure for each caller. */
let kept: (outcome: unknown) => void = nothing
const keepResolve = (resolve: (outcome: unknown) => void): void => {
  kept = resolve
}
