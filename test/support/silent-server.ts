// Servers that accept connections and then say little or nothing, for drivers that must not wait for them.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface SilentServer {
  readonly host: string
  readonly port: number
  /** Sockets that clients hold open. */
  readonly open: number
  stop(): Promise<void>
}

/** Listens on loopback. `answer` is sent once, after the first bytes from a client: 'S' agrees to TLS, say. */
export async function startSilentServer(answer?: Uint8Array | string): Promise<SilentServer> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
    if (answer !== undefined) socket.once('data', () => socket.write(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
