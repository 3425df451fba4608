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
  if (typeof given.name !== 'string' || given.name === '')
    throw unfitDriver("The driver has no name, such as 'postgres'")
  for (const method of optionalMethods) {
    if (given[method] !== undefined && typeof given[method] !== 'function')
      throw unfitDriver(`The driver's ${method} is not a function`)
  }
  checkPart('transaction', given.transaction, ['begin', 'commit', 'rollback'], ['isRetryable'])
  const sharing = ['takes', 'kindOf', 'limit', 'cancel', 'isCancelled', 'isStale']
  checkPart('share', given.share, ['mayShare', 'begin', 'end', 'send', 'isClean'], sharing)
  if (share !== undefined && given.share === undefined)
    throw new OptionsError(
      'share',
      share,
      `The driver ${given.name} cannot have several statements under way on a connection. Omit share (with pg, it needs pg 8.23 or later).`,
    )
}

function checkPart(name: string, part: unknown, methods: string[], optional: string[]): void {
  if (part === undefined) return
  if (typeof part !== 'object' || part === null) throw unfitDriver(`The driver's ${name} is not an object`)
  const given = part as Record<string, unknown>
  for (const method of methods)
    if (typeof given[method] !== 'function')
      throw unfitDriver(`The driver's ${name} has no ${method}() method`)
  for (const method of optional)
    if (given[method] !== undefined && typeof given[method] !== 'function')
      throw unfitDriver(`The driver's ${name}.${method} is not a function`)
}

/** Without the value: what was passed for a driver may well be a connection string. */
function unfitDriver(what: string): OptionsError {
  return new OptionsError(
    'driver',
    undefined,
    `${what}. Pass one such as postgres(…) from 'statepool/pg' or simulated() from 'statepool/simulated', or write your own: see Driver.`,
  )
}
