// The values for a statement's parameters, checked before they are sent.

import { discreetRefusal } from '../../../core/refusal.js'
import type { SqliteParameters, SqliteValue } from '../wire/messages.js'

const storable =
  'null, a number, a bigint, a string, or bytes (Buffer, Uint8Array); convert a Date to a string or a number, and true and false to 1 and 0'

/**
 * @returns what can be sent
 * @throws OptionsError naming the parameter, and never its value.
 */
export function sendable(parameters: SqliteParameters | undefined): SqliteParameters | undefined {
  if (parameters === undefined) return undefined
  if (Array.isArray(parameters)) {
    return parameters.map((value, place) => checked(`parameter ${place + 1}`, value))
  }
  if (typeof parameters !== 'object' || parameters === null || parameters instanceof Uint8Array) {
    throw discreetRefusal('parameters', parameters, 'an array, or an object with the values by name')
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, checked(`parameter ${name}`, value)]),
  )
}

function checked(name: string, value: unknown): SqliteValue {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'string':
      return value
  }
  if (value === null) return value
  if (value instanceof Uint8Array) {
    // A small Buffer is a window on a block that many share, and the whole block would be copied.
    return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value)
  }
  throw discreetRefusal(name, value, storable)
}
