// The option `pragmas`: what each may be, and which ones come first. No value is shown, for one may be a database's key.

import { discreetRefusal, hiddenRefusal } from '../../../core/refusal.js'

/** The pragmas as statements. */
export interface Pragmas {
  /** With the key of an encrypted database, before which nothing can be read. */
  readonly keys: readonly string[]
  readonly others: readonly string[]
  /** Whether they have SQLite refuse writes. */
  readonly queryOnly: boolean
}

/** As SQLCipher and SQLite's own encryption have them. */
const keyPragma = /^(\w+\.)?(hex|text)?(re)?key$/i

export const noPragmas: Pragmas = { keys: [], others: [], queryOnly: false }

/**
 * @throws OptionsError naming the pragma.
 */
export function parsePragmas(option: string, pragmas: unknown): Pragmas {
  if (typeof pragmas !== 'object' || pragmas === null || Array.isArray(pragmas)) {
    throw discreetRefusal(option, pragmas, 'an object of pragmas and their values')
  }
  const keys: string[] = []
  const others: string[] = []
  let queryOnly = false
  for (const [name, value] of Object.entries(pragmas)) {
    if (!/^([a-z_]\w*\.)?[a-z_]\w*$/i.test(name))
      throw discreetRefusal(option, name, 'an object with names of pragmas')
    // The driver waits for locks itself, because a wait inside SQLite cannot be cancelled.
    if (/^(\w+\.)?busy_timeout$/i.test(name))
      throw hiddenRefusal(`pragmas.${name}`, 'is not a pragma to set here: use the busyTimeout option')
    const text = textOf(name, value)
    if (/^query_only$/i.test(name)) queryOnly = /^(on|yes|true|0*[1-9]\d*)$/i.test(text)
    const into = keyPragma.test(name) ? keys : others
    into.push(`PRAGMA ${name} = ${text}`)
  }
  return { keys, others, queryOnly }
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  // A key that is a word may be one of SQL's.
  if (typeof value === 'string' && /^\w+$/.test(value)) return keyPragma.test(name) ? `'${value}'` : value
  const expected = 'a word, a number, true or false'
  if (keyPragma.test(name)) throw hiddenRefusal(`pragmas.${name}`, `must be ${expected}; it is not shown`)
  throw discreetRefusal(`pragmas.${name}`, value, expected)
}
