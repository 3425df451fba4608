// One budget for many processes, kept by PostgreSQL itself: a connection holds one of the fleet's slots, an advisory lock of its session.
import type { Allotment, Budget, BudgetEvidence, BudgetMember } from '../core/budget.js'
import { OptionsError } from '../core/errors.js'
import { workForPool } from '../core/for-the-pool.js'
import { type Hint, noOption } from '../core/names.js'
import { hintAtPool, poolOptionFor } from '../core/options.js'
import { number, parse, textLike } from '../core/shape.js'
import { reclaims } from '../machines/decisions/budget.js'
import { growthDelay, retryDelay, scarceFor, yieldDelay } from './pace.js'
import {
  census,
  claim,
  type FleetClient,
  type FleetKeys,
  keyOf,
  keysOf,
  membersIn,
  mostMin,
  newMember,
  tell,
  toldIn,
} from './slots.js'
import { FleetSpentError, isSpent } from './spent.js'

/** The options of {@link fleet}. */
export interface FleetOptions {
  /** The fleet's name: pools with the same one, on the same database, share the budget. All must name the same `connections`. */
  name: string
  /** The maximum number of connections of all pools in all processes together. At least 1. */
  connections: number
}

const shape = {
  name: textLike('a non-empty string', /\S/),
  connections: number({ least: 1, most: 10_000, integer: true, kind: 'an integer' }),
}

/** The pools' `max` is not the fleet's: it has a name of its own. */
const hint: Hint = (name, owner) =>
  poolOptionFor(name) === 'max'
    ? noOption(owner, name, '; did you mean connections?')
    : hintAtPool(name, owner)

/**
 * Makes this process's part of a fleet: one budget of connections for the pools of many processes. Pass it to each pool of the process as
 * the option `fleet`. The pool's own PostgreSQL keeps the budget, and nothing else is needed.
 *
 * ```ts
 * const orders = fleet({ name: 'orders', connections: 50 })
 * const pool = createPool(postgres(url), { fleet: orders })
 * ```
 *
 * After a connect, the session takes one of the fleet's slots, an advisory lock; if none is free, the connection is closed, and the pool's
 * callers wait. The lock ends with the session, so a process that is killed gives its slots back as soon as the server notices.
 * Idle connections are closed where callers wait elsewhere; pools whose callers all wait end up with as many each, give or take one.
 *
 * Needs a session for each connection: not through PgBouncer in transaction mode.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function fleet(options: FleetOptions): Fleet {
  return new Fleet(options)
}

/** One process's part of a fleet; see {@link fleet}. */
export class Fleet implements Budget {
  /** The fleet's name. */
  readonly name: string
  readonly #connections: number
  readonly #keys: FleetKeys
  readonly #members = new Set<Member>()
  /** The pool of this process whose connect is under way, until it has its slot: one at a time. */
  #entering: Member | undefined

  /** @internal */
  constructor(options: FleetOptions) {
    const { name, connections } = parse('fleet', shape, options, { hint })
    this.name = name
    this.#connections = connections
    this.#keys = keysOf(name)
  }

  /** The most connections of all pools in all processes together. */
  get max(): number {
    return this.#connections
  }

  /** @internal */
  get keys(): FleetKeys {
    return this.#keys
  }

  /** @internal */
  admit(min: number, database = 'postgres'): void {
    if (database !== 'postgres')
      throw new OptionsError(
        'fleet',
        undefined,
        `fleet needs PostgreSQL, which keeps the budget of a fleet; the driver is for ${database}. Omit fleet, or cap the pools of this process with group.`,
      )
    let others = 0
    for (const member of this.#members) others += member.min
    const most = Math.min(mostMin, this.#connections - others)
    if (min <= most) return
    throw new OptionsError(
      'min',
      min,
      `min must be at most ${most}: the fleet "${this.name}" has ${this.#connections} connections, and ${others} of them are kept for other pools of this process (min); got ${min}.`,
    )
  }

  /** @internal */
  join(member: BudgetMember): Allotment {
    this.admit(member.min)
    const joined = new Member(this, member)
    this.#members.add(joined)
    return joined
  }

  /** @internal */
  leave(member: Member): void {
    this.#members.delete(member)
    this.left(member)
  }

  /** Whether a pool may begin a connect now: no other one of this process is without its slot. @internal */
  begin(member: Member): boolean {
    if (this.#entering !== undefined) return false
    this.#entering = member
    return true
  }

  /** A connect has its slot, or has failed: the next pool that waits for its turn in this process has it. @internal */
  left(member: Member): void {
    if (this.#entering !== member) return
    this.#entering = undefined
    for (const other of this.#members) {
      if (this.#entering !== undefined) return
      other.isTurn()
    }
  }
}

/** How soon a pool looks again while another one of its process connects, in milliseconds. */
const lookAgainIn = 50

/** One pool of the fleet, in this process. */
class Member implements Allotment {
  readonly #fleet: Fleet
  readonly #pool: BudgetMember
  readonly #number = newMember(Math.random)
  readonly #known = new WeakSet<object>()
  #min: number
  /** Attempts in a row that found no slot. */
  #refusals = 0
  /** Asks for nothing before. */
  #notBefore = Number.NEGATIVE_INFINITY
  /** It asks while another pool of this process connects. */
  #waits = false
  /** Slots that were taken when it last looked, its own included. */
  #taken = 0
  /** Whether each pool that held slots then held only one. */
  #isSpread = false
  /** Connections are known to be scarce until then. */
  #scarceUntil = Number.NEGATIVE_INFINITY

  constructor(fleet: Fleet, pool: BudgetMember) {
    this.#fleet = fleet
    this.#pool = pool
    this.#min = pool.min
  }

  get min(): number {
    return this.#min
  }

  get #key(): number {
    return keyOf(this.#number, this.#min)
  }

  get isHeldBack(): boolean {
    return this.#refusals > 0
  }

  get room(): number {
    return this.isHeldBack ? 0 : this.#fleet.max
  }

  get lookAgainIn(): number {
    const left = this.#notBefore - this.#pool.now()
    return left > 0 ? Math.ceil(left) : lookAgainIn
  }

  ask(): boolean {
    this.#waits = false
    if (this.#pool.now() < this.#notBefore) return false
    if (this.#fleet.begin(this)) return true
    this.#waits = true
    return false
  }

  /** Another pool's connect is over. */
  isTurn(): void {
    if (!this.#waits) return
    this.#waits = false
    this.#pool.granted()
  }

  withdraw(): void {
    this.#waits = false
    // Else the pool has as many as it may because one is being opened, which is how a fleet is asked, or is being closed, because it was refused.
    const { connecting, staying, total } = this.#pool
    if (connecting === 0 && staying === total) this.#refusals = 0
  }

  ended(): void {
    if (this.#pool.connecting === 0) this.#fleet.left(this)
  }

  kept(): void {}

  isSpent(error: unknown): boolean {
    return isSpent(error)
  }

  refused(): void {
    const now = this.#pool.now()
    const found = { refusals: ++this.#refusals, held: this.#pool.staying, isSpread: this.#isSpread }
    this.#notBefore = Math.max(this.#notBefore, now + retryDelay(found, Math.random()))
    this.#scarceUntil = now + scarceFor
  }

  resize(min: number): void {
    if (min > this.#min) this.#fleet.admit(min - this.#min)
    this.#min = min
  }

  leave(): void {
    this.#waits = false
    this.#fleet.leave(this)
  }

  evidence(): BudgetEvidence {
    const { name, staying, connecting } = this.#pool
    const own = staying - connecting // of those that are being opened, none holds a slot
    const others = Math.max(0, this.#taken - own)
    return {
      budget: `the fleet "${this.#fleet.name}"`,
      max: this.#fleet.max,
      holders: [
        { pool: 'the rest of the fleet', connections: others },
        { pool: name, connections: own },
      ].filter(({ connections }) => connections > 0),
    }
  }

  async enter(connection: unknown, again: boolean): Promise<void> {
    const client = connection as FleetClient
    await workForPool(client as object, async () => {
      const slot = await this.#claim(client)
      if (slot === undefined) await this.#askOthers(client)
    })
    this.#refusals = 0
    if (again) return
    const now = this.#pool.now()
    if (now < this.#scarceUntil) this.#notBefore = now + growthDelay(this.#pool.staying)
    this.#fleet.left(this)
  }

  async #claim(client: FleetClient): Promise<unknown> {
    if (!this.#known.has(client)) {
      this.#known.add(client)
      client.on('notification', ({ channel, payload }) => {
        if (channel === this.#fleet.keys.channel) this.#hear(payload)
      })
    }
    const answers = await client.query(claim(this.#fleet.keys, this.#key, this.#fleet.max))
    return [answers].flat().at(-1)?.rows[0]?.slot
  }

  /**
   * No slot is free: tells the pool that should give one back, and fails.
   * @throws FleetSpentError; an error when the pools' `min` exceed the fleet
   */
  async #askOthers(client: FleetClient): Promise<never> {
    const { keys, max, name } = this.#fleet
    const now = this.#pool.now()
    const [answer] = [await client.query(census(keys))].flat()
    const members = membersIn(answer?.rows ?? [], now)
    this.#taken = members.reduce((sum, { held }) => sum + held, 0)
    this.#isSpread = members.every(({ held, idle }) => held <= 1 && idle === 0)
    const mins = members.reduce((sum, { min }) => sum + min, 0)
    if (mins > max && this.#pool.total <= this.#min && this.#min > 0)
      throw new Error(
        `the pools of the fleet "${name}" are to keep ${mins} connections (min), and it has ${max}: lower their min, or raise connections`,
      )
    const own = members.find(({ key }) => key === this.#key)
    const asking = {
      key: this.#key,
      held: 0,
      min: this.#min,
      idle: 0,
      owes: 0,
      grantedAt: now,
      ...own,
      asked: 1,
    }
    const others = members.filter(member => member !== own)
    for (const rich of reclaims([...others, asking], [asking], 0, now))
      if (rich.key !== this.#key) await client.query(tell(keys, rich))
    throw new FleetSpentError(name, max)
  }

  /** Another process needs a connection more than this pool does. */
  #hear(payload: string | undefined): void {
    const most = toldIn(payload, this.#key)
    if (most === undefined || this.#pool.staying <= Math.max(most, this.#min)) return
    const now = this.#pool.now()
    this.#notBefore = now + yieldDelay(Math.random())
    this.#scarceUntil = now + scarceFor
    this.#pool.reclaim()
  }

  /** What inspectors print of it. */
  toJSON(): object {
    const { min, isHeldBack } = this
    return { min, heldBack: isHeldBack }
  }
}
