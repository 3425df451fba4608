// What a refusal of an option says, and how much of the wrong value it shows.

import { OptionsError } from './errors.js'

/** Makes the error for a value that an option cannot have. */
export type Refusal = (name: string, value: unknown, expected: string) => OptionsError

export const refusal: Refusal = (name, value, expected) => {
  const mayHoldSecret = isConnectionString(value) || (typeof value === 'object' && value !== null)
  const shown = mayHoldSecret ? undefined : value
  return new OptionsError(name, shown, `${name} must be ${expected}; got ${show(value)}.`)
}

/**
 * A refusal for an option of a connection. It shows neither a string nor the content of an object, not in its `value` either, because a
 * secret is often put in the wrong place.
 */
export const discreetRefusal: Refusal = (name, value, expected) => {
  const isPlain = value === null || !['string', 'object', 'function', 'symbol'].includes(typeof value)
  const got =
    value === '' ? 'an empty string' : typeof value === 'string' ? 'a string (not shown)' : show(value)
  return new OptionsError(name, isPlain ? value : undefined, `${name} must be ${expected}; got ${got}.`)
}

/** A refusal that shows nothing of the value, of whatever type it is: it may be the secret, or have it inside. */
export function hiddenRefusal(name: string, what: string): OptionsError {
  return new OptionsError(name, undefined, `${name} ${what}.`)
}

/**
 * A value as it should appear in a message: short, and neither a connection string nor the content of an object, which might
 * hold a secret.
 */
export function show(value: unknown): string {
  if (isConnectionString(value)) return 'a connection string (not shown)'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return `an object (${classOf(value)})`
  // The description of a symbol is a text like any other.
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value)
}

/** A getter or a Proxy may throw, and say anything. */
function classOf(value: object): string {
  try {
    return String(value.constructor?.name ?? 'no prototype')
  } catch {
    return 'unreadable'
  }
}

/** An option's value as it should be printed: of what has something inside (a URL, a list, a class) no more than its kind. */
export function summaryOf(value: unknown): unknown {
  const holds = typeof value === 'symbol' || Object(value) === value
  const isBare = typeof value === 'function' && Object.keys(value).length === 0
  return (holds && !isBare) || isConnectionString(value) ? show(value) : value
}

/** A URL (`postgres://…`), or a list of settings with a password among them (`host=… password=…`). */
function isConnectionString(value: unknown): boolean {
  return typeof value === 'string' && /:\/\/|(password|passwd|pwd)\s*=/i.test(value)
}
