// A TCP proxy on loopback that does to connections what networks do: in front of a server, controlled while it runs.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Direction, Limit, Weather } from './fault-proxy/flow.js'
import { Link, type ProxyLink } from './fault-proxy/link.js'

export type { Direction } from './fault-proxy/flow.js'
export type { ProxyLink } from './fault-proxy/link.js'

/** A running proxy. What is called a lasting fault holds for present and for new connections, until {@link FaultProxy.pass}. */
export interface FaultProxy {
  readonly host: string
  /** Stays the same over {@link FaultProxy.refuse} and {@link FaultProxy.pass}. */
  readonly port: number
  /** The connections that have an open socket on either side, oldest first. */
  readonly links: readonly ProxyLink[]
  /** Lasting: bytes arrive this many milliseconds late, in order; 0 = at once. A direction that is not given stays as it is. */
  delay(times: { toServer?: number; toClient?: number }): void
  /** Lasting: bytes in this direction are swallowed without a word. */
  drop(direction: Direction | 'both'): void
  /** Lasting: nothing is read and nothing written, in either direction; new connections are accepted and stay so. */
  freeze(): void
  /** Lasting: new connections are accepted, and never answered, not even after {@link FaultProxy.pass}. */
  mute(): void
  /** Lasting: nothing listens any more; connections that exist go on. */
  refuse(): Promise<void>
  /** Ends all connections with an RST to both sides. */
  reset(): void
  /**
   * Ends one side of all connections, the other side being told nothing: `server` = the server has gone, and the client does not
   * know; `client` = the client has gone, and the server does not know until {@link FaultProxy.pass}, as a keepalive would tell
   * it in the end.
   */
  halfOpen(gone: 'server' | 'client'): void
  /**
   * Lets so many bytes more through to the client on each present connection, and then freezes it until {@link FaultProxy.pass}, or
   * cuts it: the last byte is followed by the end of the stream, on both sides.
   */
  limit(bytes: number, then: Limit['then']): void
  /** Ends all lasting faults: bytes that were held flow on, those that were swallowed are gone. */
  pass(): Promise<void>
  /** Destroys all sockets and stops listening. Idempotent. */
  close(): Promise<void>
}

const host = '127.0.0.1'

/** Starts a proxy on a free port of 127.0.0.1, in front of a server. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const proxy = new RunningProxy(target)
  await proxy.listen()
  return proxy
}

class RunningProxy implements FaultProxy {
  readonly host = host
  port = 0
  readonly #weather: Weather = {
    delay: { toServer: 0, toClient: 0 },
    drop: { toServer: false, toClient: false },
  }
  readonly #links = new Set<Link>()
  #frozen = false
  #muted = false
  #server: Server | undefined

  constructor(readonly target: { host: string; port: number }) {}

  get links(): readonly ProxyLink[] {
    return [...this.#links]
  }

  /** On the port that it had before, if it had one. */
  async listen(): Promise<void> {
    // Half-open sockets are allowed, so that the end of one direction is passed on and no more is made of it.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => this.#accept(socket))
    this.#server = server
    server.listen(this.port, host)
    await once(server, 'listening')
    this.port = (server.address() as AddressInfo).port
  }

  #accept(client: Socket): void {
    const link = new Link(client, this.target, this.#weather)
    this.#links.add(link)
    void link.ended.then(() => this.#links.delete(link))
    if (this.#muted) link.mute()
    else if (this.#frozen) link.freeze()
    else link.open()
  }

  delay({ toServer, toClient }: { toServer?: number; toClient?: number }): void {
    const { delay } = this.#weather
    delay.toServer = toServer ?? delay.toServer
    delay.toClient = toClient ?? delay.toClient
  }

  drop(direction: Direction | 'both'): void {
    const { drop } = this.#weather
    drop.toServer ||= direction !== 'toClient'
    drop.toClient ||= direction !== 'toServer'
  }

  freeze(): void {
    this.#frozen = true
    for (const link of this.#links) link.freeze()
  }

  mute(): void {
    this.#muted = true
  }

  async refuse(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.close() // its end is that of its last connection, and is not waited for
  }

  reset(): void {
    for (const link of [...this.#links]) link.reset()
  }

  halfOpen(gone: 'server' | 'client'): void {
    for (const link of [...this.#links]) link.halfOpen(gone)
  }

  limit(bytes: number, then: Limit['then']): void {
    for (const link of this.#links) link.limit(bytes, then)
  }

  async pass(): Promise<void> {
    const { delay, drop } = this.#weather
    delay.toServer = delay.toClient = 0
    drop.toServer = drop.toClient = false
    this.#frozen = this.#muted = false
    for (const link of [...this.#links]) link.pass()
    if (this.#server === undefined) await this.listen()
  }

  async close(): Promise<void> {
    await this.refuse()
    const ends = [...this.#links].map(link => link.ended)
    for (const link of [...this.#links]) link.destroy()
    await Promise.all(ends)
  }
}
