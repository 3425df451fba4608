// An acquire that got no connection: it waited too long, it was aborted, or the pool refused it.
import type {
  AcquireEvidence,
  AcquireObstacle,
  HostEvidence,
  OverloadEvidence,
  RefusalEvidence,
} from '../evidence.js'
import {
  describeDeadlock,
  describeFull,
  describeNoHost,
  describeOverload,
  describeTimeout,
  failedInARow,
  messageOf,
  milliseconds,
  withoutStop,
} from '../wording.js'
import { PoolError, setName } from './pool-error.js'

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
  if (evidence.lane !== undefined) return 'lane full'
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
  readonly obstacle: Extract<AcquireObstacle, 'exhausted' | 'connects failing' | 'paused' | 'lane full'>

  constructor(maxWaiting: number, evidence: RefusalEvidence) {
    const { paused, lastConnectError, lane } = evidence
    const obstacle =
      lane !== undefined
        ? 'lane full'
        : paused
          ? 'paused'
          : lastConnectError === undefined
            ? 'exhausted'
            : 'connects failing'
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

/** The pool is overloaded: callers arrive faster than it serves them, and this one has waited for `shed.target`. */
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

/** No host of the pool is of the kind that the caller wants (`target`); `cause` is the error of a host that is down, if one is. */
export class NoHostError extends PoolError {
  static {
    setName(NoHostError, 'NoHostError')
  }

  declare readonly code: 'NO_HOST'

  /** The kind of host that the caller wants. */
  readonly target: string
  /** How long the caller waited, in milliseconds. */
  readonly waited: number
  /** What was known of each host, in the order in which the pool was given them. */
  readonly hosts: readonly HostEvidence[]

  constructor(target: string, waited: number, hosts: readonly HostEvidence[]) {
    const cause = hosts.find(({ lastError }) => lastError !== undefined)?.lastError
    super('NO_HOST', describeNoHost(target, waited, hosts), cause === undefined ? undefined : { cause })
    this.target = target
    this.waited = waited
    this.hosts = hosts
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
      `The acquire was refused: the pool's onLend threw on ${attempts} connections, most recently on ${connection}: ${withoutStop(messageOf(cause))}. The pool has closed them. Check the session that was passed to acquire(), and what onLend does with it; to have the pool try another connection instead, return false.`,
      { cause },
    )
    this.connection = connection
    this.attempts = attempts
  }
}
