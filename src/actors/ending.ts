// Why a connection ended, as an error for `events$`.
import { ValidationError } from '../errors.js'
import type { ConnectionEnding } from '../machines/connection-types.js'
import type { PoolConfig } from '../options.js'
import { messageOf } from '../wording.js'

/** The error that belongs to an ending: one of the pool's own where it has more to say than the driver's. */
export function endingError(connection: string, ending: ConnectionEnding, config: PoolConfig): unknown {
  const { reason, error } = ending
  switch (reason) {
    case 'validation failed':
      return new ValidationError(
        'VALIDATION_FAILED',
        connection,
        `its validation failed: ${messageOf(error)}`,
        {
          cause: error,
        },
      )
    case 'validation timeout':
      return new ValidationError(
        'VALIDATION_TIMEOUT',
        connection,
        `its validation took longer than ${config.validateTimeout} ms (validateTimeout)`,
      )
    case 'reset failed':
      return new ValidationError(
        'RESET_FAILED',
        connection,
        `it could not be made clean after its last use: ${messageOf(error)}`,
        { cause: error },
      )
    case 'reset timeout':
      return new ValidationError(
        'RESET_TIMEOUT',
        connection,
        `making it clean after its last use took longer than ${config.resetTimeout} ms (resetTimeout)`,
      )
    default:
      return error
  }
}
