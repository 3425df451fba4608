// A connection's configuration shows no secret when it is printed; code reads and copies it as before.

import { inspect } from 'node:util'
import { summaryOf } from '../../../core/refusal.js'

/** The options that are a text, and no secret. A text as any other one is there by mistake, and may be a secret. */
const texts = ['host', 'user', 'database', 'socketPath', 'localAddress', 'timezone', 'charset']

const isHidden = (name: string, value: unknown): boolean =>
  /^(password|ssl$)/.test(name) || (typeof value === 'string' && !texts.includes(name))

/** Has inspect and JSON leave out what is secret in the configuration that mysql2 keeps on a connection. */
export function hideFromPrint(config: object): void {
  const shown = (): object => {
    const copy = { ...config } as Record<string, unknown>
    delete copy.pool // which has this configuration in it
    for (const [name, value] of Object.entries(copy))
      copy[name] = value && isHidden(name, value) ? '(not shown)' : summaryOf(value)
    return copy
  }
  for (const name of [inspect.custom, 'toJSON'])
    Object.defineProperty(config, name, { value: shown, enumerable: false, configurable: true })
}
