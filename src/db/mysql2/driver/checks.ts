// What each option of mysql() may be. No refusal shows a text: it may be a secret in the wrong place.

import mysql2 from 'mysql2'
import { password, port } from '../../../core/network.js'
import { discreetRefusal, hiddenRefusal } from '../../../core/refusal.js'
import {
  all,
  anything,
  boolean,
  type Check,
  callable,
  checkGiven,
  fromText,
  hidden,
  is,
  number,
  type Shape,
  text,
  textLike,
  wait,
} from '../../../core/shape.js'

const { Charsets } = mysql2 as unknown as { readonly Charsets: Readonly<Record<string, number>> }

/** mysql2 reads a text for a number, as environments have it. */
const time = fromText(wait)

const secret = hidden('must be a string; got something else', value => typeof value === 'string')

const name = all(
  text,
  is(
    'a name, without a URL or a password in it',
    value => !/:\/\/|:.*@|@.*:|@.*\/|password\s*=/is.test(value as string),
  ),
)

/** Not a URL, nor what belongs into one: it would be shown wherever it is said where the pool connects to. */
const hostOf = (foreign: RegExp): Check =>
  all(
    text,
    is('the name or the address of a host, and nothing else', value => !foreign.test(value as string)),
  )

/** Where a server is. */
export const mysqlHost: Check = all(
  is(
    "the name of one host; several go into hosts: ['db1:3306', 'db2:3306']",
    value => typeof value !== 'string' || !value.includes(','),
  ),
  hostOf(/[@/?#=\s]|^[^:]*:[^:]*$/),
)

/** In the place of the host in a URI. */
const severalHosts = /^[^/?#]*:\/\/([^/?#]*@)?[^/?#@]*,[^/?#@]*([/?#]|$)/

const ofTls = ['passphrase', 'key', 'cert', 'ca', 'pfx', 'ciphers', 'minVersion', 'maxVersion'] as const

/** Node's own refusals have the value in them. */
const ssl: Check = all(
  hidden(
    "must be the name of one of mysql2's profiles, such as 'Amazon RDS', an object of TLS options ({} turns TLS on), or false",
    value => ['string', 'object'].includes(typeof value) || value === false,
  ),
  (name, value) => {
    if (typeof value !== 'object') return
    for (const part of ofTls) {
      const given: unknown = Reflect.get(value as object, part)
      const fits = /Version$/.test(part)
        ? typeof given === 'string' && /^TLSv1(\.[123])?$/.test(given)
        : typeof given === 'string' || (typeof given === 'object' && part !== 'passphrase')
      if (given !== undefined && given !== null && !fits)
        throw hiddenRefusal(`${name}.${part}`, 'is not what tls.createSecureContext() takes')
    }
  },
)

/** What mysql2 and the driver call of it. */
const methods = ['on', 'once', 'write', 'end', 'destroy'] as const

const stream = is(
  'a stream, such as a net.Socket, or a function that returns one',
  value =>
    typeof value === 'function' ||
    (typeof value === 'object' &&
      value !== null &&
      methods.every(method => typeof Reflect.get(value, method) === 'function')),
)

const checks: Shape = {
  host: mysqlHost,
  localAddress: hostOf(/[@/?#=\s]/),
  socketPath: name,
  user: name,
  database: name,
  charset: is(
    "a character set or a collation of mysql2's, such as 'utf8mb4_unicode_ci'",
    value => typeof value === 'string' && Object.hasOwn(Charsets, value.toUpperCase()),
  ),
  // mysql2 would take another one for UTC, and say so on the console only.
  timezone: textLike("'local', 'Z', or an offset such as '+02:00'", /^(local|Z|[ +-]\d\d:\d\d)$/),
  port,
  uri: all(
    hidden(
      "must name one host; several go beside it, into hosts: ['db1:3306', 'db2:3306'], for createHostPool() of statepool/hosts",
      value => typeof value !== 'string' || !severalHosts.test(value),
    ),
    hidden(
      'must look like mysql://user:password@host:port/database; got something else',
      value =>
        typeof value === 'string' &&
        /^(mysql|mariadb|mysqls)[a-z\d+.-]*:\/\//i.test(value) &&
        URL.canParse(value),
    ),
  ),
  password,
  password1: secret,
  password2: secret,
  password3: secret,
  passwordSha1: anything,
  stream,
  ssl,
  connectTimeout: time,
  // mysql2 would throw when its socket is open already, and make lists as long as this for each connection.
  maxPreparedStatements: number({ least: 0, most: 4_194_304, integer: true }),
  keepAliveInitialDelay: time,
  authSwitchHandler: callable,
  infileStreamFactory: callable,
  queryFormat: callable,
  onConnect: callable,
  resetOnRelease: boolean,
  killStatements: boolean,
  bigNumberStrings: boolean,
  compress: boolean,
  decimalNumbers: boolean,
  disableEval: boolean,
  enableCleartextPlugin: boolean,
  enableKeepAlive: boolean,
  insecureAuth: boolean,
  jsonStrings: boolean,
  multipleStatements: boolean,
  namedPlaceholders: boolean,
  rowsAsArray: boolean,
  stringifyObjects: boolean,
  supportBigNumbers: boolean,
  trace: boolean,
  // Of many kinds, or of mysql2's own.
  authPlugins: anything,
  charsetNumber: anything,
  connectAttributes: anything,
  dateStrings: anything,
  debug: anything,
  flags: anything,
  nestTables: anything,
  typeCast: anything,
}

/** The names of the options that mysql() takes. */
export const configNames: readonly string[] = Object.keys(checks)

/**
 * Checks the options that are given; null counts as not given.
 * @throws OptionsError for a value that the option cannot have.
 */
export function checkConfig(config: object): void {
  checkGiven(checks, config, discreetRefusal)
}

/** Whether an option is either on or off. */
export function isSwitch(name: string): boolean {
  return checks[name] === boolean
}
