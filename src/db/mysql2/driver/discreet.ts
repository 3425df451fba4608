// A connection's configuration shows no secret when it is printed; code reads and copies it as before.

import { inspect } from 'node:util'

const secrets = ['password', 'password1', 'password2', 'password3', 'passwordSha1', 'ssl']

/** Has inspect and JSON leave out what is secret in the configuration that mysql2 keeps on a connection. */
export function hideFromPrint(config: object): void {
  const shown = (): object => {
    const copy = { ...config } as Record<string, unknown>
    for (const name of secrets) if (copy[name]) copy[name] = '(not shown)'
    delete copy.pool // which has this configuration in it
    return copy
  }
  for (const name of [inspect.custom, 'toJSON'])
    Object.defineProperty(config, name, { value: shown, enumerable: false, configurable: true })
}
