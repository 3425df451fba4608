// A proxy between a client and a server, both on loopback: what it holds open, a test can cut.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Cuts all connections in the middle of whatever they do; to their clients it looks as if the server's machine had reset them. */
  reset(): void
  /** From here on nothing passes, and nobody is told. */
  freeze(): void
  /** Keeps back what is sent from here on, in both directions and on new connections too, until it is told to let it pass. */
  hold(): void
  /** Lets everything pass that was held. */
  pass(): void
  /** Where new connections lead from here on; those that are open stay as they are, as after a change in the DNS. */
  lead(target: Target): void
  stop(): Promise<void>
}

interface Target {
  readonly host: string
  readonly port: number
}

export async function startTcpProxy(first: Target): Promise<TcpProxy> {
  let target = first
  let held = false
  const sockets = new Map<Socket, Socket>()
  const server = createServer(client => {
    const upstream = connect(target.port, target.host)
    sockets.set(client, upstream)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      if (!held) from.pipe(to)
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        sockets.delete(client)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    reset() {
      for (const client of sockets.keys()) client.resetAndDestroy()
    },
    freeze() {
      for (const [client, upstream] of sockets) {
        client.unpipe(upstream).pause()
        upstream.unpipe(client).pause()
      }
    },
    hold() {
      held = true
      for (const [client, upstream] of sockets) {
        client.unpipe(upstream).pause()
        upstream.unpipe(client).pause()
      }
    },
    pass() {
      held = false
      for (const [client, upstream] of sockets) {
        client.pipe(upstream)
        upstream.pipe(client)
      }
    },
    lead(to) {
      target = to
    },
    async stop() {
      for (const client of sockets.keys()) client.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
