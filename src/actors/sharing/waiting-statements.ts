// The statements that wait to be sent on a connection that is shared: first come, first served, or tenants in turns.
import { FairRank } from '../callers/fair-rank.js'
import { Rank } from '../callers/rank.js'
import { AcquireRequest } from '../callers/request.js'
import type { Statement } from './statement.js'

/**
 * Each has a request in the pool's queue as well, where it waits for a connection of its own; whichever comes first serves it. So a statement's turn
 * on a connection that is shared needs a list of its own. Without tenants, that is the order in which they came.
 */
export class WaitingStatements<C> {
  readonly #requests = new Map<Statement, AcquireRequest<C>>()
  /** Made when one of a tenant waits, and gone with the last one. */
  #turns: Turns<C> | undefined = undefined

  get size(): number {
    return this.#requests.size
  }

  /** Whose turn it is. */
  get first(): Statement | undefined {
    if (this.#turns !== undefined) return this.#turns.first
    for (const statement of this.#requests.keys()) return statement
    return undefined
  }

  has(statement: Statement): boolean {
    return this.#requests.has(statement)
  }

  /** The request that it has in the pool's queue; undefined = it does not wait here. */
  requestOf(statement: Statement): AcquireRequest<C> | undefined {
    return this.#requests.get(statement)
  }

  /** It comes last, or last of its tenant. */
  add(statement: Statement, request: AcquireRequest<C>): void {
    if (this.#turns === undefined && statement.limits?.terms?.tenant !== undefined)
      this.#turns = new Turns(this.#requests.keys())
    this.#requests.set(statement, request)
    this.#turns?.add(statement)
  }

  /** It is next: it has had its turn. */
  addFirst(statement: Statement, request: AcquireRequest<C>): void {
    const others = [...this.#requests]
    this.#requests.clear()
    this.#requests.set(statement, request)
    for (const [other, itsRequest] of others) this.#requests.set(other, itsRequest)
    this.#turns?.addFirst(statement)
  }

  /** Takes one out that is sent. If it was its turn, its tenant has had it. */
  take(statement: Statement): AcquireRequest<C> | undefined {
    this.#turns?.take(statement)
    return this.#drop(statement)
  }

  /** Takes one out that is not sent any more. */
  leave(statement: Statement): AcquireRequest<C> | undefined {
    this.#turns?.leave(statement)
    return this.#drop(statement)
  }

  #drop(statement: Statement): AcquireRequest<C> | undefined {
    const request = this.#requests.get(statement)
    this.#requests.delete(statement)
    if (this.#requests.size === 0) this.#turns = undefined
    return request
  }
}

/** The same as a rank of the pool's queue, by tickets: a request is in one queue only. */
class Turns<C> {
  readonly #rank = new FairRank<C>(0, new Rank<C>(0))
  readonly #tickets = new Map<Statement, AcquireRequest<C>>()
  readonly #statements = new Map<AcquireRequest<C>, Statement>()

  constructor(statements: Iterable<Statement>) {
    for (const statement of statements) this.add(statement)
  }

  get first(): Statement | undefined {
    const { first } = this.#rank
    return first && this.#statements.get(first)
  }

  add(statement: Statement): void {
    this.#rank.join(this.#ticketOf(statement))
  }

  addFirst(statement: Statement): void {
    this.#rank.rejoin(this.#ticketOf(statement))
  }

  take(statement: Statement): void {
    if (this.first !== statement) this.leave(statement)
    else {
      this.#rank.shift()
      this.#forget(statement)
    }
  }

  leave(statement: Statement): void {
    const ticket = this.#forget(statement)
    if (ticket !== undefined) this.#rank.leave(ticket)
  }

  #forget(statement: Statement): AcquireRequest<C> | undefined {
    const ticket = this.#tickets.get(statement)
    if (ticket === undefined) return undefined
    this.#tickets.delete(statement)
    this.#statements.delete(ticket)
    return ticket
  }

  #ticketOf(statement: Statement): AcquireRequest<C> {
    const ticket = new AcquireRequest<C>(statement.at, Number.POSITIVE_INFINITY, 0)
    const { tenant, weight = 1 } = statement.limits?.terms ?? {}
    ticket.terms = { tenant, weight, lane: undefined, since: undefined }
    ticket.queued = true
    this.#tickets.set(statement, ticket)
    this.#statements.set(ticket, statement)
    return ticket
  }
}
