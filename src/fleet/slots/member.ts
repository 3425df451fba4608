// One pool of a fleet whose budget its own PostgreSQL keeps: a connection holds one of the fleet's slots, an advisory lock of its session.
//
// It has no chart, as it has no states of its own: what it is at is in the charts of the pool and of its connections (which connect, and which hold a slot), and
// whose turn it is in the process's `Turns`. What it keeps are findings: how often it found none, what it saw last, and until when that counts.
import type { Allotment, BudgetEvidence, BudgetMember } from '../../core/budget.js'
import { workForPool } from '../../core/for-the-pool.js'
import { reclaims } from '../../machines/decisions/budget.js'
import { growthDelay, retryDelay, scarceFor, yieldDelay } from '../pace.js'
import { FleetSpentError, isSpent } from '../spent.js'
import type { Terms } from '../terms.js'
import {
  census,
  claim,
  type FleetClient,
  type FleetKeys,
  keyOf,
  membersIn,
  newMember,
  type SlotRange,
  tell,
  toldIn,
} from './slots.js'
import type { Turns } from './turns.js'

/** What a pool has to know of its fleet. */
export interface SlotTerms extends Terms {
  readonly keys: FleetKeys
  /** Whose turn it is to connect, in this process. */
  readonly turns: Turns
}

/** How soon a pool looks again while another one of its process connects, in milliseconds. */
const lookAgainIn = 50

/** One pool of the fleet, in this process. */
export class SlotMember implements Allotment {
  readonly #fleet: SlotTerms
  readonly #pool: BudgetMember
  readonly #number: number
  readonly #known = new WeakSet<object>()
  #min: number
  /** Attempts in a row that found no slot. */
  #refusals = 0
  /** Asks for nothing before. */
  #notBefore = Number.NEGATIVE_INFINITY
  /** Slots that were taken when it last looked, its own included. */
  #taken = 0
  /** Slots that there were then: fewer than the fleet has connections where the server's own limit for the role leaves no room. */
  #slots: number
  /** Whether each pool that held slots then held only one. */
  #isSpread = false
  /** Connections are known to be scarce until then. */
  #scarceUntil = Number.NEGATIVE_INFINITY

  constructor(fleet: SlotTerms, pool: BudgetMember) {
    this.#fleet = fleet
    this.#pool = pool
    this.#number = newMember(Math.random) // who it is, and nothing that a seed should decide: two pools may have the same
    this.#min = pool.min
    this.#slots = fleet.max
  }

  get min(): number {
    return this.#min
  }

  get #key(): number {
    return keyOf(this.#number, this.#min)
  }

  /** What is kept for it takes the last one, too: no pool could give one back for it. */
  get #range(): SlotRange {
    return { connections: this.#fleet.max, spare: this.#pool.staying > this.#min ? 1 : 0 }
  }

  get isHeldBack(): boolean {
    return this.#refusals > 0
  }

  /** Its connections are the only way to the engine that keeps the budget. */
  get isAway(): boolean {
    return false
  }

  get room(): number {
    return this.isHeldBack ? 0 : this.#fleet.max
  }

  get lookAgainIn(): number {
    const left = this.#notBefore - this.#pool.now()
    return left > 0 ? Math.ceil(left) : lookAgainIn
  }

  ask(): boolean {
    if (this.#pool.now() >= this.#notBefore) return this.#fleet.turns.begin(this)
    this.#fleet.turns.giveUp(this)
    return false
  }

  /** Another pool's connect is over. */
  isTurn(): void {
    this.#pool.granted()
  }

  withdraw(): void {
    this.#fleet.turns.giveUp(this)
    // Else the pool has as many as it may because one is being opened, which is how a fleet is asked, or is being closed, because it was refused.
    const { connecting, staying, total } = this.#pool
    if (connecting === 0 && staying === total) this.#refusals = 0
  }

  ended(): void {
    if (this.#pool.connecting === 0) this.#fleet.turns.end(this)
  }

  kept(): void {}

  isSpent(error: unknown): boolean {
    return isSpent(error)
  }

  refused(): void {
    const now = this.#pool.now()
    const found = { refusals: ++this.#refusals, held: this.#pool.staying, isSpread: this.#isSpread }
    this.#notBefore = Math.max(this.#notBefore, now + retryDelay(found, this.#pool.random()))
    this.#scarceUntil = now + scarceFor
  }

  resize(min: number): void {
    if (min > this.#min) this.#fleet.admit(min - this.#min)
    this.#min = min
  }

  leave(): void {
    this.#fleet.leave(this)
    this.#fleet.turns.leave(this)
  }

  evidence(): BudgetEvidence {
    const { name, staying, connecting } = this.#pool
    const own = staying - connecting // of those that are being opened, none holds a slot
    const others = Math.max(0, this.#taken - own)
    return {
      budget: `the fleet "${this.#fleet.name}"`,
      max: this.#slots,
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
    this.#fleet.turns.end(this)
  }

  async #claim(client: FleetClient): Promise<unknown> {
    if (!this.#known.has(client)) {
      this.#known.add(client)
      client.on('notification', ({ channel, payload }) => {
        if (channel === this.#fleet.keys.channel) this.#hear(payload)
      })
    }
    const answers = await client.query(claim(this.#fleet.keys, this.#key, this.#range))
    return [answers].flat().at(-1)?.rows[0]?.slot
  }

  /**
   * No slot is free: tells the pool that should give one back, and fails.
   * @throws FleetSpentError; an error when the pools' `min` exceed the fleet
   */
  async #askOthers(client: FleetClient): Promise<never> {
    const { keys, max, name } = this.#fleet
    const now = this.#pool.now()
    const [answer] = [await client.query(census(keys, this.#range))].flat()
    const rows = answer?.rows ?? []
    const members = membersIn(rows, now)
    this.#slots = Number(rows[0]?.slots ?? max)
    this.#taken = members.reduce((sum, { held }) => sum + held, 0)
    this.#isSpread = members.every(({ held, idle }) => held <= 1 && idle === 0)
    const mins = members.reduce((sum, { min }) => sum + min, 0)
    const limited = this.#slots < max
    if (mins > this.#slots && this.#pool.total <= this.#min && this.#min > 0)
      throw Object.assign(
        new Error(
          `the pools of the fleet "${name}" are to keep ${mins} connections (min), and it has ${this.#slots}${limited ? ', as the server admits no more (CONNECTION LIMIT)' : ''}`,
        ),
        { remedy: `Lower their min, or raise ${limited ? 'that limit' : "the fleet's connections"}` },
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
    throw new FleetSpentError(name, this.#slots)
  }

  /** Another process needs a connection more than this pool does. */
  #hear(payload: string | undefined): void {
    const most = toldIn(payload, this.#key)
    if (most === undefined || this.#pool.staying <= Math.max(most, this.#min)) return
    const now = this.#pool.now()
    this.#notBefore = now + yieldDelay(this.#pool.random())
    this.#scarceUntil = now + scarceFor
    this.#pool.reclaim()
  }

  /** What inspectors print of it. */
  toJSON(): object {
    const { min, isHeldBack } = this
    return { min, heldBack: isHeldBack }
  }
}
