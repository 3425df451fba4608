// WebSockets by which programs tell of their actor systems, with `createWebSocketInspector` of `@statelyai/inspect`. They only receive.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import { type Permissions, type Refusal, refusalOf } from './gate.js'
import { paths } from './protocol.js'
import type { Systems } from './systems.js'

/** A longer message ends its connection, in bytes: a chart's definition has some ten thousand. */
const longestMessage = 1024 * 1024
/** More programs than this are refused. */
const mostSockets = 32

/** Takes the connections of one inspector. */
export class SystemSockets {
  readonly #path: string
  readonly #permissions: Permissions
  readonly #systems: Systems
  #server: Promise<WebSocketServer> | undefined

  constructor(base: string, permissions: Permissions, systems: Systems) {
    this.#path = base + paths.systems
    this.#permissions = permissions
    this.#systems = systems
  }

  /**
   * Answers an upgrade if it is for the inspector.
   * @returns whether it was
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const [path, query] = (request.url ?? '').split('?', 2) // not as a URL: any text may come
    if (path !== this.#path) return false
    socket.on('error', () => {}) // it may end at any moment
    const token = new URLSearchParams(query).get('token')
    const refusal = refusalOf(
      {
        method: 'GET',
        host: request.headers.host,
        origin: request.headers.origin,
        authorization: request.headers.authorization ?? (token === null ? undefined : `Bearer ${token}`),
        isDeliberate: false,
      },
      'view',
      this.#permissions,
    )
    if (refusal === undefined) void this.#accept(request, socket, head)
    else refuse(socket, refusal)
    return true
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#server ??= createSocketServer()
    try {
      const server = await this.#server
      if (server.clients.size >= mostSockets)
        return refuse(socket, { status: 503, message: 'Too many programs are connected.' })
      server.handleUpgrade(request, socket, head, client => this.#receive(client))
    } catch {
      this.#server = undefined
      refuse(socket, {
        status: 501,
        message: 'To receive from other actor systems, install ws: npm install ws',
      })
    }
  }

  #receive(client: WebSocket): void {
    const take = this.#systems.source()
    client.on('message', data => take(String(data)))
    client.on('error', () => client.terminate()) // a message that is too long, for example
  }

  async close(): Promise<void> {
    const server = await this.#server?.catch(() => undefined)
    for (const client of server?.clients ?? []) client.terminate()
    server?.close()
  }
}

async function createSocketServer(): Promise<WebSocketServer> {
  try {
    const { WebSocketServer: Server } = await import('ws')
    return new Server({ noServer: true, maxPayload: longestMessage, perMessageDeflate: false })
  } catch (error) {
    throw new Error('ws cannot be loaded', { cause: error }) // in a try, so that bundlers do not insist on it
  }
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  501: 'Not Implemented',
}

function refuse(
  socket: Duplex,
  { status, message }: Pick<Refusal, 'message'> & { readonly status: number },
): void {
  const head = `HTTP/1.1 ${status} ${reasons[status] ?? 'Service Unavailable'}\r\nconnection: close\r\ncontent-type: text/plain\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(message)}\r\n\r\n${message}`)
}
