// One connection through the proxy: a client's socket, the server's, and what happens when either ends.

import { type Socket, Socket as TcpSocket } from 'node:net'
import { Flow, type Limit, type Weather } from './flow.js'

/** One connection, as a test may look at it. */
export interface ProxyLink {
  /** The port that the client's socket has on its own side. */
  readonly clientPort: number | undefined
  /** The port from which the proxy talks to the server: what the server takes for the client's. */
  readonly serverSidePort: number | undefined
}

export class Link implements ProxyLink {
  readonly clientPort: number | undefined
  serverSidePort: number | undefined
  readonly #client: Socket
  readonly #server = new TcpSocket({ allowHalfOpen: true })
  readonly #target: { host: string; port: number }
  readonly #toServer: Flow
  readonly #toClient: Flow
  #opened = false
  #frozen = false
  #muted = false
  /** One side has gone without the other one being told. */
  #halfOpen: 'server' | 'client' | undefined

  /** Settles when neither socket is open any more. */
  readonly ended: Promise<void>
  #noteEnded = (): void => {}

  constructor(client: Socket, target: { host: string; port: number }, weather: Weather) {
    this.ended = new Promise(resolve => {
      this.#noteEnded = resolve
    })
    this.#client = client
    this.#target = target
    this.clientPort = client.remotePort
    const spent = (then: Limit['then']): void => {
      if (then === 'freeze') this.freeze()
      else this.#cut()
    }
    this.#toServer = new Flow(client, this.#server, 'toServer', weather, spent)
    this.#toClient = new Flow(this.#server, client, 'toClient', weather, spent)
    for (const [socket, other, side] of [
      [client, this.#server, 'client'],
      [this.#server, client, 'server'],
    ] as const) {
      let failed = false
      socket.on('error', () => {
        failed = true
      })
      socket.on('end', () => {
        if (this.#silent) socket.destroy() // there is no peer to pass it on to
      })
      socket.on('close', () => {
        // Neither side is told while one side has gone silently; else an RST is passed on as one, and an end was passed on before.
        if (!this.#silent && failed) other.resetAndDestroy()
        else if (this.#silent && this.#halfOpen !== side) this.destroy()
        if (!this.#isGone) return
        this.#toServer.stop()
        this.#toClient.stop()
        this.#noteEnded()
      })
    }
  }

  /** One side hears nothing of the other one. */
  get #silent(): boolean {
    return this.#muted || this.#halfOpen !== undefined
  }

  get #isGone(): boolean {
    return this.#client.destroyed && (this.#server.destroyed || !this.#opened)
  }

  /** Connects to the server, and lets bytes flow. */
  open(): void {
    this.#opened = true
    this.#server.connect(this.#target.port, this.#target.host, () => {
      this.serverSidePort = this.#server.localPort
    })
    this.#server.setNoDelay(true)
  }

  /** Reads what the client says, and does nothing about it. */
  mute(): void {
    this.#muted = true
    this.#toServer.stop()
  }

  freeze(): void {
    this.#frozen = true
    this.#toServer.freeze()
    this.#toClient.freeze()
  }

  pass(): void {
    if (this.#halfOpen === 'client') this.destroy()
    if (!this.#frozen) return
    this.#frozen = false
    if (!this.#opened) this.open()
    this.#toServer.thaw()
    this.#toClient.thaw()
  }

  limit(bytes: number, then: Limit['then']): void {
    this.#toClient.limit = { bytes, then }
  }

  reset(): void {
    this.#client.resetAndDestroy()
    if (this.#opened) this.#server.resetAndDestroy()
    else this.#server.destroy()
  }

  halfOpen(gone: 'server' | 'client'): void {
    if (this.#halfOpen !== undefined || this.#muted || !this.#opened) return
    this.#halfOpen = gone
    this.#toServer.stop()
    this.#toClient.stop()
    const socket = gone === 'server' ? this.#server : this.#client
    socket.resetAndDestroy()
  }

  /** The client's side ends when it has got its last byte. */
  #cut(): void {
    this.#client.once('finish', () => this.destroy())
    this.#server.destroy()
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }
}
