// The statements that wait to be sent on a connection that is shared: first come, first served, or tenants in turns.
import { FairRank } from '../callers/fair-rank.js'
import { Rank } from '../callers/rank.js'
import type { AcquireRequest } from '../callers/request.js'
import type { Statement } from './statement.js'

/**
 * Each has a request in the pool's queue as well, where it waits for a connection of its own; whichever comes first serves it. So a statement's turn
 * on a connection that is shared needs a list of its own: the same as a rank of the pool's queue.
 *
 * No Map, though members leave from between: V8 replaces the table of a Map that is used as a queue every few members, and each old table holds on
 * to its successor. Once one of them is in the old generation, the collector copies all that come after it.
 */
export class WaitingStatements<C> {
  #rank = new Rank<Statement<C>>(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Whose turn it is. */
  get first(): Statement<C> | undefined {
    return this.#rank.first
  }

  has(statement: Statement<C>): boolean {
    return statement.queued
  }

  /** It comes last, or last of its tenant. */
  add(statement: Statement<C>, request: AcquireRequest<C>): void {
    this.#note(statement, request)
    this.#rank.join(statement)
  }

  /** It is next, behind those that are older: it has had its turn. */
  addFirst(statement: Statement<C>, request: AcquireRequest<C>): void {
    this.#note(statement, request)
    this.#rank.rejoin(statement)
  }

  /** Takes one out that is sent. If it was its turn, its tenant has had it. */
  take(statement: Statement<C>): AcquireRequest<C> | undefined {
    if (!statement.queued) return undefined
    if (statement === this.#rank.first) this.#rank.shift()
    else this.#rank.leave(statement)
    return this.#noteLeft(statement)
  }

  /** Takes one out that is not sent any more. */
  leave(statement: Statement<C>): AcquireRequest<C> | undefined {
    if (!statement.queued) return undefined
    this.#rank.leave(statement)
    return this.#noteLeft(statement)
  }

  #note(statement: Statement<C>, request: AcquireRequest<C>): void {
    if (!this.#rank.isFair && statement.terms?.tenant !== undefined) this.#rank = new FairRank(0, this.#rank)
    statement.queued = true
    statement.request = request
    this.#size++
  }

  #noteLeft(statement: Statement<C>): AcquireRequest<C> | undefined {
    const { request } = statement
    statement.request = undefined
    if (--this.#size === 0 && this.#rank.isFair) this.#rank = new Rank(0)
    return request
  }
}
