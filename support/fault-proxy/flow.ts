// One direction of a proxied connection: bytes come in on one socket and go out on the other one, late, cut or not at all.

import type { Socket } from 'node:net'

export type Direction = 'toServer' | 'toClient'

/** What holds for all connections of a proxy. */
export interface Weather {
  readonly delay: Record<Direction, number>
  readonly drop: Record<Direction, boolean>
}

/** So many bytes more, and what happens after them. */
export interface Limit {
  bytes: number
  readonly then: 'freeze' | 'cut'
}

/** A piece that is on its way; without bytes it is the end of the stream. */
interface Piece {
  readonly bytes: Uint8Array | undefined
  readonly due: number
}

export class Flow {
  limit: Limit | undefined
  readonly #from: Socket
  readonly #to: Socket
  readonly #direction: Direction
  readonly #weather: Weather
  /** Called with the limit's verb when its bytes are through. */
  readonly #spent: (then: Limit['then']) => void
  readonly #onTheWay: Piece[] = []
  #timer: NodeJS.Timeout | undefined
  #frozen = false
  /** The receiver has as much as it takes. */
  #full = false
  /** What comes in from now on is swallowed. */
  #stopped = false

  constructor(
    from: Socket,
    to: Socket,
    direction: Direction,
    weather: Weather,
    spent: (then: Limit['then']) => void,
  ) {
    this.#from = from
    this.#to = to
    this.#direction = direction
    this.#weather = weather
    this.#spent = spent
    from.on('data', bytes => this.#take(bytes))
    from.on('end', () => this.#put(undefined))
    to.on('drain', () => {
      this.#full = false
      this.#read()
    })
  }

  freeze(): void {
    this.#frozen = true
    clearTimeout(this.#timer)
    this.#read()
  }

  thaw(): void {
    this.#frozen = false
    this.#read()
    this.#deliver()
  }

  /** Nothing more comes out of it; what comes in is swallowed. */
  stop(): void {
    this.#stopped = true
    this.#onTheWay.length = 0
    clearTimeout(this.#timer)
  }

  #read(): void {
    if (this.#frozen || this.#full) this.#from.pause()
    else this.#from.resume()
  }

  #take(bytes: Uint8Array): void {
    if (this.#weather.drop[this.#direction]) return
    const { limit } = this
    if (limit === undefined || bytes.length < limit.bytes) {
      if (limit !== undefined) limit.bytes -= bytes.length
      this.#put(bytes)
      return
    }
    this.limit = undefined
    this.#put(bytes.subarray(0, limit.bytes))
    if (limit.then === 'cut') this.#put(undefined)
    this.#spent(limit.then)
    if (limit.then === 'freeze') this.#put(bytes.subarray(limit.bytes))
    else this.#stopped = true
  }

  #put(bytes: Uint8Array | undefined): void {
    if (this.#stopped || bytes?.length === 0) return
    this.#onTheWay.push({ bytes, due: performance.now() + this.#weather.delay[this.#direction] })
    this.#deliver()
  }

  #deliver(): void {
    clearTimeout(this.#timer)
    while (!this.#frozen) {
      const next = this.#onTheWay[0]
      if (next === undefined) return
      const wait = next.due - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#deliver(), Math.ceil(wait))
        return
      }
      this.#onTheWay.shift()
      if (!this.#to.writable) continue
      if (next.bytes === undefined) this.#to.end()
      else if (!this.#to.write(next.bytes)) this.#full = true
      if (this.#full) this.#read()
    }
  }
}
