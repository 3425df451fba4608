// The inspector's own server.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** What the server hands on. */
export interface ServerHandlers {
  node(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** A server that listens. */
export interface Listening {
  readonly port: number
  /** Ends all connections. */
  close(): Promise<void>
}

/**
 * Listens, without keeping the process alive for it unless told so.
 * @throws the error of `listen`: EADDRINUSE when the port is taken
 */
export async function listen(
  { node, upgrade }: ServerHandlers,
  { port, host, keepsAlive }: { readonly port: number; readonly host: string; readonly keepsAlive: boolean },
): Promise<Listening> {
  const server = createServer(node)
  server.on('upgrade', upgrade)
  if (!keepsAlive) {
    server.unref()
    server.on('connection', socket => socket.unref())
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
