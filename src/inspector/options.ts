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
  /**
   * Whether `npx statepool inspect` finds the inspector: its address is then in a file that only this user can read, as long as it runs. Default
   * true; without a server of its own, there is none.
   */
  announce?: boolean | undefined
  /**
   * How many of each pool's transitions are kept for a page that opens later, which then shows at once what led to this moment: 24 bytes for each,
   * at most 100,000. Default 20,000: half a megabyte, and some ten nanoseconds for each transition. With them, figures of the last five minutes are
   * kept, one for each second. A page that falls further behind is told how many it missed. 0 = none of both: the pools are listened to only while a
   * page is open.
   */
  history?: number | undefined
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
