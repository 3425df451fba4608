// What each option of postgres() may be. No refusal shows a text: it may be a secret in the wrong place.

import { isIPv6 } from 'node:net'
import type pg from 'pg'
import { checkPassword, checkPort, discreetRefusal } from '../../../core/check.js'
import { OptionsError } from '../../../core/errors.js'

/** The check of each option, by its name. */
export const checks: Record<string, (name: string, value: unknown) => void> = {
  user: expectName,
  database: expectName,
  host: expectHost,
  connectionString: expectConnectionString,
  port: checkPort,
  sslnegotiation: expectNegotiation,
  password: checkPassword,
  ssl: expectSsl,
  stream: expectFunction,
  types: expectTypes,
  application_name: expectString,
  fallback_application_name: expectString,
  options: expectString,
  client_encoding: expectString,
  keepAlive: expectBoolean,
  enableChannelBinding: expectBoolean,
  binary: expectBoolean,
  pipeline: expectBoolean,
  keepAliveInitialDelayMillis: expectTime,
  connectionTimeoutMillis: expectTime,
  statement_timeout: expectTime,
  query_timeout: expectTime,
  lock_timeout: expectTime,
  idle_in_transaction_session_timeout: expectTime,
  resetQuery: expectSql,
  onConnect: expectFunction,
  Client: expectFunction,
}

function expectString(name: string, value: unknown): void {
  if (typeof value !== 'string') throw discreetRefusal(name, value, 'a string')
}

function expectFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw discreetRefusal(name, value, 'a function')
}

function expectBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw discreetRefusal(name, value, 'true or false')
}

/** pg reads a text for a number, as connection strings have it, and false for none. */
function expectTime(name: string, value: unknown): void {
  const time = typeof value === 'string' && value !== '' ? Number(value) : value
  if (value !== false && !(typeof time === 'number' && time >= 0))
    throw discreetRefusal(name, value, 'a number of milliseconds of at least 0, or Infinity')
}

function expectConnectionString(name: string, value: unknown): void {
  if (typeof value !== 'string' || !/^([a-z][a-z\d+.-]*:\/\/|socket:|\/)/i.test(value)) {
    throw new OptionsError(
      name,
      undefined,
      `${name} must look like postgres://user:password@host:port/database, or be the path of a socket directory; got something else.`,
    )
  }
  if (isCutByPassword(value))
    throw new OptionsError(
      name,
      undefined,
      `${name} has an @ after the host, so a character in the user name or the password ends it too early: encode both with encodeURIComponent().`,
    )
}

/** Whether a `/`, `?` or `#` of a password ends the part of a URL that it belongs to, so that its rest would be read as something else. */
function isCutByPassword(url: string): boolean {
  const [, authority = '', rest = ''] = /^(?!socket:)[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest) ?? []
  if (path.includes('@') || fragment.includes('@')) return true
  const isShort = path === '' && /[:@]/.test(authority)
  return query.split('&').some(pair => (isShort ? pair : pair.split('=', 1)[0])?.includes('@'))
}

/** Not a URL, nor what belongs into one: it would be shown wherever it is said where the pool connects to. */
function expectHost(name: string, value: unknown): void {
  const fits =
    typeof value === 'string' &&
    (value.startsWith('/') || isIPv6(value.replace(/^\[|\]$/g, '')) || !/[:@?#=\s]|\/\//.test(value))
  if (!fits)
    throw discreetRefusal(name, value, 'the name or the address of a host, or the path of a socket directory')
}

function expectName(name: string, value: unknown): void {
  expectString(name, value)
  if (/:\/\/|:.*@|password\s*=/is.test(value as string))
    throw discreetRefusal(name, value, 'a name, without a URL or a password in it')
}

function expectNegotiation(name: string, value: unknown): void {
  if (value !== 'postgres' && value !== 'direct') throw discreetRefusal(name, value, "'postgres' or 'direct'")
}

function expectSsl(name: string, value: unknown): void {
  if (typeof value !== 'boolean' && typeof value !== 'object' && value !== 'true' && value !== 'no-verify')
    throw new OptionsError(
      name,
      undefined,
      `${name} must be true, false or an object of options for tls.connect().`,
    )
}

function expectTypes(name: string, value: unknown): void {
  if (typeof (value as pg.CustomTypesConfig).getTypeParser !== 'function')
    throw discreetRefusal(name, value, 'an object with a getTypeParser method')
}

function expectSql(name: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '')
    throw discreetRefusal(name, value, "SQL, such as 'DISCARD ALL'")
}
