// The waiting callers of one priority of whom some name a tenant: tenants take turns. Made when the first one waits.
import { roundsUntilTurn } from '../../machines/decisions/fairness.js'
import { Gapped, type Member } from './gapped.js'
import { Rank } from './rank.js'
import type { AcquireRequest } from './request.js'

/** One tenant's callers who wait, first come first served; there is none for a tenant without. */
class Flow<C> implements Member {
  queued = true
  weight = 1
  /** How many leases it may have in this turn, or, until then, in its next one. */
  credit = 0
  /** Those who have their turn in the same round. */
  row: Gapped<Flow<C>> | undefined = undefined

  /** @param tenant undefined = all callers who name none */
  constructor(
    readonly tenant: string | undefined,
    readonly requests: Rank<C>,
  ) {}
}

/**
 * Tenants in their turns; `decisions/fairness.ts` has the rule. In front are those whose connection turned out to be unfit: they have had
 * their turn.
 */
export class FairRank<C> extends Rank<C> {
  readonly #flows = new Map<string | undefined, Flow<C>>()
  #now = new Gapped<Flow<C>>()
  /** The rows of rounds to come, by their number. */
  readonly #later = new Map<number, Gapped<Flow<C>>>()
  #round = 0
  #waiting = 0

  /** @param unnamed those who wait already, none of whom names a tenant */
  constructor(priority: number, unnamed?: Rank<C>) {
    super(priority)
    if (unnamed?.first === undefined) return
    this.#waiting = unnamed.places
    this.#add(new Flow(undefined, unnamed))
    this.#advance()
  }

  override get isFair(): boolean {
    return true
  }

  override get first(): AcquireRequest<C> | undefined {
    return super.first ?? this.#now.first?.requests.first
  }

  override get newest(): number {
    let newest = super.newest
    for (const { requests } of this.#flows.values()) newest = Math.max(newest, requests.newest)
    return newest
  }

  override get oldest(): number {
    let oldest = super.first?.at ?? Number.POSITIVE_INFINITY
    for (const { requests } of this.#flows.values()) oldest = Math.min(oldest, requests.oldest)
    return oldest
  }

  override get places(): number {
    return super.places + this.#waiting
  }

  override join(request: AcquireRequest<C>): void {
    const flow = this.#flowOf(request)
    flow.requests.join(request)
    this.#waiting++
    this.#advance()
  }

  override admit(request: AcquireRequest<C>): void {
    this.#flowOf(request).requests.rejoin(request)
    this.#waiting++
    this.#advance()
  }

  override shift(): AcquireRequest<C> {
    const flow = super.first === undefined ? this.#now.first : undefined
    if (flow === undefined) return super.shift()
    const request = flow.requests.shift()
    this.#waiting--
    flow.credit--
    if (flow.requests.first === undefined) this.#drop(flow)
    else if (flow.credit < 1) {
      this.#now.shift()
      this.#enter(flow)
    }
    this.#advance()
    return request
  }

  override leave(request: AcquireRequest<C>): void {
    if (this.members.at(this.indexOf(request)) === request) {
      super.leave(request)
      return
    }
    const flow = this.#flows.get(request.terms?.tenant)
    if (flow === undefined) return
    flow.requests.leave(request)
    this.#waiting--
    if (flow.requests.first === undefined) this.#drop(flow)
    this.#advance()
  }

  /** In the order in which they are served if no one else comes or leaves: a copy serves them. */
  override toArray(): AcquireRequest<C>[] {
    const copy = this.#copy()
    const order: AcquireRequest<C>[] = []
    while (copy.first !== undefined) order.push(copy.shift())
    for (const request of order) request.queued = true
    return order
  }

  /** As if all weights were 1. */
  override placeOf(request: AcquireRequest<C>): number {
    const flow = this.#flows.get(request.terms?.tenant)
    const index = this.indexOf(request)
    if (flow === undefined || this.members.at(index) === request) return index
    const turns = flow.requests.placeOf(request) + 1
    return Math.min(this.places, super.places + turns * this.#flows.size) - 1
  }

  /** The latest caller's weight counts, from the next turn on. */
  #flowOf({ terms }: AcquireRequest<C>): Flow<C> {
    const tenant = terms?.tenant
    const known = this.#flows.get(tenant)
    const flow = known ?? new Flow<C>(tenant, new Rank(this.priority))
    flow.weight = terms?.weight ?? 1
    if (known === undefined) this.#add(flow)
    return flow
  }

  #add(flow: Flow<C>): void {
    this.#flows.set(flow.tenant, flow)
    this.#enter(flow)
  }

  #drop(flow: Flow<C>): void {
    this.#flows.delete(flow.tenant)
    flow.row?.leave(flow)
  }

  /** Puts a tenant into the row of its next turn. */
  #enter(flow: Flow<C>): void {
    const rounds = roundsUntilTurn(flow.credit, flow.weight)
    flow.credit += rounds * flow.weight
    flow.queued = true
    const round = this.#round + rounds
    flow.row = this.#later.get(round) ?? new Gapped()
    flow.row.join(flow)
    this.#later.set(round, flow.row)
  }

  /** Goes on to the next round in which a tenant has its turn: as many steps as rounds, and no more than 100. */
  #advance(): void {
    while (this.#now.first === undefined && this.#flows.size > 0) {
      const row = this.#later.get(++this.#round)
      if (row === undefined) continue
      this.#later.delete(this.#round)
      this.#now = row
    }
    if (this.#flows.size === 0) this.#later.clear()
  }

  #copy(): FairRank<C> {
    const copy = new FairRank<C>(this.priority)
    for (const request of super.toArray()) copy.members.push(request)
    copy.#waiting = this.#waiting
    copy.#round = this.#round
    const copyRow = (row: Gapped<Flow<C>>): Gapped<Flow<C>> => {
      const rowCopy = new Gapped<Flow<C>>()
      for (const flow of row.toArray()) {
        const requests = new Rank<C>(this.priority)
        for (const request of flow.requests.toArray()) requests.join(request)
        const flowCopy = Object.assign(new Flow(flow.tenant, requests), {
          weight: flow.weight,
          credit: flow.credit,
          row: rowCopy,
        })
        copy.#flows.set(flow.tenant, flowCopy)
        rowCopy.join(flowCopy)
      }
      return rowCopy
    }
    copy.#now = copyRow(this.#now)
    for (const [round, row] of this.#later) copy.#later.set(round, copyRow(row))
    return copy
  }
}
