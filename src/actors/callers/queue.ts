// The queue of waiting callers: by priority, within one first come first served or by tenants in turns, and no caller is passed over forever.
import type { OpenQueue } from '../../machines/connection-types.js'
import type { Queue } from '../../machines/pool-types.js'
import { FairRank } from './fair-rank.js'
import { Rank } from './rank.js'
import type { AcquireRequest } from './request.js'

/** Every so many hand-offs one goes to the caller who has waited longest, whatever its priority. */
const oldestEvery = 8

/**
 * Callers who wait. Joining, leaving from anywhere and taking the next one take the same time however many wait; only the
 * number of different priorities counts.
 */
export class WaitingQueue<C> implements Queue, OpenQueue {
  open = true
  /** Highest priority first. None is empty, unless it is the only one and has no tenants. */
  readonly #ranks: Rank<AcquireRequest<C>>[] = []
  #length = 0
  readonly #turn = { passedOver: 0 }

  get length(): number {
    return this.#length
  }

  get newest(): number {
    let newest = 0
    for (const rank of this.#ranks) newest = Math.max(newest, rank.newest)
    return newest
  }

  /** When the caller in it that has waited longest called `acquire`: one of the first of each priority, or of each tenant. */
  get oldest(): number | undefined {
    if (this.#length === 0) return undefined
    let oldest = Number.POSITIVE_INFINITY
    for (const rank of this.#ranks) oldest = Math.min(oldest, rank.oldest)
    return oldest
  }

  /** What inspectors print of it. */
  toJSON(): object {
    return { waiting: this.#length, open: this.open }
  }

  /** Joins at the end of its priority, or of its tenant there. */
  join(request: AcquireRequest<C>): void {
    this.#rankFor(request).join(request)
    request.queued = true
    request.joinedAt = ++this.#length
  }

  /** Joins where it would be if it had joined when it asked: it waited for its lane first. */
  admit(request: AcquireRequest<C>): void {
    this.#rankFor(request).admit(request)
    request.queued = true
    this.#length++
  }

  /**
   * Goes to the front of its priority, behind those that asked earlier: its connection turned out to be unfit. Several that are declined at
   * one moment come back in the order in which they asked.
   */
  rejoin(request: AcquireRequest<C>): void {
    this.#rankFor(request).rejoin(request)
    request.queued = true
    this.#length++
    if (request.joinedAt === 0) request.joinedAt = 1
  }

  /** Takes out the next caller. */
  next(): AcquireRequest<C> | undefined {
    const rank = nextOf(this.#ranks, this.#turn)
    if (rank?.first === undefined) return undefined
    const request = rank.shift()
    this.#noteLeft(rank)
    return request
  }

  /** All of them, in the order in which they are taken out if no one else joins or leaves. */
  inOrder(): AcquireRequest<C>[] {
    const order: AcquireRequest<C>[] = []
    const rows = this.#ranks.map(rank => new Row(rank.toArray()))
    const turn = { ...this.#turn }
    for (let row = nextOf(rows, turn); row?.first !== undefined; row = nextOf(rows, turn)) {
      order.push(row.first)
      row.place++
      if (row.first === undefined) rows.splice(rows.indexOf(row), 1)
    }
    return order
  }

  /** Takes a request out, wherever it is; false if it is not in the queue. */
  leave(request: AcquireRequest<C>): boolean {
    if (!request.queued) return false
    const rank = this.#ranks.find(({ priority }) => priority === request.priority)
    if (rank === undefined) return false
    rank.leave(request)
    this.#noteLeft(rank)
    return true
  }

  /**
   * The caller's place, 1 being next; at most this far back: callers who left from between are not searched for. 0 = it is not
   * in the queue (a connection is being validated for it).
   */
  placeOf(request: AcquireRequest<C>): number {
    if (!request.queued) return 0
    let before = 0
    for (const rank of this.#ranks) {
      if (rank.priority === request.priority)
        return Math.min(before + rank.placeOf(request) + 1, this.#length)
      before += rank.places
    }
    return 0
  }

  #rankFor(request: AcquireRequest<C>): Rank<AcquireRequest<C>> {
    const rank = this.#rankOf(request.priority)
    return request.terms?.tenant === undefined || rank.isFair ? rank : this.#divide(rank)
  }

  /** From now on tenants take turns in it, until it is empty. */
  #divide(rank: Rank<AcquireRequest<C>>): Rank<AcquireRequest<C>> {
    const fair = new FairRank<AcquireRequest<C>>(rank.priority, rank)
    this.#ranks[this.#ranks.indexOf(rank)] = fair
    return fair
  }

  #rankOf(priority: number): Rank<AcquireRequest<C>> {
    const highest = this.#ranks[0]
    return highest?.priority === priority ? highest : this.#findRank(priority)
  }

  #findRank(priority: number): Rank<AcquireRequest<C>> {
    const ranks = this.#ranks
    let index = 0
    for (; index < ranks.length; index++) {
      const rank = ranks[index] as Rank<AcquireRequest<C>>
      if (rank.priority === priority) return rank
      if (rank.priority < priority) break
    }
    const rank = new Rank<AcquireRequest<C>>(priority)
    // An only rank stays when it runs empty (it is about to be used again), until another one takes its place.
    if (ranks.length === 1 && ranks[0]?.first === undefined) ranks[0] = rank
    else ranks.splice(index, 0, rank)
    return rank
  }

  /** One has left the rank. */
  #noteLeft(rank: Rank<AcquireRequest<C>>): void {
    this.#length--
    if ((this.#ranks.length > 1 || rank.isFair) && rank.first === undefined)
      this.#ranks.splice(this.#ranks.indexOf(rank), 1)
  }
}

/** A rank as it would be served. */
class Row<C> {
  place = 0

  constructor(readonly requests: readonly AcquireRequest<C>[]) {}

  get first(): AcquireRequest<C> | undefined {
    return this.requests[this.place]
  }
}

/** Whose first caller is next: the highest priority's, or now and then the one who has waited for longest. */
function nextOf<R extends { readonly first: { readonly order: number } | undefined }>(
  ranks: readonly R[],
  turn: { passedOver: number },
): R | undefined {
  const highest = ranks[0]
  if (highest === undefined || ranks.length === 1) return highest
  const oldest = ranks.reduce((found, rank) => (isOlder(rank.first, found.first) ? rank : found))
  if (oldest === highest) {
    turn.passedOver = 0
  } else if (++turn.passedOver >= oldestEvery) {
    turn.passedOver = 0
    return oldest
  }
  return highest
}

function isOlder(one: { order: number } | undefined, other: { order: number } | undefined): boolean {
  return one !== undefined && (other === undefined || one.order < other.order)
}
