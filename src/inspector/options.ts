// What `inspector()` can be told, and how it is checked.
import { randomBytes } from 'node:crypto'
import { discreetRefusal, refusal } from '../core/refusal.js'
import { boolean, callable, discreet, is, number, optional, or, parse, textLike } from '../core/shape.js'

/** The options of {@link inspector}. */
export interface InspectorOptions {
  /** The port of the inspector's own server. Default 0 = any free one; false = no server: mount `handler` or `node` in yours. */
  port?: number | false | undefined
  /** The address that the server listens on. Default 127.0.0.1: only this machine can reach it. */
  host?: string | undefined
  /**
   * Host names, without ports, by which browsers may reach the inspector, besides 127.0.0.1, [::1] and localhost. Needed if you mount it in
   * your application, or put a proxy in front of it. Default none. The inspector refuses other names, which prevents DNS rebinding.
   */
  hosts?: readonly string[] | undefined
  /** The path that you mount it at, in your own server. Default '/'. */
  base?: string | undefined
  /** Whether the page may pause, resume, resize and evict the pools, and end leases. Default false. */
  allowControl?: boolean | undefined
  /**
   * The secret that every request must carry. Default: a new random one at each start. Set it to keep the same address after a
   * restart: 16 to 200 letters, digits, `-`, `_`, `.` and `~`.
   */
  token?: string | undefined
  /** The secret of pages that may control the pools, with `allowControl`; it must differ from `token`. Default: another random one. */
  controlToken?: string | undefined
  /**
   * Whether `npx statepool inspect` finds the inspector: while the inspector runs, its address is in a file that only this user can read. Default
   * true; an inspector without a server of its own announces nothing.
   */
  announce?: boolean | undefined
  /**
   * How many of each pool's transitions the inspector keeps for a page that opens later, so that it shows at once what led to this moment: 24 bytes
   * each, at most 100,000. Default 20,000: half a megabyte, and some ten nanoseconds for each transition. With them, it keeps the figures of the last five
   * minutes, one for each second. A page that falls further behind learns how many it missed. 0 = neither: the inspector listens to the pools only while a
   * page is open.
   */
  history?: number | undefined
  /** Switches for the page to show: faults in a demonstration, for example. They need `allowControl`. Default none. */
  switches?: readonly Switch[] | undefined
}

/** Something that the page can switch on and off. */
export interface Switch {
  /** What the page shows: `Slow queries`. Unique among the switches. */
  readonly name: string
  /** Whether it is on when the inspector starts. Default false. */
  readonly on?: boolean | undefined
  /**
   * Switches it. The page shows the change once this returns or its promise resolves, and shows an error. Return false for an action that is
   * over at once and leaves nothing switched on.
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
  readonly announce: boolean
  readonly history: number
  readonly switches: readonly Switch[]
}

/** 256 bits, as text for an address. */
const newToken = (): string => randomBytes(32).toString('base64url')

const isHost = (name: unknown): boolean =>
  typeof name === 'string' && /^(\[[0-9a-f:.]+\]|[\w.-]+)$/i.test(name)

const token = optional(
  discreet(textLike('a text of 16 to 200 letters, digits, -, _, . and ~', /^[\w.~-]{16,200}$/)),
)

const shape = {
  port: or(
    is<number | false>(
      'an integer from 0 (any free port) to 65535, or false for no server',
      port =>
        port === false || (Number.isInteger(port) && (port as number) >= 0 && (port as number) < 65_536),
    ),
    0,
  ),
  host: or(textLike('an address to listen on, such as 127.0.0.1 or ::1', /^[\w.:%-]+$/), '127.0.0.1'),
  hosts: or(
    is<readonly string[]>(
      "a list of names without ports, such as ['app.example.com']",
      hosts => Array.isArray(hosts) && hosts.every(isHost),
    ),
    [],
  ),
  base: or(textLike("a path that begins with a slash, such as '/pools'", /^\/([\w.~%-]+\/?)*$/), '/'),
  allowControl: or(boolean, false),
  token,
  controlToken: token,
  announce: or(boolean, true),
  history: or(number({ least: 0, most: 100_000, integer: true }), 20_000),
  switches: or(parseSwitches, []),
}

/** @throws OptionsError, which names the option, its value and the valid values. */
export function parseInspectorOptions(options: InspectorOptions = {}): ParsedOptions {
  const parsed = parse('inspector', shape, options)
  const {
    port,
    host,
    hosts,
    base,
    allowControl,
    token = newToken(),
    controlToken,
    announce,
    history,
    switches,
  } = parsed
  if (controlToken !== undefined && !allowControl)
    throw discreetRefusal('controlToken', controlToken, 'left out unless allowControl is true')
  if (controlToken === token) throw discreetRefusal('controlToken', controlToken, 'another one than token')
  return {
    port,
    host,
    hosts: hosts.map(name => name.toLowerCase()),
    base: base.endsWith('/') ? base : `${base}/`,
    viewToken: token,
    controlToken: allowControl ? (controlToken ?? newToken()) : undefined,
    announce,
    history,
    switches,
  }
}

function parseSwitches(option: string, switches: unknown): readonly Switch[] {
  if (!Array.isArray(switches)) throw refusal(option, switches, 'a list of { name, set }')
  for (const each of switches) {
    if (typeof each?.name !== 'string' || !/\S/.test(each.name))
      throw refusal(option, each, 'a list of { name, set }, each with a name that is not empty')
    callable(`set of the switch ${JSON.stringify(each.name)}`, each.set)
    if (each.on !== undefined) boolean(`on of the switch ${JSON.stringify(each.name)}`, each.on)
  }
  if (new Set(switches.map(({ name }) => name)).size < switches.length)
    throw refusal(option, switches, 'a list of switches with different names')
  return switches
}
