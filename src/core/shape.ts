// What options may be, as tables: a check for each name. The core, every driver and every drop-in have their options checked by `parse`.

import { type Hint, refuseNonObject, refuseUnknown } from './names.js'
import { discreetRefusal, hiddenRefusal, type Refusal, refusal } from './refusal.js'

/**
 * Answers the value of an option, or throws the refusal of it. Without `optional` or `or` around it, it refuses undefined too.
 * @param refuse says how much of the value a refusal shows
 */
export type Check<T = unknown> = (name: string, value: unknown, refuse?: Refusal) => T

/** The check of each option, by its name. */
export type Shape = Readonly<Record<string, Check>>

/** The options that fit a shape, defaults filled in. */
export type Parsed<S extends Shape> = { readonly [Name in keyof S]: ReturnType<S[Name]> }

/** What is special about the owner of some options. */
export interface Manner {
  readonly hint?: Hint
  readonly refuse?: Refusal
  /** What the names of the options begin with in messages. Default: nothing. */
  readonly prefix?: string
}

/**
 * Checks options and fills in the defaults.
 * @param owner whose options they are, for messages
 * @throws OptionsError for an unknown name, and for a value that does not fit
 */
export function parse<S extends Shape>(
  owner: string,
  shape: S,
  given: unknown,
  { hint, refuse = refusal, prefix = '' }: Manner = {},
): Parsed<S> {
  refuseUnknown(owner, given, Object.keys(shape), hint)
  const options: Record<string, unknown> = { ...given } // each is read once, and what is inherited is no option
  const parsed: Record<string, unknown> = {}
  for (const [name, check] of Object.entries(shape))
    parsed[name] = check(prefix + name, options[name], refuse)
  return parsed as Parsed<S>
}

/** Checks the options that are given, and leaves them as they are; null is not given, and what has no check is not looked at. */
export function checkGiven(shape: Shape, given: object, refuse: Refusal): void {
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && value !== null && Object.hasOwn(shape, name))
      shape[name]?.(name, value, refuse)
}

/** @param expected what follows "must be" in a refusal */
export function is<T>(expected: string, fits: (value: unknown) => boolean): Check<T> {
  return (name, value, refuse = refusal) => {
    if (!fits(value)) throw refuse(name, value, expected)
    return value as T
  }
}

/** A text that matches. */
export function textLike(expected: string, pattern: RegExp): Check<string> {
  return is(expected, value => typeof value === 'string' && pattern.test(value))
}

/** @param what follows the name in a refusal, which shows nothing of the value: it may be a secret */
export function hidden<T>(what: string, fits: (value: unknown) => boolean): Check<T> {
  return (name, value) => {
    if (!fits(value)) throw hiddenRefusal(name, what)
    return value as T
  }
}

export const boolean = is<boolean>('true or false', value => typeof value === 'boolean')
export const text = is<string>('a string', value => typeof value === 'string')
export const integer = is<number>('an integer', Number.isSafeInteger)
export const callable = is<unknown>('a function', value => typeof value === 'function')

/** An AbortSignal. */
export const abortSignal = is<AbortSignal>('an AbortSignal', value => value instanceof AbortSignal)

/** A function; its type is taken on trust. */
export const fn = <F>(): Check<F> => callable as Check<F>

/** Anything; it is checked elsewhere, or not by us. */
export const anything: Check = (_name, value) => value

/** What a number may be. */
export interface NumberRange {
  /** The smallest value. */
  readonly least?: number
  /** Instead of `least`: what the value must be greater than. */
  readonly above?: number
  /** The greatest value. Default: Infinity, which is allowed unless `finite`. */
  readonly most?: number
  readonly integer?: true
  readonly finite?: true
  /** What it counts, for the message. Default: a number of milliseconds, or an integer. */
  readonly kind?: string
  /** How it is switched off, and by nothing else: `false to send none`; the answer is then Infinity. Default: it cannot be. */
  readonly off?: string
}

export function number(range: NumberRange): Check<number> {
  const { least = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY } = range
  const { most = Number.POSITIVE_INFINITY, integer, off, finite = off !== undefined } = range
  return (name, value, refuse = refusal) => {
    if (value === false && off !== undefined) return Number.POSITIVE_INFINITY
    const fits =
      typeof value === 'number' &&
      value >= least &&
      (above === Number.NEGATIVE_INFINITY || value > above) &&
      value <= most &&
      (Number.isFinite(value) ? !integer || Number.isSafeInteger(value) : !finite)
    if (!fits) throw refuse(name, value, describe(range))
    return value
  }
}

/** How long to wait, in milliseconds: 0 = not at all, Infinity = without a limit. */
export const wait = number({ least: 0 })

/** How long something may take, in milliseconds: more than 0, Infinity = without a limit. */
export const limit = number({ above: 0 })

function describe({ least, above, most, integer, finite, kind, off }: NumberRange): string {
  const what = integer ? 'an integer' : (kind ?? 'a number of milliseconds')
  const switchedOff = off === undefined ? '' : `, or ${off}`
  if (most !== undefined)
    return `${what} ${above === undefined ? `from ${least} to` : `greater than ${above}, up to`} ${most}${switchedOff}`
  const bound = above === undefined ? `of at least ${least}` : `greater than ${above}`
  return `${what} ${bound}${finite || off !== undefined ? '' : ', or Infinity'}${switchedOff}`
}

/** A number, also as a text, as environments have it; an empty text is none. */
export function fromText(check: Check<number>): Check<number> {
  return (name, value, refuse = refusal) => {
    if (typeof value !== 'string' || value.trim() === '') return check(name, value, refuse)
    return check(name, Number(value), (_name, _number, expected) => refuse(name, value, expected))
  }
}

export function oneOf<const T extends readonly unknown[]>(choices: T): Check<T[number]> {
  const shown = choices.map(one => (typeof one === 'string' ? `'${one}'` : String(one)))
  return is(`${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`, value => choices.includes(value))
}

/** An object with methods. */
export function having<T>(...methods: (keyof T & string)[]): Check<T> {
  return (name, value, refuse = refusal) => {
    for (const method of methods)
      if (typeof (value as T | null | undefined)?.[method] !== 'function')
        throw refuse(name, value, `an object with the method ${method}`)
    return value as T
  }
}

/** Options inside of an option: messages say `spans.acquire`. */
export function object<S extends Shape>(shape: S): Check<Parsed<S>> {
  return (name, value, refuse = refusal) => parse(name, shape, value, { refuse, prefix: `${name}.` })
}

/**
 * Options inside of an option that is off when it is false or left out; true = their defaults. The answer is undefined when it is off.
 * @param example shown in a refusal
 */
export function switchable<S extends Shape>(shape: S, example: string): Check<Parsed<S> | undefined> {
  return (name, value, refuse = refusal) => {
    if (value === undefined || value === false) return undefined
    if (value !== true && (typeof value !== 'object' || value === null))
      throw refuse(name, value, `true, false or an object such as ${example}`)
    return parse(name, shape, value === true ? {} : value, { prefix: `${name}.` })
  }
}

/** Options that are checked where they are passed on to. */
export const isOptions: Check<object> = (name, value) => {
  refuseNonObject(name, value)
  return value
}

/** A list, each item of which fits. */
export function list<T>(expected: string, item: Check<T>): Check<readonly T[]> {
  return (name, value, refuse = refusal) => {
    if (!Array.isArray(value)) throw refuse(name, value, expected)
    return value.map((each, index) => item(`${name}[${index}]`, each, refuse))
  }
}

/** What fits all of them. The answer is the last one's. */
export function all<T>(...checks: [...Check[], Check<T>]): Check<T> {
  return (name, value, refuse) => {
    let answer: unknown
    for (const check of checks) answer = check(name, value, refuse)
    return answer as T
  }
}

/** Whose refusals show neither a text nor what is in an object. */
export function discreet<T>(check: Check<T>): Check<T> {
  return (name, value) => check(name, value, discreetRefusal)
}

/** With a default. */
export function or<T, const F>(check: Check<T>, fallback: F): Check<T | F> {
  return (name, value, refuse) => (value === undefined ? fallback : check(name, value, refuse))
}

/** Left out or undefined, it is undefined. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return or(check, undefined)
}
