// Every error that the pool itself makes. Each says what happened, why, and what to do, and has the evidence as fields.
import { describeTimeout, milliseconds, whyFull } from './wording.js'

/** The stable codes of {@link PoolError.code}; programs should branch on these, never on messages. */
export type PoolErrorCode =
  | 'ACQUIRE_TIMEOUT'
  | 'ACQUIRE_ABORTED'
  | 'QUEUE_FULL'
  | 'POOL_CLOSED'
  | 'POOL_PAUSED'
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

/** The base of all errors that the pool makes; `cause` is the driver's own error, where there is one. */
export class PoolError extends Error {
  static {
    setName(PoolError, 'PoolError')
  }

  /** What kind of failure it is; stable across versions. */
  readonly code: PoolErrorCode

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
}

/** Why an acquire could not be served, as the pool saw it when the time was up. */
export interface AcquireEvidence {
  /** How long the caller waited, in milliseconds. */
  readonly waited: number
  /** The caller's place in the line when the time was up; 1 is next. */
  readonly position: number
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
}

/** No connection became free within the acquire's timeout. */
export class AcquireTimeoutError extends PoolError implements AcquireEvidence {
  static {
    setName(AcquireTimeoutError, 'AcquireTimeoutError')
  }

  /** The acquire's timeout, in milliseconds. */
  readonly timeout: number
  readonly waited: number
  readonly position: number
  readonly waiting: number
  readonly total: number
  readonly max: number
  readonly holders: readonly LeaseHolder[]
  readonly connecting: number
  readonly failedConnects: number
  readonly lastConnectError: unknown

  constructor(timeout: number, evidence: AcquireEvidence) {
    super(
      'ACQUIRE_TIMEOUT',
      describeTimeout(timeout, evidence),
      evidence.lastConnectError === undefined ? undefined : { cause: evidence.lastConnectError },
    )
    this.timeout = timeout
    this.waited = evidence.waited
    this.position = evidence.position
    this.waiting = evidence.waiting
    this.total = evidence.total
    this.max = evidence.max
    this.holders = evidence.holders
    this.connecting = evidence.connecting
    this.failedConnects = evidence.failedConnects
    this.lastConnectError = evidence.lastConnectError
  }
}

/** The caller's AbortSignal aborted the acquire; `cause` is the signal's reason. */
export class AcquireAbortedError extends PoolError {
  static {
    setName(AcquireAbortedError, 'AcquireAbortedError')
  }

  constructor(reason: unknown, waited: number) {
    super(
      'ACQUIRE_ABORTED',
      `The acquire was aborted by its AbortSignal after waiting ${milliseconds(waited)}. No connection was taken. The signal's reason is this error's cause.`,
      { cause: reason },
    )
  }
}

/** `maxWaiting` callers waited already. */
export class QueueFullError extends PoolError {
  static {
    setName(QueueFullError, 'QueueFullError')
  }

  /** The pool's `maxWaiting`. */
  readonly maxWaiting: number

  constructor(maxWaiting: number, max: number) {
    super(
      'QUEUE_FULL',
      `The acquire was refused: ${whyFull(maxWaiting, max)}. Shed load further up, hold connections for less time, or raise maxWaiting or max.`,
    )
    this.maxWaiting = maxWaiting
  }
}

/** The pool is closing or closed. */
export class PoolClosedError extends PoolError {
  static {
    setName(PoolClosedError, 'PoolClosedError')
  }

  constructor(what: string, options?: ErrorOptions) {
    super('POOL_CLOSED', `${what} Create a new pool, or close this one only after its last use.`, options)
  }
}

/** The pool is paused, and the caller asked not to wait for that. */
export class PoolPausedError extends PoolError {
  static {
    setName(PoolPausedError, 'PoolPausedError')
  }

  constructor() {
    super(
      'POOL_PAUSED',
      'The acquire was refused: the pool is paused. Call pool.resume(), or wait without a timeout.',
    )
  }
}

/** A connection could not be opened; `cause` is the driver's error. */
export class ConnectError extends PoolError {
  static {
    setName(ConnectError, 'ConnectError')
  }

  /** Where to, as the driver describes it, without secrets. */
  readonly target: string
  /** What went wrong, in the driver's words where it was the driver. */
  readonly why: string

  constructor(
    code: 'CONNECT_FAILED' | 'CONNECT_TIMEOUT',
    target: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      code,
      `No connection could be opened to ${target}: ${why}. Check that the database is up and reachable from here, and the credentials; the pool keeps trying.`,
      options,
    )
    this.target = target
    this.why = why
  }
}

/** A connection did not pass its validation or its reset and was closed; `cause` is the driver's error, if it gave one. */
export class ValidationError extends PoolError {
  static {
    setName(ValidationError, 'ValidationError')
  }

  /** The id of the connection. */
  readonly connection: string

  constructor(
    code: 'VALIDATION_FAILED' | 'VALIDATION_TIMEOUT' | 'RESET_FAILED' | 'RESET_TIMEOUT',
    connection: string,
    what: string,
    options?: ErrorOptions,
  ) {
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

  /** The lease's id. */
  readonly lease: number

  constructor(
    code: 'LEASE_RELEASED' | 'LEASE_REVOKED' | 'LEASE_FOREIGN',
    lease: number,
    message: string,
    cause?: unknown,
  ) {
    super(code, message, cause === undefined ? undefined : { cause })
    this.lease = lease
  }
}

/** An option has a value that it cannot have. */
export class OptionsError extends PoolError {
  static {
    setName(OptionsError, 'OptionsError')
  }

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
