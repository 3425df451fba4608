// Every error that the pool itself makes. Each says what happened, why, and what to do, and has the evidence as fields.
import {
  describeDeadlock,
  describeFull,
  describeTimeout,
  messageOf,
  milliseconds,
  withoutStop,
} from './wording.js'

/** The stable codes of {@link PoolError.code}; programs should branch on these, never on messages. */
export type PoolErrorCode =
  | 'ACQUIRE_TIMEOUT'
  | 'ACQUIRE_ABORTED'
  | 'QUEUE_FULL'
  | 'SELF_DEADLOCK'
  | 'POOL_CLOSED'
  | 'POOL_PAUSED'
  | 'DATABASE_DOWN'
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'VALIDATION_FAILED'
  | 'VALIDATION_TIMEOUT'
  | 'RESET_FAILED'
  | 'RESET_TIMEOUT'
  | 'LEASE_RELEASED'
  | 'LEASE_REVOKED'
  | 'LEASE_FOREIGN'
  | 'OPTIONS_INVALID'

/**
 * Gives a class of errors its name as the language's own have theirs: on the prototype, where stack traces find it, which a
 * minified class name does not change, and over which any one error may have its own.
 */
function setName(type: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true })
}

/**
 * The base of all errors that the pool makes; `cause` is the driver's own error, where there is one. Each error is of one of the
 * classes in {@link AnyPoolError}.
 */
export abstract class PoolError extends Error {
  static {
    setName(PoolError, 'PoolError')
  }

  /** What kind of failure it is; stable across versions. */
  readonly code: PoolErrorCode
  /** The name of the pool that made it; absent where none did, as when options are refused. */
  declare readonly pool?: string

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** One connection that was lent out when an acquire timed out. */
export interface LeaseHolder {
  /** The lease's id. */
  readonly lease: number
  /** The connection's id. */
  readonly connection: string
  /** For how long it had been held, in milliseconds. */
  readonly heldFor: number
  /** Where it was acquired, as lines of a stack; only with the pool's `leakWarning`, and for the share that `leakSampling` records. */
  readonly acquiredFrom?: string
}

/**
 * What kept an acquire from being served: the caller held a connection itself, as all others did who waited (`deadlockCheck`); all
 * connections were lent out; connects were failing, or just being slow; connections
 * that were found did not pass their validation; the pool was paused; or connections were on their way (being made clean, closed).
 */
export type AcquireObstacle =
  | 'self-deadlock'
  | 'exhausted'
  | 'connects failing'
  | 'connects slow'
  | 'validations failing'
  | 'paused'
  | 'in transit'

/** Why an acquire could not be served, as the pool saw it when the time was up. */
export interface AcquireEvidence {
  /** How long the caller waited, in milliseconds. */
  readonly waited: number
  /** The caller's place in the line when the time was up; 1 is next, 0 = it had left the line for a connection being validated. */
  readonly position: number
  /** The caller's place when it joined the line; 0 = it never had to. */
  readonly firstPosition: number
  /** How many callers waited, this one included. */
  readonly waiting: number
  /** Connections that exist, in whatever state. */
  readonly total: number
  /** The pool's `max`. */
  readonly max: number
  /** Who held connections, longest first. */
  readonly holders: readonly LeaseHolder[]
  /** Connections being opened. */
  readonly connecting: number
  /** Connects that failed in a row. */
  readonly failedConnects: number
  /** The last connect error, while connects are failing. */
  readonly lastConnectError: unknown
  /** For how long the connect that has lasted longest had been going on, in milliseconds; 0 = none was. */
  readonly connectingFor: number
  /** The error of the last validation that failed while the caller waited. */
  readonly lastValidationError: unknown
  /** Whether the pool was paused. */
  readonly paused: boolean
  /** The leases that the caller itself held, if nobody could be served for that: told where `deadlockCheck` is 'warn', else empty. */
  readonly deadlocked: readonly number[]
}

/** No connection became free within the acquire's timeout. */
export class AcquireTimeoutError extends PoolError implements AcquireEvidence {
  static {
    setName(AcquireTimeoutError, 'AcquireTimeoutError')
  }

  declare readonly code: 'ACQUIRE_TIMEOUT'

  /** The acquire's timeout, in milliseconds. */
  readonly timeout: number
  /** What it was that kept it from being served. */
  readonly obstacle: AcquireObstacle
  readonly waited: number
  readonly position: number
  readonly firstPosition: number
  readonly waiting: number
  readonly total: number
  readonly max: number
  readonly holders: readonly LeaseHolder[]
  readonly connecting: number
  readonly failedConnects: number
  readonly lastConnectError: unknown
  readonly connectingFor: number
  readonly lastValidationError: unknown
  readonly paused: boolean
  readonly deadlocked: readonly number[]

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
    this.waited = evidence.waited
    this.position = evidence.position
    this.firstPosition = evidence.firstPosition
    this.waiting = evidence.waiting
    this.total = evidence.total
    this.max = evidence.max
    this.holders = evidence.holders
    this.connecting = evidence.connecting
    this.failedConnects = evidence.failedConnects
    this.lastConnectError = evidence.lastConnectError
    this.connectingFor = evidence.connectingFor
    this.lastValidationError = evidence.lastValidationError
    this.paused = evidence.paused
    this.deadlocked = evidence.deadlocked
  }
}

/** What the evidence says was in the way: the one thing to look at first. */
function obstacleIn(evidence: AcquireEvidence): AcquireObstacle {
  if (evidence.paused) return 'paused'
  if (evidence.deadlocked.length > 0) return 'self-deadlock'
  if (evidence.lastConnectError !== undefined) return 'connects failing'
  if (evidence.holders.length >= evidence.max) return 'exhausted'
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
      `The acquire was aborted by its AbortSignal after waiting ${milliseconds(waited)}. No connection was taken. The signal's reason is this error's cause.`,
      { cause: reason },
    )
  }
}

/** What is known when a caller is refused because others wait already. */
export type RefusalEvidence = Pick<
  AcquireEvidence,
  'waiting' | 'total' | 'max' | 'paused' | 'failedConnects' | 'lastConnectError'
>

/** `maxWaiting` callers waited already; `cause` is the last connect error, if they wait because connects are failing. */
export class QueueFullError extends PoolError implements RefusalEvidence {
  static {
    setName(QueueFullError, 'QueueFullError')
  }

  declare readonly code: 'QUEUE_FULL'

  /** The pool's `maxWaiting`. */
  readonly maxWaiting: number
  /** What it is that those who wait are waiting for to end. */
  readonly obstacle: Extract<AcquireObstacle, 'exhausted' | 'connects failing' | 'paused'>
  readonly waiting: number
  readonly total: number
  readonly max: number
  readonly paused: boolean
  readonly failedConnects: number
  readonly lastConnectError: unknown

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
    this.waiting = evidence.waiting
    this.total = evidence.total
    this.max = evidence.max
    this.paused = paused
    this.failedConnects = evidence.failedConnects
    this.lastConnectError = lastConnectError
  }
}

/** The acquire could never be served: all connections are held by callbacks that wait for another one, this caller's among them. */
export class SelfDeadlockError extends PoolError {
  static {
    setName(SelfDeadlockError, 'SelfDeadlockError')
  }

  declare readonly code: 'SELF_DEADLOCK'

  /** The ids of the leases with which the calling code runs, the innermost `use()` first. */
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

/** No connection is left, none can be opened, and the pool was told not to let callers wait for that (`whenDown: 'fail'`). */
export class DatabaseDownError extends PoolError {
  static {
    setName(DatabaseDownError, 'DatabaseDownError')
  }

  declare readonly code: 'DATABASE_DOWN'

  /** Connects that failed in a row. */
  readonly failedConnects: number

  constructor(failedConnects: number, lastConnectError: unknown) {
    super(
      'DATABASE_DOWN',
      `The acquire was refused: no connection is left, and none can be opened (${failedConnects} failed in a row; the last error is this error's cause): ${messageOf(lastConnectError)} Callers who should wait for the database instead need whenDown: 'wait'.`,
      { cause: lastConnectError },
    )
    this.failedConnects = failedConnects
  }
}

/** The pool is paused, and the caller asked not to wait at all (a timeout of 0). */
export class PoolPausedError extends PoolError {
  static {
    setName(PoolPausedError, 'PoolPausedError')
  }

  declare readonly code: 'POOL_PAUSED'

  constructor() {
    super(
      'POOL_PAUSED',
      'The acquire was refused: the pool is paused, and its timeout of 0 means not to wait. Call pool.resume(), or give it a timeout.',
    )
  }
}

/** A connection could not be opened; `cause` is the driver's error. */
export class ConnectError extends PoolError {
  static {
    setName(ConnectError, 'ConnectError')
  }

  declare readonly code: 'CONNECT_FAILED' | 'CONNECT_TIMEOUT'

  /** Where to, as the driver describes it, without secrets. */
  readonly target: string
  /** What went wrong, in the driver's words where it was the driver. */
  readonly why: string
  /** What to do about it, where the driver knows better than to look at the network and the credentials. */
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
      `No connection could be opened to ${target}: ${withoutStop(why)}. ${withoutStop(remedy ?? 'Check that the database is up and reachable from here, and the credentials')}; the pool keeps trying.`,
      options,
    )
    this.target = target
    this.why = why
    this.remedy = remedy
  }
}

/** A connection did not pass its validation or its reset and was closed; `cause` is the driver's error, if it gave one. */
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
      `${connection} was closed: ${what}. Nobody was given it; the pool opens another one if it needs one.`,
      options,
    )
    this.connection = connection
  }
}

/** A lease was used when it was no longer, or never, the caller's to use. */
export class LeaseError extends PoolError {
  static {
    setName(LeaseError, 'LeaseError')
  }

  declare readonly code: 'LEASE_RELEASED' | 'LEASE_REVOKED' | 'LEASE_FOREIGN'

  /** The lease's id. */
  readonly lease: number

  constructor(code: LeaseError['code'], lease: number, message: string, cause?: unknown) {
    super(code, message, cause === undefined ? undefined : { cause })
    this.lease = lease
  }
}

/** An option has a value that it cannot have. */
export class OptionsError extends PoolError {
  static {
    setName(OptionsError, 'OptionsError')
  }

  declare readonly code: 'OPTIONS_INVALID'

  /** The option's name. */
  readonly option: string
  /** The value given; undefined where it might be, or hold, a secret. */
  readonly value: unknown

  constructor(option: string, value: unknown, message: string) {
    super('OPTIONS_INVALID', message)
    this.option = option
    this.value = value
  }
}

/**
 * Every error that the pool makes, told apart by `code`: `switch (error.code)` narrows to the class with its fields.
 */
export type AnyPoolError =
  | AcquireTimeoutError
  | AcquireAbortedError
  | QueueFullError
  | SelfDeadlockError
  | PoolClosedError
  | PoolPausedError
  | DatabaseDownError
  | ConnectError
  | ValidationError
  | LeaseError
  | OptionsError

/**
 * Whether the pool made an error that was caught, for `catch (error: unknown)`; then `error.code` tells which one it is.
 *
 * ```ts
 * if (isPoolError(error) && error.code === 'ACQUIRE_TIMEOUT') console.log(error.obstacle, error.holders)
 * ```
 */
export function isPoolError(error: unknown): error is AnyPoolError {
  return error instanceof PoolError
}
