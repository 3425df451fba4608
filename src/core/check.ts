// How every option of the pool and of the drivers is checked, and what a refusal says.

import type { Clock } from './clock.js'
import { OptionsError } from './errors.js'

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

export function refusal(name: string, value: unknown, expected: string): OptionsError {
  const shown = isConnectionString(value) ? undefined : value
  return new OptionsError(name, shown, `${name} must be ${expected}; got ${show(value)}.`)
}

/**
 * A refusal for an option of a connection. It shows neither a string nor the content of an object, not in its `value` either, because a
 * secret is often put in the wrong place.
 */
export function discreetRefusal(name: string, value: unknown, expected: string): OptionsError {
  const isPlain = value === null || !['string', 'object', 'function'].includes(typeof value)
  const got =
    value === '' ? 'an empty string' : typeof value === 'string' ? 'a string (not shown)' : show(value)
  return new OptionsError(name, isPlain ? value : undefined, `${name} must be ${expected}; got ${got}.`)
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

/** Node's timers take a longer time for 1 ms, and PostgreSQL and MySQL refuse it; in ms. */
export const longestTime = 2 ** 31 - 1

/**
 * A value as it should appear in a message: short, and neither a connection string nor the content of an object, which might
 * hold a secret.
 */
export function show(value: unknown): string {
  if (isConnectionString(value)) return 'a connection string (not shown)'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null)
    return `an object (${value.constructor?.name ?? 'no prototype'})`
  return typeof value === 'function' ? 'a function' : String(value)
}

/** A URL (`postgres://…`), or a list of settings with a password among them (`host=… password=…`). */
function isConnectionString(value: unknown): boolean {
  return typeof value === 'string' && /:\/\/|(password|passwd|pwd)\s*=/i.test(value)
}

/**
 * Refuses options that are none.
 * @param hint what to say about a name that belongs elsewhere; undefined = name the option that it resembles
 * @throws OptionsError
 */
export function refuseUnknown(
  where: string,
  options: unknown,
  known: readonly string[],
  hint?: (name: string) => string | undefined,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const given = typeof options === 'string' ? 'a string' : show(options)
    throw new OptionsError(
      'options',
      undefined, // not the value: a string where options belong is a connection string more often than not
      `${where} takes an object of options; got ${given}.`,
    )
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new OptionsError(
      name,
      undefined, // not the value: a mistyped or misplaced name may well be that of a secret
      `${where} has no option ${JSON.stringify(name)}${hint?.(name) ?? resemblance(name, known)}`,
    )
  }
}

function resemblance(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? `. Its options are: ${known.join(', ')}.` : `; did you mean ${nearest}?`
}

/**
 * The known name nearest to a mistyped one, if any is near enough to be what was meant. One that the given name begins with is
 * near too, and a unit at the end does not count: other pools have `idleTimeoutMillis` and `maxWaitingClients`.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase().replace(/(millis|ms)$/, '')
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(given.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(given, candidate.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest ?? known.filter(candidate => given.startsWith(candidate.toLowerCase())).at(-1)
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
