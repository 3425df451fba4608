// Every error that the pool itself creates. Each says what happened, why, and what to do, and carries the evidence as fields.
import type { AcquireEvidence, AcquireObstacle, OverloadEvidence, RefusalEvidence } from './evidence.js'
import {
  describeDeadlock,
  describeFull,
  describeOverload,
  describeTimeout,
  failedInARow,
  messageOf,
  milliseconds,
  pageOf,
  withLink,
  withoutStop,
} from './wording.js'

/** The stable codes of {@link PoolError.code}. Branch on these, never on messages. */
export type PoolErrorCode =
  | 'ACQUIRE_TIMEOUT'
  | 'ACQUIRE_ABORTED'
  | 'QUERY_TIMEOUT'
  | 'QUERY_ABORTED'
  | 'QUEUE_FULL'
  | 'OVERLOADED'
  | 'SELF_DEADLOCK'
  | 'POOL_CLOSED'
  | 'POOL_PAUSED'
  | 'DATABASE_DOWN'
  | 'LEND_REFUSED'
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'VALIDATION_FAILED'
  | 'VALIDATION_TIMEOUT'
  | 'RESET_FAILED'
  | 'RESET_TIMEOUT'
  | 'LEASE_RELEASED'
  | 'LEASE_REVOKED'
  | 'OPTIONS_INVALID'

/**
 * Names an error class the way built-in errors are named: on the prototype, where stack traces find the name, where minifying the class
 * does not change it, and where a single error can override it.
 */
function setName(type: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true })
}

/**
 * The base class of all errors that the pool creates; `cause` is the driver's own error, if there is one. Every error belongs to one of
 * the classes in {@link AnyPoolError}.
 */
export abstract class PoolError extends Error {
  static {
    setName(PoolError, 'PoolError')
  }

  /** The kind of failure; stable across versions. */
  readonly code: PoolErrorCode
  /** The name of the pool that created it; absent if no pool exists yet, as when createPool refuses its options. */
  declare readonly pool?: string

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(withLink(message, code), options)
    this.code = code
  }

  /** Where the `code` is explained: a section of a page in the package. The last line of the message is the same link. */
  get docs(): string {
    return pageOf(this.code)
  }
}

/** No connection became free within the acquire's timeout. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a test compares what it has with the evidence it is made of
export class AcquireTimeoutError extends PoolError {
  static {
    setName(AcquireTimeoutError, 'AcquireTimeoutError')
  }

  declare readonly code: 'ACQUIRE_TIMEOUT'

  /** The acquire's timeout, in milliseconds. */
  readonly timeout: number
  /** What blocked the acquire. */
  readonly obstacle: AcquireObstacle

  constructor(timeout: number, evidence: AcquireEvidence) {
    const obstacle = obstacleIn(evidence)
    const cause = causeOf(obstacle, evidence)
    super(
      'ACQUIRE_TIMEOUT',
      describeTimeout(timeout, obstacle, evidence),
      cause === undefined ? undefined : { cause },
    )
    this.timeout = timeout
    this.obstacle = obstacle
    Object.assign(this, evidence)
  }
}

/** The state of the pool when the acquire timed out. */
export interface AcquireTimeoutError extends AcquireEvidence {}

/** What blocked the acquire, according to the evidence: the one thing to look at first. */
function obstacleIn(evidence: AcquireEvidence): AcquireObstacle {
  if (evidence.paused) return 'paused'
  if (evidence.deadlocked.length > 0) return 'self-deadlock'
  if (evidence.lastConnectError !== undefined) return 'connects failing'
  if (evidence.holders.length >= evidence.max) return 'exhausted'
  if (evidence.budget !== undefined) return 'budget spent'
  if (evidence.lastValidationError !== undefined) return 'validations failing'
  return evidence.connecting > 0 ? 'connects slow' : 'in transit'
}

function causeOf(obstacle: AcquireObstacle, evidence: AcquireEvidence): unknown {
  if (obstacle === 'connects failing') return evidence.lastConnectError
  return obstacle === 'validations failing' ? evidence.lastValidationError : undefined
}

/** The caller's AbortSignal aborted the acquire; `cause` is the signal's reason. */
export class AcquireAbortedError extends PoolError {
  static {
    setName(AcquireAbortedError, 'AcquireAbortedError')
  }

  declare readonly code: 'ACQUIRE_ABORTED'

  constructor(reason: unknown, waited: number) {
    super(
      'ACQUIRE_ABORTED',
      `The caller's AbortSignal aborted this acquire after a wait of ${milliseconds(waited)}. No connection was taken. The signal's reason is this error's cause.`,
      { cause: reason },
    )
  }
}

/** What happens to a statement whose caller no longer waits. */
const fateOf = (isCancelled: boolean): string =>
  isCancelled
    ? 'The pool has the database cancel it; whether it took effect is not known.'
    : 'It runs to its end, because the driver cannot cancel it.'

/** A statement of `pool.query()` was sent, and took longer than its timeout. */
export class QueryTimeoutError extends PoolError {
  static {
    setName(QueryTimeoutError, 'QueryTimeoutError')
  }

  declare readonly code: 'QUERY_TIMEOUT'

  /** The query's timeout, in milliseconds. */
  readonly timeout: number

  /** @param isCancelled whether the driver can have the database cancel it */
  constructor(timeout: number, isCancelled = true) {
    super(
      'QUERY_TIMEOUT',
      `The statement took longer than its timeout of ${milliseconds(timeout)}. ${fateOf(isCancelled)} Find out why it is slow, or pass a longer timeout.`,
    )
    this.timeout = timeout
  }
}

/** The caller's AbortSignal aborted a statement of `pool.query()` that had been sent; `cause` is the signal's reason. */
export class QueryAbortedError extends PoolError {
  static {
    setName(QueryAbortedError, 'QueryAbortedError')
  }

  declare readonly code: 'QUERY_ABORTED'

  /** @param isCancelled whether the driver can have the database cancel it */
  constructor(reason: unknown, waited: number, isCancelled = true) {
    super(
      'QUERY_ABORTED',
      `The caller's AbortSignal aborted this statement after ${milliseconds(waited)}. ${fateOf(isCancelled)} The signal's reason is this error's cause.`,
      { cause: reason },
    )
  }
}

/** `maxWaiting` callers are already waiting; `cause` is the last connect error, if they wait because connects are failing. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a test compares what it has with the evidence it is made of
export class QueueFullError extends PoolError {
  static {
    setName(QueueFullError, 'QueueFullError')
  }

  declare readonly code: 'QUEUE_FULL'

  /** The pool's `maxWaiting`. */
  readonly maxWaiting: number
  /** What the waiting callers are blocked on. */
  readonly obstacle: Extract<AcquireObstacle, 'exhausted' | 'connects failing' | 'paused'>

  constructor(maxWaiting: number, evidence: RefusalEvidence) {
    const { paused, lastConnectError } = evidence
    const obstacle = paused ? 'paused' : lastConnectError === undefined ? 'exhausted' : 'connects failing'
    super(
      'QUEUE_FULL',
      describeFull(maxWaiting, obstacle, evidence),
      obstacle === 'connects failing' ? { cause: lastConnectError } : undefined,
    )
    this.maxWaiting = maxWaiting
    this.obstacle = obstacle
    Object.assign(this, evidence)
  }
}

/** The state of the pool when it refused the caller. */
export interface QueueFullError extends RefusalEvidence {}

/** Callers come faster than the pool serves them, and this one has waited for as long as callers may meanwhile (`shed.target`). */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a test compares what it has with the evidence it is made of
export class OverloadedError extends PoolError {
  static {
    setName(OverloadedError, 'OverloadedError')
  }

  declare readonly code: 'OVERLOADED'

  constructor(evidence: OverloadEvidence) {
    super('OVERLOADED', describeOverload(evidence))
    Object.assign(this, evidence)
  }
}

/** The state of the pool when it refused the caller. */
export interface OverloadedError extends OverloadEvidence {}

/** The acquire can never be served: callbacks that wait for another connection hold all of them, and this caller is inside one of them. */
export class SelfDeadlockError extends PoolError {
  static {
    setName(SelfDeadlockError, 'SelfDeadlockError')
  }

  declare readonly code: 'SELF_DEADLOCK'

  /** The ids of the leases that the calling code holds, the innermost `use()` first. */
  readonly leases: readonly number[]
  /** The pool's `max`. */
  readonly max: number

  constructor(leases: readonly number[], max: number) {
    super('SELF_DEADLOCK', describeDeadlock(leases, max))
    this.leases = leases
    this.max = max
  }
}

/** The pool is closing or closed. */
export class PoolClosedError extends PoolError {
  static {
    setName(PoolClosedError, 'PoolClosedError')
  }

  declare readonly code: 'POOL_CLOSED'

  constructor(what: string, options?: ErrorOptions) {
    super('POOL_CLOSED', `${what} Create a new pool, or close this one only after its last use.`, options)
  }
}

/** No connection is left, none can be opened, and `whenDown` tells the pool to refuse callers meanwhile. */
export class DatabaseDownError extends PoolError {
  static {
    setName(DatabaseDownError, 'DatabaseDownError')
  }

  declare readonly code: 'DATABASE_DOWN'

  /** The number of connects that failed in a row. */
  readonly failedConnects: number

  constructor(failedConnects: number, lastConnectError: unknown) {
    super(
      'DATABASE_DOWN',
      `The acquire was refused: no connection is left, and none can be opened (${failedInARow(failedConnects)}): ${messageOf(lastConnectError)} To make callers wait for the database instead, set whenDown: 'wait'.`,
      { cause: lastConnectError },
    )
    this.failedConnects = failedConnects
  }
}

/** The pool is paused, and the caller does not want to wait (a timeout of 0). */
export class PoolPausedError extends PoolError {
  static {
    setName(PoolPausedError, 'PoolPausedError')
  }

  declare readonly code: 'POOL_PAUSED'

  constructor() {
    super(
      'POOL_PAUSED',
      'The acquire was refused: the pool is paused, and a timeout of 0 means not to wait. Call pool.resume(), or pass a longer timeout.',
    )
  }
}

/**
 * The pool's hook `onLend` threw for this caller on one connection after another, so the session that the caller asked for is the
 * likely reason; `cause` is what it threw last.
 */
export class LendError extends PoolError {
  static {
    setName(LendError, 'LendError')
  }

  declare readonly code: 'LEND_REFUSED'

  /** The id of the last connection. */
  readonly connection: string
  /** How many connections the hook threw on. The pool has closed them. */
  readonly attempts: number

  constructor(connection: string, attempts: number, cause: unknown) {
    super(
      'LEND_REFUSED',
      `The acquire was refused: the pool's onLend threw on ${attempts} connections, on ${connection} last: ${withoutStop(messageOf(cause))}. The pool has closed them. Check the session that was passed to acquire(), and what onLend does with it; to have the pool try another connection instead, return false.`,
      { cause },
    )
    this.connection = connection
    this.attempts = attempts
  }
}

/** A connection could not be opened; `cause` is the driver's error, or what the hook `onConnect` threw. */
export class ConnectError extends PoolError {
  static {
    setName(ConnectError, 'ConnectError')
  }

  declare readonly code: 'CONNECT_FAILED' | 'CONNECT_TIMEOUT'

  /** The target, as the driver describes it, without secrets. */
  readonly target: string
  /** What went wrong: the driver's own message, if the driver failed. */
  readonly why: string
  /** What to do about it, if the driver knows; undefined = check the network and the credentials. */
  readonly remedy: string | undefined

  constructor(
    code: ConnectError['code'],
    target: string,
    why: string,
    options?: ErrorOptions & { readonly remedy?: string | undefined },
  ) {
    const { remedy } = options ?? {}
    super(
      code,
      `Could not connect to ${target}: ${withoutStop(why)}. ${withoutStop(remedy ?? 'Check that the database is up and reachable from here, and check the credentials')}; the pool keeps trying.`,
      options,
    )
    this.target = target
    this.why = why
    this.remedy = remedy
  }
}

/** A connection failed its validation or its reset, and the pool closed it; `cause` is the driver's error, if there is one. */
export class ValidationError extends PoolError {
  static {
    setName(ValidationError, 'ValidationError')
  }

  declare readonly code: 'VALIDATION_FAILED' | 'VALIDATION_TIMEOUT' | 'RESET_FAILED' | 'RESET_TIMEOUT'

  /** The id of the connection. */
  readonly connection: string

  constructor(code: ValidationError['code'], connection: string, what: string, options?: ErrorOptions) {
    super(
      code,
      `${connection} was closed: ${what}. No caller received it; the pool replaces it if needed.`,
      options,
    )
    this.connection = connection
  }
}

/** The caller used a lease that had ended. */
export class LeaseError extends PoolError {
  static {
    setName(LeaseError, 'LeaseError')
  }

  declare readonly code: 'LEASE_RELEASED' | 'LEASE_REVOKED'

  /** The lease's id. */
  readonly lease: number

  constructor(code: LeaseError['code'], lease: number, message: string, cause?: unknown) {
    super(code, message, cause === undefined ? undefined : { cause })
    this.lease = lease
  }
}

/** An option has an invalid value. */
export class OptionsError extends PoolError {
  static {
    setName(OptionsError, 'OptionsError')
  }

  declare readonly code: 'OPTIONS_INVALID'

  /** The option's name. */
  readonly option: string
  /** The invalid value; undefined if it might be, or contain, a secret. */
  readonly value: unknown

  constructor(option: string, value: unknown, message: string) {
    super('OPTIONS_INVALID', message)
    this.option = option
    this.value = value
  }
}

/**
 * Every error that the pool creates, discriminated by `code`: `switch (error.code)` narrows to the class with its fields.
 */
export type AnyPoolError =
  | AcquireTimeoutError
  | AcquireAbortedError
  | QueryTimeoutError
  | QueryAbortedError
  | QueueFullError
  | OverloadedError
  | SelfDeadlockError
  | PoolClosedError
  | PoolPausedError
  | DatabaseDownError
  | LendError
  | ConnectError
  | ValidationError
  | LeaseError
  | OptionsError

/**
 * Whether the pool created this error, for `catch (error: unknown)`; `error.code` then narrows it to its class.
 *
 * ```ts
 * if (isPoolError(error) && error.code === 'ACQUIRE_TIMEOUT') console.log(error.obstacle, error.holders)
 * ```
 */
export function isPoolError(error: unknown): error is AnyPoolError {
  return error instanceof PoolError
}
