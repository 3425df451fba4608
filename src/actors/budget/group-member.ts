// One pool's part of a group: what it holds, what it asks for, and what it owes.
import type { Allotment, BudgetEvidence, BudgetMember } from '../../core/budget.js'
import type { BudgetShare } from '../../machines/decisions/budget.js'

/** What the members of a group share, and what they may do with it. */
export interface SharedCap {
  /** Whether the member may open a connection now; if not, it is told when it may. */
  ask(member: GroupMember): boolean
  /** It no longer wants what it asked for. */
  withdraw(member: GroupMember): void
  /** From now on it holds so many connections, and keeps so many. */
  reserve(member: GroupMember, held: number, min: number): void
  resizeMember(member: GroupMember, min: number): void
  leave(member: GroupMember): void
  /** Something has changed that others may have waited for. */
  settle(member: GroupMember): void
  /** How many more connections it could open now. */
  roomFor(member: GroupMember): number
  /** When one that waits asks again, in milliseconds. */
  lookAgainIn(member: GroupMember): number
  evidence(): BudgetEvidence
}

/** One pool of a group. */
export class GroupMember implements Allotment, BudgetShare {
  readonly #group: SharedCap
  readonly #member: BudgetMember
  held = 0
  min = 0
  owes = 0
  /** Connections that it was granted after it had asked, and has not begun to open. */
  grants = 0
  asked: number | undefined = undefined
  grantedAt = 0

  constructor(group: SharedCap, member: BudgetMember) {
    this.#group = group
    this.#member = member
  }

  get member(): BudgetMember {
    return this.#member
  }

  get idle(): number {
    return this.#member.idle
  }

  get isHeldBack(): boolean {
    return this.asked !== undefined
  }

  /** It is kept in this process. */
  get isAway(): boolean {
    return false
  }

  get room(): number {
    return this.grants + this.#group.roomFor(this)
  }

  get lookAgainIn(): number {
    return this.#group.lookAgainIn(this)
  }

  ask(): boolean {
    if (this.grants === 0) return this.#group.ask(this)
    this.grants--
    return true
  }

  withdraw(): void {
    this.#group.withdraw(this)
    for (; this.grants > 0; this.grants--) this.#release()
  }

  ended(): void {
    this.owes = Math.max(0, this.owes - 1)
    this.#release()
  }

  #release(): void {
    if (this.held === 0) return // the pool has left
    this.#group.reserve(this, this.held - 1, this.min)
    this.#group.settle(this)
  }

  kept(): void {
    this.owes = Math.max(0, this.owes - 1)
  }

  isSpent(): boolean {
    return false
  }

  refused(): void {}

  resize(min: number): void {
    this.#group.resizeMember(this, min)
  }

  leave(): void {
    this.grants = 0
    this.#group.leave(this)
  }

  evidence(): BudgetEvidence {
    return this.#group.evidence()
  }

  /** What inspectors print of it. */
  toJSON(): object {
    const { held, min, isHeldBack } = this
    return { held, min, heldBack: isHeldBack }
  }
}
