// What postgres() takes: everything that pg.Client takes, and two options of its own; checked before anything connects.

import pg from 'pg'
import { OptionsError } from '../../../core/errors.js'
import type { HostTarget } from '../../../core/hosts.js'
import { type Hint, refuseUnknown } from '../../../core/names.js'
import { keepAliveDelay } from '../../../core/network.js'
import { hintAtPool } from '../../../core/options.js'
import { readable } from '../../../core/readable.js'
import { discreetRefusal } from '../../../core/refusal.js'
import { checkGiven } from '../../../core/shape.js'
import { checks } from './checks.js'
import { describe } from './describe.js'
import { discreetTls } from './discreet.js'
import { type HostOptions, type HostPlace, hostsOf } from './hosts.js'
import { socketsBy } from './lookup.js'
import { canPipeline } from './sharing.js'
import { limitTimes } from './times.js'

/**
 * Everything that `pg.Client` takes (see node-postgres.com/apis/client: `connectionString`, `host`, `ssl`, a `password`
 * function, `types`, `statement_timeout`, …), and:
 */
export interface PostgresConfig extends pg.ClientConfig, HostOptions {
  /**
   * SQL to run on each release, after the rollback of an open transaction: `'DISCARD ALL'` undoes SET, LISTEN, temporary tables,
   * advisory locks and prepared statements. Default: none, because it costs a round trip on each release.
   */
  resetQuery?: string
  /**
   * Prepares a new connection (for example `SET search_path …`). No caller gets the connection before this settles; if it rejects, the
   * connect fails. It is part of the connect, and so of the pool's `connectTimeout`. It runs again after a `resetQuery`, and after a
   * holder's own DISCARD or RESET, so that every caller gets a prepared connection.
   */
  onConnect?: (client: pg.Client) => void | Promise<void>
  /** The class of the connections: pg's `Client` or a subclass of it. Default: `pg.Client`. pg-native's Client does not work. */
  Client?: typeof pg.Client
}

/** One host. */
export interface ParsedHost {
  /** `db1.internal:5432` */
  readonly name: string
  /** A new client, not connected. */
  readonly createClient: () => pg.Client
  /** The configuration of a driver for it alone. */
  readonly config: PostgresConfig
}

/** What the driver needs to know, worked out once. */
export interface ParsedConfig {
  /** Where it connects to; at least one. */
  readonly hosts: readonly ParsedHost[]
  /** Which of the hosts a connection may lead to; undefined = not said. */
  readonly target: HostTarget | undefined
  /** Whether hosts are tried in random order. */
  readonly isShuffled: boolean
  readonly resetQuery: string | undefined
  readonly onConnect: PostgresConfig['onConnect']
  /** Where it connects to, without secrets. */
  readonly description: string
  /** Whether its clients can have several statements under way. */
  readonly pipelines: boolean
  /** Whether pg chose the host, because none was given. */
  readonly isUnaddressed: boolean
}

/** pg-pool's options, which its users have next to those for the client. */
const poolOptions = [
  'max',
  'poolSize',
  'min',
  'idleTimeoutMillis',
  'maxUses',
  'maxLifetimeSeconds',
  'allowExitOnIdle',
]

/** What else people bring from pg.Pool, or give to the wrong one of the two, and where it belongs. */
const elsewhere: Record<string, string> = {
  verify: 'inspect new connections in onConnect: when it throws, the connect fails.',
  log: 'subscribe to the events$ of the pool, or give log to the drop-in Pool of statepool/pg.',
  Promise: 'the pool returns native promises; give Promise to the drop-in Pool of statepool/pg.',
  statepool: 'it is for the drop-in Pool of statepool/pg; createPool takes such options themselves.',
  likePgPool: 'it is for the drop-in Pool of statepool/pg.',
}

/** Says where an option belongs. */
const hint: Hint = (name, owner) =>
  Object.hasOwn(elsewhere, name)
    ? `${name} is not an option of ${owner}(): ${elsewhere[name]}`
    : hintAtPool(name, owner)

/** Refuses names that are no options; a subclass of Client may take options of its own, but none of pg-pool's. */
function refuseNames(config: PostgresConfig): void {
  const own = config?.Client === undefined ? [] : Object.keys(config)
  refuseUnknown(
    'postgres',
    config,
    [...Object.keys(checks), ...own.filter(name => !poolOptions.includes(name))],
    hint,
  )
}

/** What the drop-in wants of clients that `postgres()` does not. */
export interface ClientExtras {
  /** `Client` may be a class whose clients have no connection, such as a mock; it is not asked where it would connect to. */
  readonly anyClient?: boolean
  /** Options that have changed since, if any have; asked for each new client. */
  readonly changes?: () => pg.ClientConfig | undefined
}

/**
 * Checks a configuration.
 * @throws OptionsError, which names the option, its value unless it may be secret, and the valid values.
 */
export function parseConfig(
  given: PostgresConfig | string,
  { anyClient = false, changes }: ClientExtras = {},
): ParsedConfig {
  const config: PostgresConfig =
    typeof given === 'string' ? { connectionString: given } : readable(given, Object.keys(checks))
  refuseNames(config)
  checkGiven(checks, config, discreetRefusal)
  const { places, target, isShuffled } = hostsOf(config as HostOptions & HostPlace)
  const { resetQuery, onConnect, Client = pg.Client, lookup, hosts: _all, ...shared } = config
  const { target_session_attrs: _target, load_balance_hosts: _order, ...common } = shared
  const { password, stream } = config
  if (lookup !== undefined && stream !== undefined)
    throw new OptionsError(
      'lookup',
      undefined,
      'lookup and stream exclude each other: a stream of your own resolves names itself. Omit one of them.',
    )
  const sockets = socketsBy(lookup, isShuffled)
  let login = ''
  const hosts = places.map(place => {
    const rest = { ...common, ...place }
    const clientConfig: pg.ClientConfig = {
      ...rest,
      ...(sockets !== undefined && stream === undefined && { stream: sockets }),
      ...(password !== undefined && { password }), // pg has it not enumerable on the options that it keeps
      ...(rest.ssl && { ssl: discreetTls(rest.ssl) }),
      keepAlive: rest.keepAlive ?? true,
      keepAliveInitialDelayMillis: rest.keepAliveInitialDelayMillis ?? keepAliveDelay,
    }
    // Not the application's class: as with pg.Pool, each of its clients is one that is connected.
    const where = describe(anyClient ? pg.Client : Client, clientConfig, anyClient)
    login = where.login
    return {
      name: where.host,
      createClient() {
        const changed = changes?.()
        return limitTimes(new Client(changed ? { ...clientConfig, ...changed } : clientConfig))
      },
      config: {
        ...rest,
        ...(password !== undefined && { password }),
        ...(resetQuery !== undefined && { resetQuery }),
        ...(onConnect !== undefined && { onConnect }),
        ...(lookup !== undefined && { lookup }),
        ...(isShuffled && { load_balance_hosts: 'random' as const }),
        Client,
      },
    }
  })
  return {
    hosts,
    target,
    isShuffled,
    resetQuery,
    onConnect,
    pipelines: canPipeline(Client),
    isUnaddressed: !(
      config.connectionString ||
      config.host ||
      config.hosts ||
      config.stream ||
      process.env.PGHOST
    ),
    description: `postgres on ${hosts.map(({ name }) => name).join(',')}${login}`,
  }
}
