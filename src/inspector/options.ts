// What `inspector()` can be told, and how it is checked.
import { randomBytes } from 'node:crypto'
import { checkBoolean, checkFunction, discreetRefusal, refusal, refuseUnknown } from '../core/check.js'

/** The options of {@link inspector}. */
export interface InspectorOptions {
  /** The port of the inspector's own server. Default 0 = any free one; false = no server: mount `handler` or `node` in yours. */
  port?: number | false | undefined
  /** The address that the server listens on. Default 127.0.0.1: only this machine can reach it. */
  host?: string | undefined
  /**
   * Names by which browsers may reach the inspector, without ports, besides 127.0.0.1, [::1] and localhost: those of your application's
   * host if you mount it there, or if a proxy stands before it. Default none. Other names are refused, which is what stops DNS
   * rebinding.
   */
  hosts?: readonly string[] | undefined
  /** The path that you mount it at, in your own server. Default '/'. */
  base?: string | undefined
  /** Whether the page may pause, resume, resize and evict the pools, and end leases. Default false. */
  allowControl?: boolean | undefined
  /**
   * What every request has to know. Default: a random one, made anew at each start. Set it, from a secret of yours, to have the same address
   * after a restart: at least 16 letters, digits, `-`, `_`, `.` and `~`.
   */
  token?: string | undefined
  /** The same for those who may control, with `allowControl`; it must differ from `token`. Default: another random one. */
  controlToken?: string | undefined
  /** Switches for the page to show: faults in a demonstration, for example. They need `allowControl`. Default none. */
  switches?: readonly Switch[] | undefined
}

/** Something that the page can switch on and off. */
export interface Switch {
  /** What the page shows: `Slow queries`. Each switch has another. */
  readonly name: string
  /** Whether it is on when the inspector starts. Default false. */
  readonly on?: boolean | undefined
  /**
   * Switches it. The page shows it as switched when this has returned, or its promise is fulfilled; an error is shown. What happens once and
   * is over then returns false.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most return nothing
  set(on: boolean): boolean | void | Promise<boolean | void>
}

/** The options as the inspector uses them. */
export interface ParsedOptions {
  readonly port: number | false
  readonly host: string
  readonly hosts: readonly string[]
  /** Begins and ends with a slash. */
  readonly base: string
  readonly viewToken: string
  readonly controlToken: string | undefined
  readonly switches: readonly Switch[]
}

const names = ['port', 'host', 'hosts', 'base', 'allowControl', 'token', 'controlToken', 'switches']

/** 256 bits, as text for an address. */
const newToken = (): string => randomBytes(32).toString('base64url')

/** @throws OptionsError, which names the option, its value and the valid values. */
export function parseInspectorOptions(options: InspectorOptions = {}): ParsedOptions {
  refuseUnknown('inspector', options, names)
  const {
    port = 0,
    host = '127.0.0.1',
    hosts = [],
    base = '/',
    allowControl = false,
    switches = [],
  } = options
  const { token, controlToken } = options
  checkBoolean('allowControl', allowControl)
  if (port !== false && !(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw refusal('port', port, 'an integer from 0 (any free port) to 65535, or false for no server')
  if (typeof host !== 'string' || !/^[\w.:%-]+$/.test(host))
    throw refusal('host', host, 'an address to listen on, such as 127.0.0.1 or ::1')
  if (controlToken !== undefined && !allowControl)
    throw discreetRefusal('controlToken', controlToken, 'left out unless allowControl is true')
  if (controlToken !== undefined && controlToken === token)
    throw discreetRefusal('controlToken', controlToken, 'another one than token')
  return {
    port,
    host,
    hosts: checkHosts(hosts),
    base: checkBase(base),
    viewToken: checkToken('token', token),
    controlToken: allowControl ? checkToken('controlToken', controlToken) : undefined,
    switches: checkSwitches(switches),
  }
}

function checkHosts(hosts: readonly string[]): readonly string[] {
  const isName = (name: unknown): boolean =>
    typeof name === 'string' && /^(\[[0-9a-f:.]+\]|[\w.-]+)$/i.test(name)
  if (!Array.isArray(hosts) || !hosts.every(isName))
    throw refusal('hosts', hosts, "a list of names without ports, such as ['app.example.com']")
  return hosts.map(name => name.toLowerCase())
}

function checkBase(base: string): string {
  if (typeof base !== 'string' || !/^\/([\w.~%-]+\/?)*$/.test(base))
    throw refusal('base', base, "a path that begins with a slash, such as '/pools'")
  return base.endsWith('/') ? base : `${base}/`
}

function checkToken(name: string, token: string | undefined): string {
  if (token === undefined) return newToken()
  if (typeof token !== 'string' || !/^[\w.~-]{16,200}$/.test(token))
    throw discreetRefusal(name, token, 'a text of 16 to 200 letters, digits, -, _, . and ~')
  return token
}

function checkSwitches(switches: readonly Switch[]): readonly Switch[] {
  if (!Array.isArray(switches)) throw refusal('switches', switches, 'a list of { name, set }')
  for (const each of switches) {
    if (typeof each?.name !== 'string' || !/\S/.test(each.name))
      throw refusal('switches', each, 'a list of { name, set }, each with a name that is not empty')
    checkFunction(`set of the switch ${JSON.stringify(each.name)}`, each.set)
    if (each.on !== undefined) checkBoolean(`on of the switch ${JSON.stringify(each.name)}`, each.on)
  }
  if (new Set(switches.map(({ name }) => name)).size < switches.length)
    throw refusal('switches', switches, 'a list of switches with different names')
  return switches
}
