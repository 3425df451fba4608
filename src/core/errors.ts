// Every error that the pool itself creates. Each says what happened, why, and what to do, and carries the evidence as fields.
import type {
  AcquireAbortedError,
  AcquireTimeoutError,
  DatabaseDownError,
  LendError,
  NoHostError,
  OverloadedError,
  PoolPausedError,
  QueueFullError,
  SelfDeadlockError,
} from './errors/acquiring.js'
import type { ConnectError, ValidationError } from './errors/connecting.js'
import type { LeaseError, OptionsError, PoolClosedError } from './errors/misuse.js'
import { PoolError } from './errors/pool-error.js'
import type { QueryAbortedError, QueryTimeoutError } from './errors/querying.js'

export {
  AcquireAbortedError,
  AcquireTimeoutError,
  DatabaseDownError,
  LendError,
  NoHostError,
  OverloadedError,
  PoolPausedError,
  QueueFullError,
  SelfDeadlockError,
} from './errors/acquiring.js'
export { ConnectError, ValidationError } from './errors/connecting.js'
export { LeaseError, OptionsError, PoolClosedError } from './errors/misuse.js'
export { PoolError, type PoolErrorCode } from './errors/pool-error.js'
export { QueryAbortedError, QueryTimeoutError } from './errors/querying.js'

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
  | NoHostError
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
