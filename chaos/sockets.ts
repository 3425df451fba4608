// The sockets that a pool under test opens, as this side of the network knows them.

import { Socket } from 'node:net'

export interface SocketWatch {
  /** pg's `stream` option: makes the sockets that are watched. */
  readonly stream: () => Socket
  /** How many have not been destroyed. */
  readonly open: number
  /** Whether the socket with this port on its own side is open. */
  isOpen(port: number): boolean
}

export function watchSockets(): SocketWatch {
  const sockets = new Set<Socket>()
  const ports = new Map<number, Socket>()
  return {
    stream() {
      const socket = new Socket()
      sockets.add(socket)
      socket.once('connect', () => {
        if (socket.localPort !== undefined) ports.set(socket.localPort, socket)
      })
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    get open() {
      return [...sockets].filter(socket => !socket.destroyed && (socket.connecting || !socket.pending)).length
    },
    isOpen: port => ports.get(port)?.destroyed === false,
  }
}
