// TLS options that hide their secrets: pg keeps them on each client, where inspect and JSON would find them.

import { inspect } from 'node:util'

/**
 * A copy that shows none of its values when it is inspected or made JSON, and that code can read and copy as before. A `key` that pg
 * has made invisible to enumeration is kept.
 */
export function discreetTls<T>(ssl: T): T {
  if (typeof ssl !== 'object' || ssl === null) return ssl
  const copy = Object.create(Object.getPrototypeOf(ssl), Object.getOwnPropertyDescriptors(ssl)) as object
  const shown = () => `{ ${Object.keys(ssl).join(', ')} (values not shown) }`
  for (const [name, value] of [
    [inspect.custom, shown],
    ['toJSON', () => ({})],
  ] as const)
    Object.defineProperty(copy, name, { value, enumerable: false, configurable: true })
  return copy as T
}
