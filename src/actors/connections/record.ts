// One connection as the running system holds it: its facts, and, hidden from snapshots and logs, the driver's object.
import type { ActorRefFrom, AnyActorScope } from 'xstate'
import type { Allotment } from '../../core/budget.js'
import type { LeaseEnd, PoolHooks } from '../../core/hooks.js'
import type { ResolvedPoolOptions } from '../../core/options.js'
import { unboxed } from '../../core/unboxed.js'
import type { Driver } from '../../db/driver.js'
import { deliver } from '../../machines/compiled/index.js'
import type { connectionMachine } from '../../machines/connection.js'
import type {
  ConnectionEnding,
  ConnectionEvent,
  ConnectionFacts,
  ReturnedSession,
} from '../../machines/connection-types.js'
import type { AcquireRequest } from '../callers/request.js'
import type { Lease } from '../leases/lease.js'
import type { Counters } from '../watching/counters.js'
import type { Loan } from '../watching/loan.js'
import type { Notices } from '../watching/notices.js'
import { outlineOf } from '../watching/outline.js'
import type { Trackers } from '../watching/trackers.js'
import { Cancellation } from './cancellation.js'
import { isUsable } from './driver-calls.js'

/** The actor of a connection. */
export type ConnectionActorRef = ActorRefFrom<typeof connectionMachine>

/** What a connection knows of its pool. */
export interface PoolOfConnection<C> {
  readonly driver: Driver<C>
  readonly config: ResolvedPoolOptions
  readonly name: string
  readonly target: string
  readonly system: AnyActorScope['system']
  /** Whether idle connections let the process exit: where they do not, no lease pays for it. */
  readonly letsExit: boolean
  /** The index that the connection keeps up to date. */
  readonly roster: {
    readonly evictions: number
    destroyed: number
    noteReturning(record: ConnectionRecord<C>, since: number | undefined): void
    noteReturned(since: number, now: number): void
    park(record: ConnectionRecord<C>): void
  }
  readonly budget: Pick<Allotment, 'enter'> | undefined
  readonly counters: Counters
  readonly notices: Notices
  /** The application's hooks; undefined if there are none. */
  readonly hooks: PoolHooks<C> | undefined
  readonly onLease: ((lease: Lease<C>) => void) | undefined
  readonly attends: boolean
  readonly tracker: Trackers | undefined
}

type Release = Extract<ConnectionEvent, { type: 'release' }>

/** In which part of its life the pool's index has it. */
export type Phase = 'connecting' | 'established' | 'ending'

/** What a new record is made from. */
export interface RecordInput {
  readonly id: string
  readonly serial: number
  readonly createdAt: number
  readonly retireAt: number
  readonly idleJitter: number
  /** The number of the last request that was made before it began to connect. */
  readonly openedFor: number
}

/** A lease that has ended, as `onReturn` hears of it. */
export interface Owed {
  readonly session: unknown
  readonly end: LeaseEnd
  readonly lease: number | undefined
  readonly heldFor: number
}

/**
 * The facts that the connection's machine decides by, and what only the running system may see. The driver's object, the
 * lease and the request are private fields: snapshots are walked, printed and persisted by inspectors, and must show neither a
 * password nor a circle.
 */
export class ConnectionRecord<C> implements ConnectionFacts {
  // What each lease reads comes first, so that it stands together in memory: beside a query, a pool costs the lines of the processor's cache that it visits.
  readonly #parts: PoolOfConnection<C>
  #actor: ConnectionActorRef | undefined = undefined
  #handle: C | undefined = undefined
  #lease: Lease<C> | undefined = undefined
  #request: AcquireRequest<C> | undefined = undefined
  #incoming: AcquireRequest<C> | undefined = undefined
  #cancelling: Promise<void> | undefined = undefined
  #served = 0
  uses = 0
  idleSince: number
  provenAt: number
  provenIn = 0
  readonly retireAt: number
  ending: ConnectionEnding | undefined = undefined
  readonly id: string
  readonly serial: number
  readonly createdAt: number
  readonly idleJitter: number
  readonly openedFor: number
  openedAt: number | undefined = undefined
  lingers = false
  /** Ends the socket of a connect that was given up while the server worked. */
  cut: (() => void) | undefined = undefined
  /** The driver reported that only a new session can mend this one; it may have been retired for another reason before. */
  stale = false
  #loan: Loan | undefined = undefined
  #effect: Cancellation | undefined = undefined
  #session: unknown = undefined
  #owed: Owed | undefined = undefined
  #phase: Phase | undefined = undefined
  #returningSince: number | undefined = undefined

  constructor(input: RecordInput, parts: PoolOfConnection<C>) {
    this.#parts = parts
    this.id = input.id
    this.serial = input.serial
    this.createdAt = input.createdAt
    this.retireAt = input.retireAt
    this.idleJitter = input.idleJitter
    this.openedFor = input.openedFor
    this.idleSince = input.createdAt
    this.provenAt = input.createdAt
  }

  /** What inspectors print of it: its facts, which lease is out, and of an error no more than its kind. */
  toJSON(): object {
    const { ending, lease } = this
    return {
      ...this,
      ending: ending && {
        reason: ending.reason,
        ...(ending.error === undefined ? undefined : { error: outlineOf(ending.error) }),
      },
      ...(lease === undefined ? undefined : { lease: lease.id, leasedSince: lease.acquiredAt }),
    }
  }

  /** The pool that it belongs to. */
  get parts(): PoolOfConnection<C> {
    return this.#parts
  }

  /** Since when it is under reset, or has its keepalive under way. */
  get returningSince(): number | undefined {
    return this.#returningSince
  }

  set returningSince(since: number | undefined) {
    this.#returningSince = since
  }

  /** Tells the connection that callers share it from now on. */
  share(): void {
    deliver(this.actor, { type: 'share' })
  }

  /** Tells the connection that its holder's signal aborted. Settles when what the holder ran is over. */
  cancel(): Promise<void> {
    deliver(this.actor, { type: 'abort' })
    return this.#cancelling ?? Promise.resolve()
  }

  /** The driver has the database stop what the holder ran: settles when that is over, and never rejects. */
  get cancelling(): Promise<void> | undefined {
    return this.#cancelling
  }

  set cancelling(cancelling: Promise<void> | undefined) {
    this.#cancelling = cancelling
  }

  /** Tells the connection that its borrower gave it back, and how. */
  release(): void {
    const { driver, config } = this.#parts
    const at = config.clock.now()
    if ((driver.isUsable ?? driver.reset ?? this.#cancelling) === undefined)
      deliver(this.actor, cleanRelease(at))
    else this.#releaseAsking(at)
  }

  /** The same for a driver that has something to say of the session. */
  #releaseAsking(at: number): void {
    let session: ReturnedSession
    try {
      session = this.#sessionNow()
    } catch (error) {
      deliver(this.actor, { type: 'release', at, session: 'unknown', error })
      return
    }
    deliver(this.actor, { type: 'release', at, session })
  }

  #sessionNow(): ReturnedSession {
    const { driver } = this.#parts
    const handle = this.#handle as C
    if (driver.isUsable !== undefined && !isUsable(driver, handle)) return 'ended'
    if (this.#cancelling !== undefined) return 'dirty' // the reset waits for the request
    return driver.reset !== undefined && (driver.needsReset?.(handle) ?? true) ? 'dirty' : 'clean'
  }

  /** Tells the connection to close now. */
  destroy(error: unknown): void {
    this.actor.send({ type: 'destroy', error })
  }

  /** The actor that this is the record of. */
  get actor(): ConnectionActorRef {
    return this.#actor as ConnectionActorRef
  }

  set actor(actor: ConnectionActorRef) {
    this.#actor = actor
  }

  /**
   * Whether its machine has reached its end. The pool is told by a message, which may still be on its way when it looks: what the
   * connection said last is an index, what it is, its snapshot says.
   */
  get hasEnded(): boolean {
    return this.actor.getSnapshot().status !== 'active'
  }

  /** The driver's connection; undefined before it is open. */
  get handle(): C | undefined {
    return this.#handle
  }

  set handle(handle: C | undefined) {
    this.#handle = handle
  }

  /** The current lease; undefined while the connection is not leased. */
  get lease(): Lease<C> | undefined {
    return this.#lease
  }

  set lease(lease: Lease<C> | undefined) {
    this.#lease = lease
  }

  /** Undefined while the index does not have it. */
  get phase(): Phase | undefined {
    return this.#phase
  }

  set phase(phase: Phase | undefined) {
    this.#phase = phase
  }

  /** The request that it is checked out for, until the lease is granted. */
  get request(): AcquireRequest<C> | undefined {
    return this.#request
  }

  set request(request: AcquireRequest<C> | undefined) {
    this.#request = request
  }

  /** The request that was sent to it, until it is leased or declined: should the connection end before it reads the message, it is found here. */
  get incoming(): AcquireRequest<C> | undefined {
    return this.#incoming
  }

  set incoming(request: AcquireRequest<C> | undefined) {
    this.#incoming = request
  }

  /** The number of the request that it was last leased for, for those who record. */
  get served(): number {
    return this.#served
  }

  set served(order: number) {
    this.#served = order
  }

  /** More about the lease that is out; undefined unless leaks are watched for. */
  get loan(): Loan | undefined {
    return this.#loan
  }

  set loan(loan: Loan | undefined) {
    this.#loan = loan
  }

  /** What the holder passed to `acquire({ session })`. */
  get session(): unknown {
    return this.#session
  }

  set session(session: unknown) {
    this.#session = session
  }

  /** A lease has ended: keeps what `onReturn` will hear, if there is one. */
  owe(end: Owed['end'], lease: number | undefined, heldFor: number, session = this.#session): void {
    this.#session = undefined
    if (this.#parts.hooks?.onReturn !== undefined) this.#owed = { session, end, lease, heldFor }
  }

  /** Takes what `onReturn` will hear. */
  takeOwed(): Owed | undefined {
    const owed = this.#owed
    this.#owed = undefined
    return owed
  }

  /** Starts a call of the driver, and returns what cancels it. */
  beginEffect(): Cancellation {
    this.#effect = new Cancellation(this.#effect)
    return this.#effect
  }

  /** Lets go of what the call that has settled was aborted by: an idle connection should not hold it. */
  endEffect(call = this.#effect): void {
    if (call === this.#effect) this.#effect = undefined
  }

  abortEffect(): void {
    this.#effect?.abort()
    this.#effect = undefined
  }
}

/** What tells a connection apart in an event. */
export function named<C>(record: ConnectionRecord<C>): { connection: string; serial: number } {
  return { connection: record.id, serial: record.serial }
}

/** What a connection is told when it comes back as it went. */
function cleanRelease(at: number): Release {
  const event: { at: number } & Release = { type: 'release', at: unboxed, session: 'clean' }
  event.at = at
  return event
}
