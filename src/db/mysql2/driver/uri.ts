// Reading a URI as mysql2 does, and checking what is in it; of what is wrong with it, nothing is shown.

import type { OptionsError } from '../../../core/errors.js'
import { cutByPassword, isCutByPassword } from '../../../core/network.js'
import { hiddenRefusal } from '../../../core/refusal.js'
import { checkConfig, configNames, isSwitch } from './checks.js'

/**
 * The options in a URI.
 * @param where whose URI it is; only mysql()'s must not have a parameter that is not known: mysql2 ignores it with a warning
 * @param ignored parameters that are for mysql2's pool
 * @throws OptionsError for a password that is not encoded, and for a parameter that cannot be used
 */
export function readUri(uri: string, where: string, ignored: readonly string[]): object {
  if (isCutByPassword(uri, (authority, path) => !authority.includes('@') || path === ''))
    throw unfit(cutByPassword)
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
      checkConfig({ [name]: value })
    } catch {
      throw unfit(`has an invalid value for ${name}`)
    }
  }
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== '' && value !== undefined),
  )
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
  return hiddenRefusal('uri', what)
}
