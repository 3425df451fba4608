// Reading a URI as mysql2 does, and checking what is in it; of what is wrong with it, nothing is shown.

import { OptionsError } from '../../../core/errors.js'
import { checkOption, configNames, isSwitch } from './checks.js'

/**
 * The options in a URI.
 * @param where whose URI it is; only mysql()'s must not have a parameter that is not known: mysql2 ignores it with a warning
 * @param ignored parameters that are for mysql2's pool
 * @throws OptionsError for a password that is not encoded, and for a parameter that cannot be used
 */
export function readUri(uri: string, where: string, ignored: readonly string[]): object {
  if (isCutByPassword(uri))
    throw unfit(
      'has an @ after the host, so a character in the user name or the password ends it too early: encode both with encodeURIComponent()',
    )
  const { hostname, port, pathname, username, password, searchParams } = new URL(uri)
  const parts = {
    host: decoded(hostname.startsWith('[') ? hostname.slice(1, -1) : hostname),
    port: port === '' ? undefined : Number(port),
    database: decoded(pathname.slice(1)),
    user: decoded(username),
    password: decoded(password),
  }
  const options: Record<string, unknown> = { ...parts }
  for (const [name, text] of searchParams) {
    if (Object.hasOwn(parts, name)) continue
    if (configNames.includes(name) && name !== 'uri') options[name] = readValue(name, text)
    else if (where === 'mysql' && !ignored.includes(name))
      throw unfit(`has a parameter that ${where}() does not know`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === '' || name === 'password') continue
    try {
      checkOption(name, value)
    } catch {
      throw unfit(`has an invalid value for ${name}`)
    }
  }
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== '' && value !== undefined),
  )
}

/** Whether a `/`, `?` or `#` of a password ends the part of a URL that it belongs to, so that its rest would be read as something else. */
function isCutByPassword(uri: string): boolean {
  const [, authority = '', rest = ''] = /^[^:]*:\/\/([^/?#]*)(.*)$/s.exec(uri) ?? []
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest) ?? []
  if (path.includes('@') || fragment.includes('@')) return true
  const named = authority.includes('@') && path !== ''
  return query.split('&').some(pair => (named ? pair.split('=', 1)[0] : pair)?.includes('@'))
}

/** As mysql2 has it: JSON, or else a text. */
function readValue(name: string, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isSwitch(name) && (value === 0 || value === 1) ? value === 1 : value
  } catch {
    return text
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unfit('has a % that does not start an encoded character')
  }
}

function unfit(what: string): OptionsError {
  return new OptionsError('uri', undefined, `uri ${what}.`)
}
