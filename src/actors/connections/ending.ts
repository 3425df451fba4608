// Why a connection ended, as an error for `events$`.
import { ValidationError } from '../../core/errors.js'
import type { ResolvedPoolOptions } from '../../core/options.js'
import { messageOf, milliseconds } from '../../core/wording.js'
import type { ConnectionEnding, EndReason } from '../../machines/connection-types.js'
import { ofPool } from '../names.js'
import type { PoolParts } from '../parts.js'
import { causeOf, describeFailure } from './hooks.js'

/** The error that belongs to an ending: one of the pool's own where it has more to say than the driver's. */
export function endingError<C>(connection: string, ending: ConnectionEnding, parts: PoolParts<C>): unknown {
  const error = validationErrorOf(connection, ending, parts.config)
  return error === undefined ? causeOf(ending.error) : ofPool(parts, error)
}

function validationErrorOf(
  connection: string,
  { reason, error }: ConnectionEnding,
  config: ResolvedPoolOptions,
): ValidationError | undefined {
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
        `its validation took longer than ${milliseconds(config.validateTimeout)} (validateTimeout)`,
      )
    case 'reset failed':
      return new ValidationError(
        'RESET_FAILED',
        connection,
        `it could not be reset after its last use: ${describeFailure(error)}`,
        { cause: causeOf(error) },
      )
    case 'reset timeout':
      return new ValidationError(
        'RESET_TIMEOUT',
        connection,
        `resetting it after its last use took longer than ${milliseconds(config.resetTimeout)} (resetTimeout)`,
      )
    case 'cancel failed':
      return new ValidationError(
        'RESET_FAILED',
        connection,
        `what its holder ran could not be cancelled: ${messageOf(error)}`,
        { cause: error },
      )
    case 'cancel timeout':
      return new ValidationError(
        'RESET_TIMEOUT',
        connection,
        `cancelling what its holder ran took longer than ${milliseconds(config.resetTimeout)} (resetTimeout)`,
      )
    default:
      return undefined
  }
}

/** The ends of connections that make one doubt the others. */
const foundDead: ReadonlySet<EndReason> = new Set(['lost', 'validation failed', 'validation timeout'])

/** Whether the connection ended in a way that makes one doubt the others. */
export function isFoundDead({ ending }: { readonly ending: ConnectionEnding | undefined }): boolean {
  return ending !== undefined && foundDead.has(ending.reason)
}
