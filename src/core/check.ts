// How every option of the pool and of the drivers is checked, and what a refusal says.

import type { Clock } from './clock.js'
import { OptionsError } from './errors.js'
import { refusal } from './refusal.js'

export { nearestName, refuseUnknown } from './names.js'
export { discreetRefusal, refusal, show } from './refusal.js'

/** What a number may be. */
export interface NumberRange {
  /** The value when none is given. */
  readonly fallback: number
  /** The smallest value, itself allowed unless `exclusive`. */
  readonly least: number
  /** The greatest value, itself allowed. Default: Infinity, which is allowed unless `finite`. */
  readonly most?: number
  readonly integer?: true
  readonly finite?: true
  readonly exclusive?: true
  /** What it counts, for the message. Default: a number of milliseconds, or an integer. */
  readonly kind?: string
}

export function checkNumber(name: string, value: unknown, range: NumberRange): number {
  const fits =
    typeof value === 'number' &&
    (range.exclusive ? value > range.least : value >= range.least) &&
    value <= (range.most ?? Number.POSITIVE_INFINITY) &&
    (Number.isFinite(value) ? !range.integer || Number.isSafeInteger(value) : !range.finite)
  if (!fits) throw refusal(name, value, describeRange(range))
  return value
}

/** What a number may be, in words. */
export function describeRange(range: NumberRange): string {
  const { least, most, integer, finite, exclusive } = range
  const kind = integer ? 'an integer' : (range.kind ?? 'a number of milliseconds')
  if (most !== undefined)
    return exclusive ? `${kind} greater than ${least}, up to ${most}` : `${kind} from ${least} to ${most}`
  const bound = exclusive ? `greater than ${least}` : `of at least ${least}`
  return `${kind} ${bound}${finite ? '' : ', or Infinity'}`
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw refusal(name, value, 'true or false')
  return value
}

export function checkChoice<T extends string>(name: string, value: T, choices: readonly T[]): T {
  if (!choices.includes(value)) {
    throw refusal(name, value, choices.map(choice => `'${choice}'`).join(' or '))
  }
  return value
}

export function checkFunction<F>(name: string, value: F): F {
  if (typeof value !== 'function') throw refusal(name, value, 'a function')
  return value
}

export function checkClock(clock: Clock): Clock {
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof clock?.[method] !== 'function')
      throw refusal('clock', clock, `an object with a ${method} method`)
  }
  return clock
}

/** A port, also as a text, as environments have it. A wrong one is not shown, not even a number: it may be the password. */
export function checkPort(name: string, value: unknown): void {
  const port = typeof value === 'string' && value !== '' ? Number(value) : value
  if (!(Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536))
    throw new OptionsError(
      name,
      undefined,
      `${name} must be an integer from 1 to 65535; got something else (not shown).`,
    )
}

/** A password, or a function that is asked for it. What was given is not shown: it may be the secret, or have it inside. */
export function checkPassword(name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'function')
    throw new OptionsError(
      name,
      undefined,
      `${name} must be a string or a function that returns one or a promise of one; got neither.`,
    )
}
