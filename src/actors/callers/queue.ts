// The queue of waiting callers: by priority, first come first served within one, and no caller is passed over forever.
import type { OpenQueue } from '../../machines/connection-types.js'
import type { Queue } from '../../machines/pool-types.js'
import type { AcquireRequest } from './request.js'

/** Every so many hand-offs one goes to the caller who has waited longest, whatever its priority. */
const oldestEvery = 8

/** The waiting callers of one priority, as a doubly linked list, so that leaving from the middle is not a search. */
interface Rank<C> {
  readonly priority: number
  first: AcquireRequest<C> | undefined
  last: AcquireRequest<C> | undefined
}

/**
 * Callers who wait. Joining, leaving from anywhere and taking the next one take the same time however many wait; only the
 * number of different priorities counts.
 */
export class WaitingQueue<C> implements Queue, OpenQueue {
  open = true
  /** Highest priority first. None is empty, unless it is the only one. */
  readonly #ranks: Rank<C>[] = []
  #length = 0
  #arrivals = 0
  readonly #turn = { passedOver: 0 }

  get length(): number {
    return this.#length
  }

  get newest(): number {
    let newest = 0
    for (const { last } of this.#ranks) if (last !== undefined && last.order > newest) newest = last.order
    return newest
  }

  /** When the caller in it that has waited longest called `acquire`: one of the first of each priority. */
  get oldest(): number | undefined {
    let oldest: number | undefined
    for (const { first } of this.#ranks) {
      if (first !== undefined && !(first.at >= (oldest ?? Number.POSITIVE_INFINITY))) oldest = first.at
    }
    return oldest
  }

  /** What inspectors print of it. */
  toJSON(): object {
    return { waiting: this.#length, open: this.open }
  }

  /** Joins at the end of its priority. */
  join(request: AcquireRequest<C>): void {
    const rank = this.#rankOf(request.priority)
    request.arrival = ++this.#arrivals
    request.joinedAt = ++this.#length
    request.ahead = rank.last
    if (rank.last === undefined) rank.first = request
    else rank.last.behind = request
    rank.last = request
  }

  /**
   * Goes to the front of its priority, behind those that were asked earlier, and counts as having arrived before all others there: its
   * connection turned out to be unfit. Several that are declined at one moment come back in the order in which they were asked. One
   * that never had to join before (it was sent to an idle connection) is no older than that to other priorities.
   */
  rejoin(request: AcquireRequest<C>): void {
    const rank = this.#rankOf(request.priority)
    const isNew = request.joinedAt === 0
    let ahead: AcquireRequest<C> | undefined
    let behind = rank.first
    while (behind !== undefined && behind.order < request.order) {
      ahead = behind
      behind = behind.behind
    }
    if (rank.first === undefined) {
      if (isNew) request.arrival = ++this.#arrivals
    } else if (ahead === undefined) {
      if (isNew || request.arrival >= rank.first.arrival) request.arrival = rank.first.arrival - 1
    } else if (isNew || request.arrival <= ahead.arrival || request.arrival >= (behind ?? request).arrival) {
      request.arrival = ahead.arrival // those ahead make room
      for (let older: AcquireRequest<C> | undefined = ahead; older !== undefined; older = older.ahead)
        older.arrival--
    }
    this.#length++
    if (isNew) request.joinedAt = 1
    request.ahead = ahead
    request.behind = behind
    if (ahead === undefined) rank.first = request
    else ahead.behind = request
    if (behind === undefined) rank.last = request
    else behind.ahead = request
  }

  /** Takes out the next caller. */
  next(): AcquireRequest<C> | undefined {
    const rank = nextOf(this.#ranks, this.#turn)
    const request = rank?.first
    if (rank !== undefined && request !== undefined) this.#unlink(request, rank)
    return request
  }

  /** All of them, in the order in which they are taken out if no one else joins or leaves. */
  inOrder(): AcquireRequest<C>[] {
    const order: AcquireRequest<C>[] = []
    const heads: Pick<Rank<C>, 'first'>[] = this.#ranks.map(({ first }) => ({ first }))
    const turn = { ...this.#turn }
    for (let head = nextOf(heads, turn); head?.first !== undefined; head = nextOf(heads, turn)) {
      order.push(head.first)
      head.first = head.first.behind
      if (head.first === undefined) heads.splice(heads.indexOf(head), 1)
    }
    return order
  }

  /** Takes a request out, wherever it is; false if it is not in the queue. */
  leave(request: AcquireRequest<C>): boolean {
    const rank = this.#ranks.find(candidate => candidate.priority === request.priority)
    if (rank === undefined || (request.ahead === undefined && rank.first !== request)) return false
    this.#unlink(request, rank)
    return true
  }

  /**
   * The caller's place, 1 being next; at most this far back: callers who left from between are not searched for. 0 = it is not
   * in the queue (a connection is being validated for it).
   */
  placeOf(request: AcquireRequest<C>): number {
    let place = 0
    for (const rank of this.#ranks) {
      if (rank.first === undefined || rank.last === undefined) continue
      const reach = rank.priority === request.priority ? request : rank.last
      if (reach === request && request.ahead === undefined && rank.first !== request) return 0
      place += reach.arrival - rank.first.arrival + 1
      if (reach === request) return Math.max(1, Math.min(place, this.#length))
    }
    return 0
  }

  #rankOf(priority: number): Rank<C> {
    const ranks = this.#ranks
    let index = 0
    for (; index < ranks.length; index++) {
      const rank = ranks[index] as Rank<C>
      if (rank.priority === priority) return rank
      if (rank.priority < priority) break
    }
    const rank: Rank<C> = { priority, first: undefined, last: undefined }
    // An only rank stays when it runs empty (it is about to be used again), until another one takes its place.
    if (ranks.length === 1 && ranks[0]?.first === undefined) ranks[0] = rank
    else ranks.splice(index, 0, rank)
    return rank
  }

  #unlink(request: AcquireRequest<C>, rank: Rank<C>): void {
    const { ahead, behind } = request
    if (ahead === undefined) rank.first = behind
    else ahead.behind = behind
    if (behind === undefined) rank.last = ahead
    else behind.ahead = ahead
    request.ahead = undefined
    request.behind = undefined
    this.#length--
    if (rank.first === undefined && this.#ranks.length > 1) this.#ranks.splice(this.#ranks.indexOf(rank), 1)
  }
}

/** Whose first caller is next: the highest priority's, or now and then the one who has waited for longest. */
function nextOf<R extends { readonly first: { readonly arrival: number } | undefined }>(
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

function isOlder(one: { arrival: number } | undefined, other: { arrival: number } | undefined): boolean {
  return one !== undefined && (other === undefined || one.arrival < other.arrival)
}
