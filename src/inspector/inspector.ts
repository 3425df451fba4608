// `inspector()`: pools that can be looked at in a browser.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { outside } from '../core/outside.js'
import { answerFetch, answerNode } from './adapters.js'
import { addressOf } from './address.js'
import { announce } from './announcement.js'
import { control, failure } from './controls.js'
import { Feed } from './feed.js'
import { Hub, realTime } from './hub.js'
import { type InspectorOptions, type ParsedOptions, parseInspectorOptions } from './options.js'
import { PageFiles } from './page-files.js'
import { type Inspectable, systemsOf } from './pools.js'
import type { Answer, ControlRequest } from './protocol.js'
import { Rate } from './rate.js'
import { type Listening, listen } from './server.js'
import { type Backend, Site } from './site.js'
import { Switches } from './switches.js'
import { SystemSockets } from './system-sockets.js'
import { Systems } from './systems.js'

/** A running inspector. */
export interface Inspector extends AsyncDisposable {
  /**
   * The address to open, with its token: `http://127.0.0.1:41234/#token=…`. Who has it may look, and with `allowControl` act: treat it as a
   * password. Without a server of its own (`port: false`), only what comes after the host's name.
   */
  readonly url: string
  /** An address that may only look. The same as `url` without `allowControl`. */
  readonly viewUrl: string
  /** The port of its own server; undefined without one. */
  readonly port: number | undefined
  /** Answers a `Request` with a `Response`: for Hono and other frameworks built on fetch. */
  readonly handler: (request: Request) => Promise<Response>
  /** Answers a request of `node:http`: also for Express and Fastify. */
  readonly node: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /**
   * Answers an upgrade to a WebSocket, by which other programs show their actor systems (`@statelyai/inspect`); needs `ws`. The page
   * itself needs none.
   * @returns whether it was for the inspector
   */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
  /** Ends all its connections. The pools go on. */
  close(): Promise<void>
}

/** Requests that change something: so many at once, and then so many in each second. */
const controlBurst = 20
const controlsPerSecond = 10

/**
 * Shows pools in a browser: their charts, connections, queues and figures, as they change. The last transitions of each pool are kept for a
 * page that opens later (`history`); no pool ever waits for a page.
 *
 * ```ts
 * const { url } = await inspector(pool)
 * console.log(`The pool: ${url}`)
 * ```
 *
 * Only this machine can reach it, unless `host` says otherwise; each request needs the token that is in `url`, and controls need
 * `allowControl`. It does not keep the process alive.
 * @param pools a pool, a drop-in for `pg.Pool` or mysql2's pool, a pool of `createSqlitePool`, or a list of these
 * @throws OptionsError for bad options and for what is no pool; the server's own error when it cannot listen.
 */
export async function inspector(
  pools: Inspectable | readonly Inspectable[],
  options?: InspectorOptions,
): Promise<Inspector> {
  const systems = systemsOf(pools)
  const parsed = parseInspectorOptions(options)
  const feeds = outside(() => systems.map((system, id) => new Feed(id, system, Date.now, parsed.history)))
  const running = new RunningInspector(feeds, parsed)
  try {
    await running.listen()
  } catch (error) {
    await running.close()
    throw error
  }
  return running
}

class RunningInspector implements Inspector, Backend {
  readonly recording = undefined
  readonly #options: ParsedOptions
  readonly #feeds: readonly Feed[]
  readonly #hub: Hub
  readonly #switches: Switches
  readonly #sockets: SystemSockets
  readonly #site: Site
  readonly #rate = new Rate(controlBurst, controlsPerSecond, realTime.now)
  #listening: Listening | undefined
  #unannounce: (() => void) | undefined

  constructor(feeds: readonly Feed[], options: ParsedOptions) {
    this.#options = options
    this.#feeds = feeds
    const { base, switches } = options
    const systems = new Systems(event => this.#hub.broadcast(event), realTime.now)
    this.#switches = new Switches(switches, changed => this.#hub.broadcast(changed))
    const extras = { faults: () => this.#switches.state(), systems: () => systems.known() }
    this.#hub = new Hub(feeds, extras, realTime)
    this.#sockets = new SystemSockets(base, options, systems)
    this.#site = new Site(base, options, new PageFiles(), this)
  }

  async listen(): Promise<void> {
    const { port, host } = this.#options
    if (port === false) return
    this.#listening = await listen(
      {
        node: (request, response) => void this.node(request, response),
        upgrade: (request, socket, head) => {
          if (!this.upgrade(request, socket, head)) socket.destroy()
        },
      },
      { port, host, keepsAlive: false },
    )
    if (!this.#options.announce) return
    const { pid, title } = process
    const pools = this.#feeds.map(({ introduction }) => introduction.name)
    this.#unannounce = announce({ pid, title, port: this.#listening.port, url: this.url, pools })
  }

  get port(): number | undefined {
    return this.#listening?.port
  }

  get url(): string {
    const { controlToken, viewToken } = this.#options
    return this.#address(controlToken ?? viewToken)
  }

  get viewUrl(): string {
    return this.#address(this.#options.viewToken)
  }

  #address(token: string): string {
    const { base, host } = this.#options
    return addressOf(host, this.port, base, token)
  }

  readonly handler = (request: Request): Promise<Response> => answerFetch(this.#site, request)

  readonly node = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    answerNode(this.#site, request, response)

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): boolean =>
    this.#sockets.upgrade(request, socket, head)

  view(mayControl: boolean): ReadableStream<Uint8Array> | undefined {
    return this.#hub.view(mayControl)
  }

  async control(request: ControlRequest): Promise<Answer> {
    if (!this.#rate.take()) return tooOften
    const feed = this.#feeds.find(({ id }) => id === request.pool)
    return feed === undefined
      ? failure('NOT_FOUND', 'The inspector has no such pool.')
      : control(feed.system, request)
  }

  async fault(request: Parameters<Switches['set']>[0]): Promise<Answer> {
    return this.#rate.take() ? this.#switches.set(request) : tooOften
  }

  async close(): Promise<void> {
    this.#unannounce?.()
    this.#unannounce = undefined
    this.#hub.close()
    await Promise.all([this.#sockets.close(), this.#listening?.close()])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

const tooOften = failure('TOO_OFTEN', 'Too many requests that change something. Wait a second.')
