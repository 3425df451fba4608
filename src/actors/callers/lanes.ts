// The lanes of a pool: how many connections each kind of work has at most, and who waits for one of them to have room.
import { outside } from '../../core/outside.js'
import { refusal } from '../../core/refusal.js'
import type { ConnectionRecord } from '../connections/record.js'
import type { Lease } from '../leases/lease.js'
import { Loan } from '../watching/loan.js'
import { WaitingQueue } from './queue.js'
import type { AcquireRequest, Door, Watch } from './request.js'
import { watchToo } from './watches.js'

/** A lane at one moment. */
export interface LaneStats {
  /** The lane's `max`. */
  readonly max: number
  /** The lane's leases, and its callers that the pool serves next: never more than `max`. */
  readonly taken: number
  /** Callers that wait for the lane to have room; they are not among the pool's `waiting`. */
  readonly waiting: number
}

/** What a lane sees of its pool. */
interface Surroundings<C> {
  readonly roster: {
    readonly records: Iterable<ConnectionRecord<C>>
    find(id: string): ConnectionRecord<C> | undefined
  }
  /** Sends a caller on to the pool. */
  pass(request: AcquireRequest<C>): void
  now(): number
}

/**
 * A door with so many places in front of the pool's queue (a bulkhead). A caller takes a place when it goes through, and has it until it is
 * refused or its lease ends.
 */
export class Lane<C> implements Door<C>, Watch<C> {
  readonly queue = new WaitingQueue<C>()
  readonly #asking = new Set<AcquireRequest<C>>()
  readonly #around: Surroundings<C>

  constructor(
    readonly name: string,
    readonly max: number,
    around: Surroundings<C>,
  ) {
    this.#around = around
  }

  /** How many places are taken. The leases are counted where they are, so that none can be forgotten. */
  get taken(): number {
    let taken = this.#asking.size
    for (const { lease, loan } of this.#around.roster.records)
      if (lease !== undefined && loan?.lane === this) taken++
    return taken
  }

  get stats(): LaneStats {
    return Object.freeze({ max: this.max, taken: this.taken, waiting: this.queue.length })
  }

  isThrough(request: AcquireRequest<C>): boolean {
    return this.#asking.has(request)
  }

  admit(request: AcquireRequest<C>): boolean {
    if (this.queue.length > 0 || this.taken >= this.max) return false
    watchToo(request, this)
    this.#asking.add(request)
    this.#around.pass(request)
    return true
  }

  wait(request: AcquireRequest<C>): void {
    watchToo(request, this)
    this.queue.join(request)
  }

  /** A caller has its lease, or is refused. */
  settled(request: AcquireRequest<C>, lease: Lease<C> | undefined): void {
    const hadPlace = this.#asking.delete(request)
    const record = lease && this.#around.roster.find(lease.connectionId)
    if (record?.lease !== undefined && record.lease === lease) {
      record.loan ??= new Loan(undefined, () => {})
      record.loan.lane = this
    } else if (hadPlace) this.freed()
    else this.queue.leave(request)
  }

  /** A place is free. In a microtask: the pool, or a connection, is in the midst of a message. */
  freed(): void {
    if (this.queue.length > 0) outside(() => queueMicrotask(() => this.#fill()))
  }

  #fill(): void {
    while (this.taken < this.max) {
      const request = this.queue.next()
      if (request === undefined) return
      this.#asking.add(request)
      if (request.terms !== undefined) request.terms.since = this.#around.now()
      this.#around.pass(request)
    }
  }
}

/** All lanes of a pool that has some. */
export class Lanes<C> {
  readonly #all = new Map<string, Lane<C>>()
  /** Sends a caller on to the pool. */
  pass: (request: AcquireRequest<C>) => void = () => {}

  constructor(
    options: Readonly<Record<string, { readonly max: number }>>,
    roster: Surroundings<C>['roster'],
    now: () => number,
  ) {
    const around = { roster, now, pass: (request: AcquireRequest<C>) => this.pass(request) }
    for (const [name, { max }] of Object.entries(options)) this.#all.set(name, new Lane(name, max, around))
  }

  get all(): Iterable<Lane<C>> {
    return this.#all.values()
  }

  /** @throws OptionsError when there is none of this name. */
  find(name: string): Lane<C> {
    const lane = this.#all.get(name)
    if (lane !== undefined) return lane
    const names = [...this.#all.keys()].map(each => `'${each}'`).join(', ')
    throw refusal('lane', name, `one of the pool's lanes: ${names}`)
  }

  get stats(): Readonly<Record<string, LaneStats>> {
    return Object.freeze(Object.fromEntries([...this.#all].map(([name, { stats }]) => [name, stats])))
  }

  /** What inspectors print of them. */
  toJSON(): object {
    return this.stats
  }
}
