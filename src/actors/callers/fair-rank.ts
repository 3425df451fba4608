// The waiting callers of one priority of whom some name a tenant: tenants take turns. Made when the first one waits.

import { Gapped, type Member } from '../../core/gapped.js'
import { roundsUntilTurn } from '../../machines/decisions/fairness.js'
import { Rank, type Waiting } from './rank.js'

/** One tenant's callers who wait, first come first served; there is none for a tenant without. */
class Flow<W extends Waiting> implements Member {
  queued = true
  weight = 1
  /** How many leases it may have in this turn, or, until then, in its next one. */
  credit = 0
  /** Those who have their turn in the same round. */
  row: Gapped<Flow<W>> | undefined = undefined

  /** @param tenant undefined = all callers who name none */
  constructor(
    readonly tenant: string | undefined,
    readonly rank: Rank<W>,
  ) {}
}

/**
 * Tenants in their turns; `decisions/fairness.ts` has the rule. In front are those whose connection turned out to be unfit: they have had
 * their turn.
 */
export class FairRank<W extends Waiting> extends Rank<W> {
  readonly #flows = new Map<string | undefined, Flow<W>>()
  #now = new Gapped<Flow<W>>()
  /** The rows of rounds to come, by their number. */
  readonly #later = new Map<number, Gapped<Flow<W>>>()
  #round = 0
  #waiting = 0

  /** @param unnamed those who wait already, none of whom names a tenant */
  constructor(priority: number, unnamed?: Rank<W>) {
    super(priority)
    if (unnamed?.first === undefined) return
    this.#waiting = unnamed.places
    this.#add(new Flow(undefined, unnamed))
    this.#advance()
  }

  override get isFair(): boolean {
    return true
  }

  override get first(): W | undefined {
    return super.first ?? this.#now.first?.rank.first
  }

  override get newest(): number {
    let newest = super.newest
    for (const { rank } of this.#flows.values()) newest = Math.max(newest, rank.newest)
    return newest
  }

  override get oldest(): number {
    let oldest = super.first?.at ?? Number.POSITIVE_INFINITY
    for (const { rank } of this.#flows.values()) oldest = Math.min(oldest, rank.oldest)
    return oldest
  }

  override get places(): number {
    return super.places + this.#waiting
  }

  override join(one: W): void {
    const flow = this.#flowOf(one)
    flow.rank.join(one)
    this.#waiting++
    this.#advance()
  }

  override admit(one: W): void {
    this.#flowOf(one).rank.rejoin(one)
    this.#waiting++
    this.#advance()
  }

  override shift(): W {
    const flow = super.first === undefined ? this.#now.first : undefined
    if (flow === undefined) return super.shift()
    const one = flow.rank.shift()
    this.#waiting--
    flow.credit--
    if (flow.rank.first === undefined) this.#drop(flow)
    else if (flow.credit < 1) {
      this.#now.shift()
      this.#enter(flow)
    }
    this.#advance()
    return one
  }

  override leave(one: W): void {
    if (this.members.at(this.indexOf(one)) === one) {
      super.leave(one)
      return
    }
    const flow = this.#flows.get(one.terms?.tenant)
    if (flow === undefined) return
    flow.rank.leave(one)
    this.#waiting--
    if (flow.rank.first === undefined) this.#drop(flow)
    this.#advance()
  }

  /** In the order in which they are served if no one else comes or leaves: a copy serves them. */
  override toArray(): W[] {
    const copy = this.#copy()
    const order: W[] = []
    while (copy.first !== undefined) order.push(copy.shift())
    for (const one of order) one.queued = true
    return order
  }

  /** As if all weights were 1. */
  override placeOf(one: W): number {
    const flow = this.#flows.get(one.terms?.tenant)
    const index = this.indexOf(one)
    if (flow === undefined || this.members.at(index) === one) return index
    const turns = flow.rank.placeOf(one) + 1
    return Math.min(this.places, super.places + turns * this.#flows.size) - 1
  }

  /** The latest caller's weight counts, from the next turn on. */
  #flowOf({ terms }: W): Flow<W> {
    const tenant = terms?.tenant
    const known = this.#flows.get(tenant)
    const flow = known ?? new Flow<W>(tenant, new Rank(this.priority))
    flow.weight = terms?.weight ?? 1
    if (known === undefined) this.#add(flow)
    return flow
  }

  #add(flow: Flow<W>): void {
    this.#flows.set(flow.tenant, flow)
    this.#enter(flow)
  }

  #drop(flow: Flow<W>): void {
    this.#flows.delete(flow.tenant)
    flow.row?.leave(flow)
  }

  /** Puts a tenant into the row of its next turn. */
  #enter(flow: Flow<W>): void {
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

  #copy(): FairRank<W> {
    const copy = new FairRank<W>(this.priority)
    for (const one of super.toArray()) copy.members.push(one)
    copy.#waiting = this.#waiting
    copy.#round = this.#round
    const copyRow = (row: Gapped<Flow<W>>): Gapped<Flow<W>> => {
      const rowCopy = new Gapped<Flow<W>>()
      for (const flow of row.toArray()) {
        const rank = new Rank<W>(this.priority)
        for (const one of flow.rank.toArray()) rank.join(one)
        const flowCopy = Object.assign(new Flow(flow.tenant, rank), {
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
