// The hosts that a configuration names: a list of its own, or several in a connection string, as libpq has them.
import { isIPv6, type LookupFunction } from 'node:net'
import { OptionsError } from '../../../core/errors.js'
import { type HostTarget, hostTarget } from '../../../core/hosts.js'
import { hostAndPort, port as portOf } from '../../../core/network.js'
import { discreetRefusal } from '../../../core/refusal.js'
import { checks, loadBalance } from './checks.js'

/** The options that name hosts, and say how one of them is chosen. */
export interface HostOptions {
  /**
   * Several hosts, each with or without a port: `['db1:5432', 'db2:5432']`; instead of `host`. A connection string may name several, too
   * (`postgres://web@db1:5432,db2:5432/shop`). `createHostPool()` of `statepool/hosts` has a pool for each. With `createPool()`, and in the
   * drop-in, each new connection tries them in order, as libpq does, beginning with the one that fitted last.
   */
  hosts?: readonly string[]
  /**
   * Which host a connection may lead to, by the names of libpq and Npgsql: `'primary'` or `'read-write'` = one that takes writes; `'standby'` or `'read-only'` =
   * one that does not; `'prefer-standby'`, `'prefer-primary'`; `'any'`. Default `'any'`, as libpq's. A connection string may have it, too, and for several hosts PGTARGETSESSIONATTRS. For
   * `createHostPool()` it is the `target` of callers that name none.
   */
  target_session_attrs?: HostTarget | 'read-write' | 'read-only'
  /** `'random'` = hosts, and the addresses of each, are tried in random order. Default `'disable'`. From libpq; a connection string may have it, too, and for several hosts PGLOADBALANCEHOSTS. */
  load_balance_hosts?: 'disable' | 'random'
  /**
   * Resolves the names of hosts, on each connect anew, like the option of Node's `net.connect()`. All addresses of a name are tried. Default: the operating
   * system's resolver. Not together with `stream`.
   */
  lookup?: LookupFunction
}

/** What names one host. */
export interface HostPlace {
  readonly connectionString?: string
  readonly host?: string
  readonly port?: number
}

/** The hosts, and how one of them is chosen. */
export interface NamedHosts {
  /** What a configuration for each has in the place of what names all of them. At least one. */
  readonly places: readonly HostPlace[]
  /** Which of them a connection may lead to; undefined = not said. */
  readonly target: HostTarget | undefined
  /** Hosts, and the addresses of each, are tried in random order. */
  readonly isShuffled: boolean
}

/** What only libpq reads of a connection string. */
const ofLibpq = ['target_session_attrs', 'load_balance_hosts'] as const

/**
 * Tells the hosts of a configuration apart.
 * @throws OptionsError for hosts that are none; it shows none of them, for one may be a secret in the wrong place.
 */
export function hostsOf(config: HostOptions & HostPlace): NamedHosts {
  const { hosts, target_session_attrs, load_balance_hosts, connectionString, port } = config
  const url = typeof connectionString === 'string' ? splitUrl(connectionString) : undefined // null is none, too
  const chosen = (places: readonly HostPlace[]): NamedHosts => {
    const several = places.length > 1
    const attrs = url?.parameters.get('target_session_attrs') ?? target_session_attrs ?? undefined
    const balance = url?.parameters.get('load_balance_hosts') ?? load_balance_hosts ?? undefined
    const [attrsName, target] = orOfEnvironment('target_session_attrs', attrs, several)
    const [balanceName, order] = orOfEnvironment('load_balance_hosts', balance, several)
    return {
      places,
      target: target === undefined ? undefined : hostTarget(attrsName, target, discreetRefusal),
      isShuffled: order !== undefined && loadBalance(balanceName, order, discreetRefusal) === 'random',
    }
  }
  if (!hosts)
    return chosen(
      url === undefined ? fromHostOption(config) : url.hosts.map(one => ({ connectionString: one })),
    )
  for (const other of ['connectionString', 'host'] as const)
    if (typeof config[other] === 'string')
      throw new OptionsError(
        'hosts',
        undefined,
        `hosts and ${other} exclude each other. ${other === 'host' ? 'Omit host' : 'Name all hosts in the connection string (postgres://user@db1:5432,db2:5432/shop), or give its parts as options of their own (user, password, database)'}.`,
      )
  return chosen(withPort(hosts, port))
}

/** The name and the value of an option, or of libpq's variable for it; that one only for several hosts, which pg does not know. */
function orOfEnvironment(
  name: (typeof ofLibpq)[number],
  given: unknown,
  several: boolean,
): [string, unknown] {
  const variable = name === 'load_balance_hosts' ? 'PGLOADBALANCEHOSTS' : 'PGTARGETSESSIONATTRS'
  if (given !== undefined || !several) return [name, given]
  return [variable, process.env[variable] || undefined]
}

/** `host: 'a,b'`, or PGHOST, as libpq has it, with one port for all or one for each. */
function fromHostOption({ host = process.env.PGHOST, port }: HostPlace): readonly HostPlace[] {
  if (typeof host !== 'string' || host.startsWith('/') || !host.includes(',')) return [{}]
  return withPort(host.split(','), port)
}

/** Hosts, of which those without a port of their own have the common one, or that of PGPORT. */
function withPort(hosts: readonly string[], port: number | undefined): HostPlace[] {
  const places: HostPlace[] = hosts.map(host => partsOf(host, port))
  const ports = places.every(place => place.port !== undefined) ? undefined : portsOfEnvironment(hosts.length)
  return ports ? hosts.map((host, index) => partsOf(host, ports[index])) : places
}

/** PGPORT, when it is libpq's list of one port for each host: pg reads the first of them only. */
function portsOfEnvironment(hosts: number): readonly number[] | undefined {
  const ports = process.env.PGPORT?.split(',') ?? []
  if (hosts < 2 || ports.length < 2) return undefined
  if (ports.length !== hosts)
    throw new OptionsError(
      'PGPORT',
      undefined,
      `There are ${hosts} hosts, and PGPORT has ${ports.length} ports. Name one port for all hosts, or one for each.`,
    )
  return ports.map(one => {
    portOf('PGPORT', one)
    return Number(one)
  })
}

const partsOf = (host: string, port: number | undefined) => hostAndPort(host, port, checks.host)

interface SplitUrl {
  /** The connection string, once for each host. */
  readonly hosts: readonly string[]
  readonly parameters: ReadonlyMap<string, string>
}

/** A connection string, whose hosts may be several, in their place or as the parameters `host` and `port`. */
function splitUrl(url: string): SplitUrl {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)([^?#]*)(?:\?([^#]*))?/is.exec(url) ?? []
  const pairs = query === '' ? [] : query.split('&')
  const parameters = new Map(pairs.map(pair => [nameIn(pair), valueIn(pair)] as const))
  const login = authority.slice(0, authority.lastIndexOf('@') + 1)
  const named = (parameters.get('host') ?? '').split(',')
  const inPlace = authority.slice(login.length).split(',')
  if (
    scheme === '' ||
    (named.length === 1 && inPlace.length === 1 && !ofLibpq.some(name => parameters.has(name)))
  )
    return { hosts: [url], parameters }
  const isNamed = named.length > 1
  const dropped: readonly string[] = isNamed ? [...ofLibpq, 'host', 'port'] : ofLibpq
  const left = pairs.filter(pair => !dropped.includes(nameIn(pair)))
  const end = `${path}${left.length === 0 ? '' : `?${left.join('&')}`}`
  const hosts = isNamed ? withPorts(named, parameters.get('port')) : withPortsOfEnvironment(inPlace)
  for (const host of hosts)
    if (!host.includes('%') && (hosts.length > 1 || host !== '')) partsOf(host, undefined)
  return { hosts: hosts.map(host => `${scheme}${login}${host}${end}`), parameters }
}

/** libpq's two lists: one port for all hosts, or one for each. */
function withPorts(hosts: readonly string[], given: string | undefined): string[] {
  const ports = given === undefined ? (portsOfEnvironment(hosts.length) ?? []).map(String) : given.split(',')
  if (ports.length > 1 && ports.length !== hosts.length)
    throw new OptionsError(
      'connectionString',
      undefined,
      `connectionString names ${hosts.length} hosts and ${ports.length} ports. Name one port for all hosts, or one for each.`,
    )
  return hosts.map((host, index) => {
    const port = ports[index] ?? ports[0]
    const place = host.startsWith('/') ? encodeURIComponent(host) : isIPv6(host) ? `[${host}]` : host
    return port === undefined || port === '' ? place : `${place}:${port}`
  })
}

/** The same of the hosts in a connection string's own place for them. */
function withPortsOfEnvironment(hosts: readonly string[]): readonly string[] {
  const hasPort = (host: string): boolean => /:\d+$/.test(host)
  const ports = hosts.every(hasPort) ? undefined : portsOfEnvironment(hosts.length)
  return ports ? hosts.map((host, index) => (hasPort(host) ? host : `${host}:${ports[index]}`)) : hosts
}

const nameIn = (pair: string): string => pair.split('=', 1)[0] ?? ''

function valueIn(pair: string): string {
  const value = pair.slice(nameIn(pair).length + 1)
  try {
    return decodeURIComponent(value)
  } catch {
    return value // pg says what is wrong with it
  }
}
