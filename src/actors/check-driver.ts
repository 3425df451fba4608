// Whether what was passed as a driver can be one.
import { OptionsError } from '../core/errors.js'

const optionalMethods = [
  'needsReset',
  'reset',
  'ref',
  'unref',
  'isFatal',
  'isUsable',
  'cancel',
  'hostRole',
  'describe',
  'remedy',
]

/**
 * @param share the pool's option, which some drivers cannot serve
 * @throws OptionsError saying what the driver lacks.
 */
export function checkDriver(driver: unknown, share?: unknown): void {
  const given = (driver ?? {}) as Record<string, unknown>
  if (given.connect === undefined && Array.isArray(given.hosts))
    throw new OptionsError(
      'driver',
      undefined,
      'This names several hosts, each with a driver of its own. Pass it to createHostPool() of statepool/hosts.',
    )
  for (const method of ['connect', 'validate', 'close', 'destroy']) {
    if (typeof given[method] !== 'function') throw unfitDriver(`The driver has no ${method}() method`)
  }
  for (const method of optionalMethods) {
    if (given[method] !== undefined && typeof given[method] !== 'function')
      throw unfitDriver(`The driver's ${method} is not a function`)
  }
  checkTransaction(given.transaction)
  if (share !== undefined && given.share === undefined)
    throw new OptionsError(
      'share',
      share,
      `The driver ${given.name} cannot have several statements under way on a connection. Omit share (with pg, it needs pg 8.23 or later).`,
    )
  if (typeof given.name !== 'string' || given.name === '')
    throw unfitDriver("The driver has no name, such as 'postgres'")
}

function checkTransaction(transaction: unknown): void {
  if (transaction === undefined) return
  if (typeof transaction !== 'object' || transaction === null)
    throw unfitDriver("The driver's transaction is not an object")
  const given = transaction as Record<string, unknown>
  for (const method of ['begin', 'commit', 'rollback']) {
    if (typeof given[method] !== 'function')
      throw unfitDriver(`The driver's transaction has no ${method}() method`)
  }
  if (given.isRetryable !== undefined && typeof given.isRetryable !== 'function')
    throw unfitDriver("The driver's transaction.isRetryable is not a function")
}

/** Without the value: what was passed for a driver may well be a connection string. */
function unfitDriver(what: string): OptionsError {
  return new OptionsError(
    'driver',
    undefined,
    `${what}. Pass one such as postgres(…) from 'statepool/pg' or simulated() from 'statepool/simulated', or write your own: see Driver.`,
  )
}
