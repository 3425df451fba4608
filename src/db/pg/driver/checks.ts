// What each option of postgres() may be. No refusal shows a text: it may be a secret in the wrong place.

import { isIPv6 } from 'node:net'
import type pg from 'pg'
import { hostTarget } from '../../../core/hosts.js'
import { cutByPassword, hostList, isCutByPassword, password, port } from '../../../core/network.js'
import {
  all,
  anything,
  boolean,
  type Check,
  callable,
  fromText,
  having,
  hidden,
  is,
  oneOf,
  text,
  textLike,
  wait,
} from '../../../core/shape.js'

/** pg reads a text for a number, as connection strings have it, and false for none. */
const time: Check = (name, value, refuse) => value !== false && milliseconds(name, value, refuse)
const milliseconds = fromText(wait)

const name = all(
  text,
  is(
    'a name, without a URL or a password in it',
    value => !/:\/\/|:.*@|password\s*=/is.test(value as string),
  ),
)

/** Not a URL, nor what belongs into one: it would be shown wherever it is said where the pool connects to. */
const host = is(
  'the name or the address of a host, or the path of a socket directory',
  value =>
    typeof value === 'string' &&
    (value.startsWith('/') || isIPv6(value.replace(/^\[|\]$/g, '')) || !/[:@?#=\s]|\/\//.test(value)),
)

const connectionString = all(
  hidden(
    'must look like postgres://user:password@host:port/database, or be the path of a socket directory; got something else',
    value => typeof value === 'string' && /^([a-z][a-z\d+.-]*:\/\/|socket:|\/)/i.test(value),
  ),
  hidden(cutByPassword, value => {
    const url = value as string
    return (
      url.startsWith('socket:') ||
      !isCutByPassword(url, (authority, path) => path === '' && /[:@]/.test(authority))
    )
  }),
)

/** libpq's: whether hosts, and the addresses of each, are tried in random order. */
export const loadBalance = oneOf(['disable', 'random'])

/** The check of each option, by its name. */
export const checks = {
  user: name,
  database: name,
  host,
  hosts: hostList,
  target_session_attrs: hostTarget,
  load_balance_hosts: loadBalance,
  lookup: callable,
  connectionString,
  port,
  sslnegotiation: oneOf(['postgres', 'direct']),
  password,
  ssl: hidden(
    'must be true, false or an object of options for tls.connect()',
    value => ['boolean', 'object'].includes(typeof value) || value === 'true' || value === 'no-verify',
  ),
  stream: callable,
  types: having<pg.CustomTypesConfig>('getTypeParser'),
  application_name: text,
  fallback_application_name: text,
  options: text,
  client_encoding: text,
  keepAlive: boolean,
  enableChannelBinding: boolean,
  binary: boolean,
  pipeline: boolean,
  keepAliveInitialDelayMillis: time,
  connectionTimeoutMillis: time,
  statement_timeout: time,
  query_timeout: time,
  lock_timeout: time,
  idle_in_transaction_session_timeout: time,
  resetQuery: textLike("SQL, such as 'DISCARD ALL'", /\S/),
  onConnect: callable,
  Client: callable,
  // Read by pg, by pg-connection-string or by libpq's users from a parsed connection string.
  scramMaxIterations: anything,
  replication: anything,
  sslmode: anything,
  sslcert: anything,
  sslkey: anything,
  sslrootcert: anything,
  uselibpqcompat: anything,
}
