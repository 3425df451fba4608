// One cap over many pools in a process: a pool a tenant, a host, a role.
import type { Allotment, Budget, BudgetEvidence, BudgetHolder, BudgetMember } from '../../core/budget.js'
import { OptionsError } from '../../core/errors.js'
import type { Hint } from '../../core/names.js'
import { hintAtPool, poolOptionFor } from '../../core/options.js'
import { hintOf } from '../../core/other-pools.js'
import { number, optional, parse, textLike } from '../../core/shape.js'
import { atOnce, mayOpen, nextInTurn, reclaims, spokenFor } from '../../machines/decisions/budget.js'
import { GroupMember } from './group-member.js'

/** The options of {@link poolGroup}. */
export interface PoolGroupOptions {
  /** The maximum number of connections of all pools in the group together, as the databases count them. At least 1. */
  max: number
  /** What the group is called in errors. Default: "the group". */
  name?: string | undefined
}

/** One pool of a group at one moment. */
export interface GroupedPool {
  /** The pool's name. */
  readonly pool: string
  /** Its connections, in any state. */
  readonly connections: number
  /** How many of the group's connections are kept for it. */
  readonly min: number
  /** Whether it wants one more connection, and the group has none left. */
  readonly heldBack: boolean
}

/** A group at one moment. */
export interface PoolGroupStats {
  readonly max: number
  /** The connections of all pools together; never more than `max`, unless `max` was just lowered. */
  readonly connections: number
  /** In the order in which they joined. */
  readonly pools: readonly GroupedPool[]
}

/** How long a pool waits before it asks again, in milliseconds: a connection of another pool may have become idle meanwhile. */
const lookAgainIn = 50

const max = number({ least: 1, integer: true, finite: true })
const shape = { max, name: optional(textLike('a non-empty string', /\S/)) }

/** Another pool's name for `max` is one for the group's, too. */
const hint: Hint = (name, owner) =>
  poolOptionFor(name) === 'max' ? hintOf(name, owner) : hintAtPool(name, owner)

/**
 * Makes a group: one cap over many pools in this process. Pass it to each of them as the option `group`; a pool leaves the group when it
 * is closed.
 *
 * ```ts
 * const group = poolGroup({ max: 50 })
 * const poolOf = (tenant: string) => createPool(postgres(urlOf(tenant)), { name: tenant, group })
 * ```
 *
 * A pool of a group asks the group before it opens a connection. When the group has none left, an idle connection of a pool without
 * waiting callers is closed for it. When there is none, pools that hold more give way on release, until all pools with waiting callers hold
 * as many, give or take one; where there are more such pools than connections, each has its turn. `min` is kept for each pool.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function poolGroup(options: PoolGroupOptions): PoolGroup {
  return new PoolGroup(options)
}

/** One cap over many pools; see {@link poolGroup}. */
export class PoolGroup implements Budget {
  #max: number
  /** What it is called in errors. */
  readonly #name: string
  readonly #members = new Set<GroupMember>()
  readonly #asking = new Set<GroupMember>()
  /** Open, or about to be. */
  #held = 0
  /** What is spoken for. */
  #reserved = 0
  #mins = 0
  #askings = 0
  #settling = false
  #again = false
  /** When the group last looked for connections to close. */
  #lookedAt = Number.NEGATIVE_INFINITY

  /** @internal */
  constructor(options: PoolGroupOptions) {
    const { max, name } = parse('poolGroup', shape, options, { hint })
    this.#max = max
    this.#name = name === undefined ? 'the group' : `the group "${name}"`
  }

  /** The most connections of all pools in the group together. */
  get max(): number {
    return this.#max
  }

  /** The group at this moment: who holds what. */
  stats(): PoolGroupStats {
    const pools = [...this.#members].map(({ member, min, isHeldBack }) =>
      Object.freeze({ pool: member.name, connections: member.total, min, heldBack: isHeldBack }),
    )
    const connections = pools.reduce((sum, pool) => sum + pool.connections, 0)
    return Object.freeze({ max: this.#max, connections, pools: Object.freeze(pools) })
  }

  /**
   * Changes the group's `max`. Surplus connections are closed: idle ones at once, leased ones on release.
   * @throws OptionsError for a `max` below what the pools' `min` need.
   */
  resize(size: { max: number }): void {
    const parsed = parse('resize', { max }, size)
    if (parsed.max < this.#mins)
      throw new OptionsError(
        'max',
        parsed.max,
        `max must be at least ${this.#mins}: so many connections ${this.#name} has to keep for its pools (min); got ${parsed.max}.`,
      )
    this.#max = parsed.max
    const [first] = this.#members
    if (first !== undefined) this.settle(first)
  }

  /** @internal */
  admit(min: number): void {
    this.#refuse(min, 0)
  }

  #refuse(min: number, instead: number): void {
    const others = this.#mins - instead
    if (others + min <= this.#max) return
    throw new OptionsError(
      'min',
      min,
      `min must be at most ${this.#max - others}: ${this.#name} has ${this.#max} connections (max), and ${others} of them are kept for its other pools (min); got ${min}. Lower min (0 = the pool opens none until a caller needs one), or raise the group's max.`,
    )
  }

  /** @internal */
  join(member: BudgetMember): Allotment {
    this.admit(member.min)
    const joined = new GroupMember(this, member)
    this.#members.add(joined)
    this.reserve(joined, joined.held, member.min)
    return joined
  }

  /** @internal */
  resizeMember(member: GroupMember, min: number): void {
    this.#refuse(min, member.min)
    this.reserve(member, member.held, min)
    this.settle(member)
  }

  /** @internal */
  reserve(member: GroupMember, held: number, min: number): void {
    this.#reserved -= spokenFor(member)
    this.#held += held - member.held
    this.#mins += min - member.min
    member.held = held
    member.min = min
    this.#reserved += spokenFor(member)
  }

  /** @internal */
  ask(member: GroupMember): boolean {
    if (member.asked === undefined && mayOpen(member, this.#reserved, this.#max, this.#held)) {
      this.#grant(member)
      return true
    }
    if (member.asked === undefined) {
      member.asked = ++this.#askings
      this.#asking.add(member)
    }
    // Where many wait, one look is for all of them: a thousand that each had their own would leave the process no time to serve any.
    const since = member.member.now() - this.#lookedAt
    if (this.#asking.size <= atOnce || since < 0 || since >= lookAgainIn) this.settle(member)
    return false
  }

  /** When a pool that waits asks again, in milliseconds: among many at random within a second, so that there is always one that does soon. @internal */
  lookAgainIn({ member }: GroupMember): number {
    const { size } = this.#asking
    const spread = size <= atOnce ? 0 : Math.min(1_000, (lookAgainIn * size) / atOnce)
    return lookAgainIn + spread * member.random()
  }

  /** @internal */
  withdraw(member: GroupMember): void {
    if (!this.#asking.delete(member)) return
    member.asked = undefined
  }

  /** @internal */
  leave(member: GroupMember): void {
    this.withdraw(member)
    if (!this.#members.delete(member)) return
    this.reserve(member, 0, 0)
    this.settle(member)
  }

  /** How many more connections this pool could open now. @internal */
  roomFor(member: GroupMember): number {
    let idle = 0
    for (const other of this.#members)
      if (other !== member && other.asked === undefined)
        idle += Math.min(other.idle, Math.max(0, other.held - other.min))
    const free = this.#max - this.#reserved + Math.max(0, member.min - member.held)
    return Math.max(0, Math.min(free, this.#max - this.#held)) + idle
  }

  /** @internal */
  evidence(): BudgetEvidence {
    const holders: BudgetHolder[] = []
    for (const { member } of this.#members)
      if (member.total > 0) holders.push({ pool: member.name, connections: member.total })
    holders.sort((one, other) => other.connections - one.connections)
    return { budget: this.#name, max: this.#max, holders }
  }

  /**
   * Something has changed: grants what is free to those that ask, and tells pools to close what others need more. A pool that is told may come
   * back here before it has heard all: one run at a time, and the next one after it.
   * @internal
   */
  settle({ member }: GroupMember): void {
    if (this.#asking.size === 0 && this.#held <= this.#max) return
    this.#again = true
    if (this.#settling) return
    this.#settling = true
    try {
      while (this.#again) {
        this.#again = false
        this.#grantInTurn()
        this.#reclaim(member.now())
      }
    } finally {
      this.#settling = false
    }
  }

  #grantInTurn(): void {
    if (this.#held >= this.#max) return
    const granted: GroupMember[] = []
    const open = [...this.#asking]
    for (;;) {
      const next = nextInTurn(open.filter(one => mayOpen(one, this.#reserved, this.#max, this.#held)))
      if (next === undefined) break
      open.splice(open.indexOf(next), 1)
      this.withdraw(next)
      this.#grant(next)
      next.grants++
      granted.push(next)
    }
    for (const { member } of granted) member.granted()
  }

  #reclaim(now: number): void {
    this.#lookedAt = now
    const told = reclaims([...this.#members], [...this.#asking], Math.max(0, this.#held - this.#max), now)
    for (const each of told) each.owes++
    for (const { member } of told) member.reclaim()
  }

  #grant(member: GroupMember): void {
    this.reserve(member, member.held + 1, member.min)
    member.grantedAt = member.member.now()
  }
}
