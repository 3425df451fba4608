// A pool that does not exist: transitions, notices and frames as a real one of that size and load would tell them, in any time
// one likes. It stands for what no test machine can run, and for a page's pictures that are the same every time.

import { diagnose } from '../../../src/inspector/diagnose.js'
import type { FrameMessage } from '../../../src/inspector/protocol.js'
import { encodeSlice, recordSize, writeRecord } from '../../../src/recorder/codec.js'
import type { Frame, Notice } from '../../../src/recorder/format.js'

export interface SyntheticOptions {
  readonly connections: number
  /** Callers a second. */
  readonly arrivals: number
  /** How long a lease lasts on average, in milliseconds. */
  readonly use: number
  /** Whether the database lets no connection in. */
  readonly down?: boolean
  /** A lease that does not end. */
  readonly leak?: boolean
  readonly seed?: number
}

interface Slot {
  state: string
  serial: number
  uses: number
  openedAt: number | undefined
  due: number
  request: number
  lease: number
  since: number
}

const stack =
  '    at listOrders (/app/src/orders/list.ts:42:31)\n    at async handle (/app/src/http/router.ts:118:9)'

/** Goes from event to event; see above. */
export class SyntheticPool {
  readonly options: SyntheticOptions
  at = 0
  #random: number
  #names: string[] = []
  #index = new Map<string, number>()
  #told = 0
  #count = 0
  #buffer = new Uint8Array(recordSize * 4096)
  #notices: Notice[] = []
  #recent: Notice[] = []
  readonly #slots: Slot[] = []
  #line: { request: number; since: number }[] = []
  #request = 0
  #lease = 0
  #serial = 0
  #nextArrival = 0
  #stats = {
    opened: 0,
    failedConnects: 0,
    closed: 0,
    lost: 0,
    acquired: 0,
    released: 0,
    leaked: 0,
    timedOut: 0,
    aborted: 0,
    refused: 0,
  }
  #state = 'starting'
  #records = 0

  constructor(options: SyntheticOptions) {
    this.options = options
    this.#random = options.seed ?? 7
    for (let place = 0; place < options.connections; place++) this.#open(place)
  }

  #draw(): number {
    this.#random = (this.#random * 1664525 + 1013904223) >>> 0
    return this.#random / 2 ** 32
  }

  #exponential(mean: number): number {
    return -Math.log(1 - this.#draw()) * mean
  }

  #name(name: string): number {
    let index = this.#index.get(name)
    if (index === undefined) {
      index = this.#names.push(name) - 1
      this.#index.set(name, index)
    }
    return index
  }

  #tell(actor: string, event: string, from: string | undefined, to: string, number = 0): void {
    if ((this.#records + 1) * recordSize > this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2)
      larger.set(this.#buffer)
      this.#buffer = larger
    }
    const view = new DataView(this.#buffer.buffer)
    writeRecord(
      view,
      this.#records++ * recordSize,
      this.at,
      this.#name(actor),
      number,
      this.#name(event),
      from === undefined ? undefined : this.#name(from),
      this.#name(to),
      0,
    )
    this.#count++
  }

  #note(notice: Omit<Notice, 'at'>): void {
    const full = { at: this.at, ...notice } as Notice
    this.#notices.push(full)
    this.#recent.push(full)
    if (this.#recent.length > 500) this.#recent.shift()
  }

  #go(place: number, event: string, to: string, number = 0): void {
    const slot = this.#slots[place] as Slot
    this.#tell(`connection-${place + 1}`, event, slot.state, to, number)
    slot.state = to
  }

  #open(place: number): void {
    const serial = ++this.#serial
    this.#slots[place] = {
      state: 'connecting',
      serial,
      uses: 0,
      openedAt: undefined,
      due: this.at + 40 + this.#exponential(60) + place * 8,
      request: 0,
      lease: 0,
      since: 0,
    }
    this.#tell(`connection-${place + 1}`, 'xstate.init', undefined, 'connecting', serial)
  }

  /** Lets time pass. */
  advance(milliseconds: number): void {
    const end = this.at + milliseconds
    for (;;) {
      let next = this.#nextArrival
      let place = -1
      for (const [each, { due }] of this.#slots.entries()) {
        if (due < next) {
          next = due
          place = each
        }
      }
      if (next > end) break
      this.at = Math.max(this.at, next)
      if (place < 0) this.#arrive()
      else this.#move(place)
    }
    this.at = end
    while (this.#line.length > 0 && (this.#line[0]?.since ?? 0) < this.at - 5000) {
      const late = this.#line.shift()
      this.#stats.timedOut++
      this.#note({
        type: 'acquire.timedOut',
        request: late?.request as number,
        waited: 5000,
        error: {
          name: 'AcquireTimeoutError',
          code: 'ACQUIRE_TIMEOUT',
          message: 'No connection became free within 5,000 ms',
        },
      })
    }
  }

  #arrive(): void {
    this.#nextArrival = this.at + this.#exponential(1000 / this.options.arrivals)
    const request = ++this.#request
    this.#tell('pool', 'acquire', this.#state, this.#state, request)
    const idle = this.#slots.findIndex(({ state }) => state === 'idle')
    if (idle >= 0) this.#lend(idle, 'checkout', request)
    else this.#line.push({ request, since: this.at })
  }

  #lend(place: number, event: string, request: number): void {
    const slot = this.#slots[place] as Slot
    this.#go(place, event, 'busy.leased', request)
    slot.uses++
    slot.lease = ++this.#lease
    slot.since = this.at
    this.#stats.acquired++
    const leaks = this.options.leak === true && place === 1 && this.at > 1000
    slot.due = leaks ? Number.POSITIVE_INFINITY : this.at + this.#exponential(this.options.use)
  }

  #move(place: number): void {
    const slot = this.#slots[place] as Slot
    if (slot.state === 'connecting') {
      if (this.options.down === true && this.at > 20_000) {
        const error = {
          name: 'ConnectError',
          code: 'CONNECT_FAILED',
          message: 'connect ECONNREFUSED 127.0.0.1:5432',
        }
        this.#stats.failedConnects++
        this.#go(place, 'driver.connectFailed', 'closed')
        this.#note({
          type: 'connection.failed',
          connection: `connection-${place + 1}`,
          serial: slot.serial,
          error,
        })
        if (this.#state !== 'backingOff.waiting') {
          this.#tell('pool', 'connection.failed', this.#state, 'backingOff.waiting')
          this.#state = 'backingOff.waiting'
          this.#note({ type: 'pool.down', error, failures: 1, retryIn: 1000 })
        }
        slot.due = this.at + 3000
        slot.state = 'closed'
        return
      }
      slot.openedAt = this.at
      this.#stats.opened++
      this.#note({
        type: 'connection.ready',
        connection: `connection-${place + 1}`,
        serial: slot.serial,
        took: 80,
      })
      this.#become(place, 'driver.connected')
      if (this.#state === 'starting') {
        this.#tell('pool', 'connection.ready', 'starting', 'running', slot.serial)
        this.#state = 'running'
        this.#note({ type: 'pool.ready' })
      }
    } else if (slot.state === 'closed') this.#open(place)
    else if (slot.state.startsWith('busy')) {
      this.#stats.released++
      if (this.options.down === true && this.at > 20_000) {
        this.#stats.lost++
        this.#stats.closed++
        this.#note({
          type: 'connection.lost',
          connection: `connection-${place + 1}`,
          serial: slot.serial,
          error: { name: 'Error', code: 'ECONNRESET' },
        })
        this.#go(place, 'driver.lost', 'closed')
        slot.due = this.at + 200
      } else if (this.#draw() < 0.06) {
        this.#go(place, 'release', 'validating.return.staying')
        slot.due = this.at + 6 + this.#exponential(10)
      } else if (this.#draw() < 0.002) {
        this.#stats.closed++
        this.#go(place, 'release', 'closing.graceful')
        this.#note({
          type: 'connection.closed',
          connection: `connection-${place + 1}`,
          serial: slot.serial,
          reason: 'max uses',
        })
        slot.due = this.at + 60
      } else this.#become(place, 'release')
    } else if (slot.state.startsWith('validating')) this.#become(place, 'driver.resetDone')
    else if (slot.state.startsWith('closing')) {
      this.#go(place, 'driver.closed', 'closed')
      slot.due = this.at + 30
    } else slot.due = Number.POSITIVE_INFINITY
  }

  #become(place: number, event: string): void {
    const next = this.#line.shift()
    if (next) this.#lend(place, event, next.request)
    else {
      this.#go(place, event, 'idle')
      const slot = this.#slots[place] as Slot
      slot.due = Number.POSITIVE_INFINITY
    }
  }

  /** What has happened since the last slice. */
  slice(isFirst = false): Uint8Array {
    const namesBefore = isFirst ? 0 : this.#told
    const bytes = encodeSlice({
      names: this.#names.slice(namesBefore),
      namesBefore,
      recordsBefore: this.#count - this.#records,
      skipped: 0,
      records: this.#buffer.slice(0, this.#records * recordSize),
      notices: this.#notices.splice(0),
      frames: [],
    })
    this.#told = this.#names.length
    this.#records = 0
    return bytes
  }

  frame(): FrameMessage {
    const there = this.#slots
      .map((slot, place) => ({ ...slot, id: `connection-${place + 1}` }))
      .filter(({ state }) => state !== 'closed')
    const inState = (start: string): number => there.filter(({ state }) => state.startsWith(start)).length
    const frame: Frame = {
      at: this.at,
      stats: {
        state: this.#state.split('.')[0] as 'running',
        min: 2,
        max: this.options.connections,
        total: there.length,
        connecting: inState('connecting'),
        idle: inState('idle'),
        busy: inState('busy'),
        validating: inState('validating'),
        closing: inState('closing'),
        waiting: this.#line.length,
        generation: 0,
        ...this.#stats,
      },
      leases: there
        .filter(({ state }) => state.startsWith('busy'))
        .sort((one, other) => one.lease - other.lease)
        .map(({ id, lease, since }) => ({
          lease,
          connection: id,
          since,
          leaked: this.at - since > 10_000,
          ...(this.at - since > 1000 ? { from: stack } : {}),
        })),
      waiting: this.#line.slice(0, 100).map(({ request, since }, index) => ({
        request,
        since,
        timeout: 5000,
        position: index + 1,
        priority: 0,
        ...(this.at - since > 1000 ? { from: stack } : {}),
      })),
      connections: there.map(({ id, serial, state, openedAt, uses }) => ({
        id,
        serial,
        state,
        uses,
        ...(openedAt === undefined ? {} : { openedAt }),
      })),
    }
    const none = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 }
    return {
      type: 'frame',
      pool: 0,
      frame,
      times: {
        wait: { count: 9, p50: 0.2, p90: 8, p99: 20 + this.#line.length * 5, max: 90 },
        use: {
          count: 9,
          p50: this.options.use * 0.7,
          p90: this.options.use * 2.3,
          p99: this.options.use * 4.6,
          max: 400,
        },
        connect: this.at < 12_000 ? { count: 4, p50: 96, p90: 130, p99: 160, max: 170 } : none,
      },
      diagnosis: diagnose(frame, this.#recent),
    }
  }
}
