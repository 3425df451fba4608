// The statements that wait to be sent on a connection that is shared: first come, first served, or tenants in turns.
import { FairRank } from '../callers/fair-rank.js'
import { Rank } from '../callers/rank.js'
import type { AcquireRequest } from '../callers/request.js'
import { Place, type Statement } from './statement.js'

/**
 * Each has a request in the pool's queue as well, where it waits for a connection of its own; whichever comes first serves it. So a statement's turn
 * on a connection that is shared needs a list of its own: the same as a rank of the pool's queue.
 */
export class WaitingStatements<C> {
  #rank = new Rank<Place<C>>(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Whose turn it is. */
  get first(): Statement<C> | undefined {
    return this.#rank.first?.statement
  }

  /** It comes last, or last of its tenant. */
  add(statement: Statement<C>, request: AcquireRequest<C>): void {
    const place = this.#placeFor(statement, request)
    this.#rank.join(place)
  }

  /** It has had its turn: it comes before those that are younger, and, where tenants take turns, before all of them. */
  addFirst(statement: Statement<C>, request: AcquireRequest<C>): void {
    const place = this.#placeFor(statement, request)
    this.#rank.rejoin(place)
  }

  /** Takes one out that is sent. If it was its turn, its tenant has had it. */
  take(statement: Statement<C>): AcquireRequest<C> | undefined {
    const { place } = statement
    if (place === undefined) return undefined
    if (place === this.#rank.first) this.#rank.shift()
    else this.#rank.leave(place)
    return this.#noteLeft(place)
  }

  /** Takes one out that is not sent any more. */
  leave({ place }: Statement<C>): AcquireRequest<C> | undefined {
    if (place === undefined) return undefined
    this.#rank.leave(place)
    return this.#noteLeft(place)
  }

  #placeFor(statement: Statement<C>, request: AcquireRequest<C>): Place<C> {
    const place = new Place(statement, request)
    if (!this.#rank.isFair && place.terms?.tenant !== undefined) this.#rank = new FairRank(0, this.#rank)
    statement.place = place
    this.#size++
    return place
  }

  #noteLeft({ statement, request }: Place<C>): AcquireRequest<C> {
    statement.place = undefined
    if (--this.#size === 0 && this.#rank.isFair) this.#rank = new Rank(0)
    return request
  }
}
