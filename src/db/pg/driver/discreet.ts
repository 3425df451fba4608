// TLS options that hide their secrets: pg keeps them on each client, where inspect and JSON would find them.

import { inspect } from 'node:util'

/**
 * A copy that shows none of its values when it is inspected or made JSON, and that code can read and copy as before. A `key` that pg
 * has made invisible to enumeration is kept.
 */
export function discreetTls<T>(ssl: T): T {
  if (!isObject(ssl)) return ssl
  const copy = Object.create(Object.getPrototypeOf(ssl), Object.getOwnPropertyDescriptors(ssl)) as object
  hideValues(copy)
  return copy as T
}

/** A socket that speaks TLS keeps what it was opened with, the key and its passphrase included, under a symbol that inspect shows. */
export function hideTlsOf(socket: object): void {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    const value: unknown = Reflect.get(socket, symbol)
    if (isObject(value) && ['key', 'passphrase', 'pfx'].some(name => Object.hasOwn(value, name)))
      hideValues(value)
  }
}

function hideValues(options: object): void {
  const shown = () => `{ ${Object.keys(options).join(', ')} (values not shown) }`
  for (const [name, value] of [
    [inspect.custom, shown],
    ['toJSON', () => ({})],
  ] as const)
    Object.defineProperty(options, name, { value, enumerable: false, configurable: true })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
