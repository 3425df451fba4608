// What drivers share that connect over a network. Of logins nothing is ever shown, whatever type they have.

import { discreetRefusal } from './refusal.js'
import { all, type Check, hidden, is, list, text } from './shape.js'

/** The delay of TCP keepalives; the operating system's own default is two hours, which is as good as none. In ms. */
export const keepAliveDelay = 60_000

/** Systems count that delay in seconds, in 15 bits; in ms. */
export const longestKeepAliveDelay = 32_767_000

/** A port, also as a text, as environments have it. A wrong one is not shown, not even a number: it may be the password. */
export const port = hidden<number | string>(
  'must be an integer from 1 to 65535; got something else (not shown)',
  value => {
    const port = typeof value === 'string' && value !== '' ? Number(value) : value
    return Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536
  },
)

/** Several hosts. */
export const hostList = all<readonly string[]>(
  is(
    "a list of hosts, at least one, such as ['db1:5432', 'db2:5432']",
    value => Array.isArray(value) && value.length > 0,
  ),
  list('a list of hosts', text),
)

/** A password, or a function that is asked for it. */
export const password = hidden<string | (() => string | Promise<string>)>(
  'must be a string or a function that returns one or a promise of one; got neither',
  value => typeof value === 'string' || typeof value === 'function',
)

/** What is wrong with a URL that {@link isCutByPassword}. */
export const cutByPassword =
  'has an @ after the host, so a character in the user name or the password ends it too early: encode both with encodeURIComponent()'

/**
 * Whether a `/`, `?` or `#` of a password ends the part of a URL that it belongs to, so that its rest would be read as something else.
 * @param isLogin whether what is in the place of the host may be the beginning of a login; a parameter's value with an @ is then its rest
 */
export function isCutByPassword(url: string, isLogin: (authority: string, path: string) => boolean): boolean {
  const [, authority = '', rest = ''] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest) ?? []
  if (path.includes('@') || fragment.includes('@')) return true
  const whole = isLogin(authority, path)
  return query.split('&').some(pair => (whole ? pair : pair.split('=', 1)[0])?.includes('@'))
}

/** Without brackets; of what is none after all, the check of hosts says so. */
const ipv6 = /^[\da-f]*:[\da-f]*:[\da-f:.]*(%\w+)?$/i

/**
 * One of several hosts: `db1`, `db1:5432`, `[::1]:5432`, `::1`, `/var/run/postgresql`.
 * @param common the port of those that are named without one
 * @param check what the name or the address may be
 * @throws OptionsError, which does not show it
 */
export function hostAndPort(
  given: string,
  common: number | undefined,
  check: Check,
): { host: string; port?: number } {
  const [, name = '', own] =
    ipv6.test(given) || given.startsWith('/')
      ? [undefined, given]
      : (/^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(given) ?? [])
  const host = name.replace(/^\[(.*)\]$/, '$1')
  if (host === '')
    throw discreetRefusal('hosts', given, 'names or addresses of hosts, each with or without a port')
  check('hosts', host, discreetRefusal)
  if (own !== undefined) port('hosts', own)
  const chosen = own === undefined ? common : Number(own)
  return { host, ...(chosen !== undefined && { port: chosen }) }
}
