// What each option of mysql() may be. No refusal shows a text: it may be a secret in the wrong place.

import mysql2 from 'mysql2'
import { checkPassword, checkPort, discreetRefusal } from '../../../core/check.js'
import { OptionsError } from '../../../core/errors.js'

const checks: Record<string, (name: string, value: unknown) => void> = {
  host: expectHost,
  localAddress: expectHost,
  socketPath: expectName,
  user: expectName,
  database: expectName,
  charset: expectCharset,
  timezone: expectTimezone,
  port: checkPort,
  uri: expectUri,
  password: checkPassword,
  password1: expectSecret,
  password2: expectSecret,
  password3: expectSecret,
  passwordSha1: () => {},
  ssl: expectSsl,
  connectTimeout: expectTime,
  keepAliveInitialDelay: expectTime,
  authSwitchHandler: expectFunction,
  infileStreamFactory: expectFunction,
  queryFormat: expectFunction,
  onConnect: expectFunction,
  resetOnRelease: expectBoolean,
  killStatements: expectBoolean,
  bigNumberStrings: expectBoolean,
  compress: expectBoolean,
  decimalNumbers: expectBoolean,
  disableEval: expectBoolean,
  enableCleartextPlugin: expectBoolean,
  enableKeepAlive: expectBoolean,
  insecureAuth: expectBoolean,
  jsonStrings: expectBoolean,
  multipleStatements: expectBoolean,
  namedPlaceholders: expectBoolean,
  rowsAsArray: expectBoolean,
  stringifyObjects: expectBoolean,
  supportBigNumbers: expectBoolean,
  trace: expectBoolean,
}

/** Of many kinds, or of mysql2's own; not checked here. */
const unchecked = [
  'authPlugins',
  'charsetNumber',
  'connectAttributes',
  'dateStrings',
  'debug',
  'flags',
  'maxPreparedStatements',
  'nestTables',
  'stream',
  'typeCast',
]

/** The names of the options that mysql() takes. */
export const configNames: readonly string[] = [...Object.keys(checks), ...unchecked]

/** @throws OptionsError for a value that the option cannot have. */
export function checkOption(name: string, value: unknown): void {
  if (value !== undefined && value !== null) checks[name]?.(name, value)
}

/** Whether an option is either on or off. */
export function isSwitch(name: string): boolean {
  return checks[name] === expectBoolean
}

function expectFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw discreetRefusal(name, value, 'a function')
}

function expectBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw discreetRefusal(name, value, 'true or false')
}

/** Not a URL, nor what belongs into one: it would be shown wherever it is said where the pool connects to. */
function expectHost(name: string, value: unknown): void {
  if (typeof value !== 'string') throw discreetRefusal(name, value, 'a string')
  if (/[@/?#=\s]/.test(value) || (value.match(/:/g)?.length === 1 && name === 'host'))
    throw discreetRefusal(name, value, 'the name or the address of a host, and nothing else')
}

function expectName(name: string, value: unknown): void {
  if (typeof value !== 'string') throw discreetRefusal(name, value, 'a string')
  if (/:\/\/|:.*@|@.*:|@.*\/|password\s*=/is.test(value))
    throw discreetRefusal(name, value, 'a name, without a URL or a password in it')
}

/** mysql2 reads a text for a number, as environments have it. */
function expectTime(name: string, value: unknown): void {
  const time = typeof value === 'string' && value !== '' ? Number(value) : value
  if (!(typeof time === 'number' && time >= 0))
    throw discreetRefusal(name, value, 'a number of milliseconds of at least 0')
}

function expectCharset(name: string, value: unknown): void {
  const { Charsets } = mysql2 as unknown as { Charsets: Record<string, number> }
  if (typeof value !== 'string' || !Object.hasOwn(Charsets, value.toUpperCase()))
    throw discreetRefusal(
      name,
      value,
      "a character set or a collation of mysql2's, such as 'utf8mb4_unicode_ci'",
    )
}

/** mysql2 would take another one for UTC, and say so on the console only. */
function expectTimezone(name: string, value: unknown): void {
  if (typeof value !== 'string' || !/^(local|Z|[ +-]\d\d:\d\d)$/.test(value))
    throw discreetRefusal(name, value, "'local', 'Z', or an offset such as '+02:00'")
}

function expectSecret(name: string, value: unknown): void {
  if (typeof value !== 'string')
    throw new OptionsError(name, undefined, `${name} must be a string; got something else.`)
}

function expectUri(name: string, value: unknown): void {
  if (
    typeof value !== 'string' ||
    !/^(mysql|mariadb|mysqls)[a-z\d+.-]*:\/\//i.test(value) ||
    !URL.canParse(value)
  )
    throw new OptionsError(
      name,
      undefined,
      `${name} must look like mysql://user:password@host:port/database; got something else.`,
    )
}

/** Node's own refusals have the value in them. */
function expectSsl(name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'object' && value !== false)
    throw new OptionsError(
      name,
      undefined,
      `${name} must be the name of one of mysql2's profiles, such as 'Amazon RDS', an object of TLS options ({} turns TLS on), or false.`,
    )
  if (typeof value !== 'object') return
  for (const part of ['passphrase', 'key', 'cert', 'ca', 'pfx', 'ciphers', 'minVersion', 'maxVersion']) {
    const given: unknown = Reflect.get(value as object, part)
    const fits = /Version$/.test(part)
      ? typeof given === 'string' && /^TLSv1(\.[123])?$/.test(given)
      : typeof given === 'string' || (typeof given === 'object' && part !== 'passphrase')
    if (given !== undefined && given !== null && !fits)
      throw new OptionsError(name, undefined, `${name}.${part} is not what tls.createSecureContext() takes.`)
  }
}
