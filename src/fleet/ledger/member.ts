// One pool of a fleet whose ledger an engine keeps: what it reports, and what it makes of the answers.
import { type Actor, createActor } from 'xstate'
import type { Allotment, BudgetAbsence, BudgetEvidence, BudgetMember } from '../../core/budget.js'
import { OptionsError } from '../../core/errors.js'
import { outside } from '../../core/outside.js'
import { keptOf, mostOf, reportDelay, validityOf } from '../../machines/decisions/holding.js'
import type { FleetMemberContext, FleetMemberEvent, fleetMemberMachine } from '../../machines/fleet-member.js'
import { retryDelay } from '../pace.js'
import { isSpent } from '../spent.js'
import type { Terms } from '../terms.js'
import type { Answer, FleetEngine, Report } from './engine.js'
import { type Effect, memberLogic, PoolView } from './logic.js'

/** What a pool has to know of its fleet. */
export interface LedgerTerms extends Terms {
  readonly engine: FleetEngine
  /** In milliseconds. */
  readonly ttl: number
  readonly floor: number
}

/** One pool of the fleet, in this process. */
export class LedgerMember implements Allotment {
  readonly #terms: LedgerTerms
  readonly #pool: BudgetMember
  readonly #view: PoolView
  readonly #actor: Actor<typeof fleetMemberMachine>
  readonly #id: string
  #reports = 0
  /** When the report was sent that has not been answered, in milliseconds. */
  #sentAt = Number.NEGATIVE_INFINITY
  #isUnderWay = false
  /** What the last report said that it needs. */
  #told = 0
  /** Reports again as soon as the last report is answered. */
  #again = false
  #reportTimer: unknown
  #validityTimer: unknown
  /** Connects in a row that the server refused because of the role's own limit. */
  #refusals = 0
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(terms: LedgerTerms, pool: BudgetMember) {
    this.#terms = terms
    this.#pool = pool
    this.#view = new PoolView(pool, terms.floor)
    this.#id = `${pool.name}:${globalThis.crypto.randomUUID()}` // who it is, and nothing that a seed should decide
    this.#actor = createActor(memberLogic(), {
      input: { pool: this.#view, validFor: validityOf(terms.ttl) },
    })
    this.#actor.start()
  }

  get min(): number {
    return this.#view.min
  }

  /** The state that its chart is in. */
  get state(): string {
    return this.#actor.getSnapshot().value
  }

  get isHeldBack(): boolean {
    return this.#view.asks || this.#refusals > 0
  }

  get isPending(): boolean {
    return this.#refusals === 0 && (this.state === 'joining' || this.#isUnderWay)
  }

  get isAway(): boolean {
    return this.state === 'away'
  }

  get room(): number {
    return this.isHeldBack ? Math.max(0, this.#most - this.#pool.total) : this.#terms.max
  }

  get lookAgainIn(): number {
    return Math.max(lookAgainIn, Math.ceil(this.#notBefore - this.#pool.now()))
  }

  /** How many connections it may have at this moment. */
  get #most(): number {
    return mostOf(this.#context, this.state, this.#terms.floor, this.#pool.now())
  }

  get #context(): FleetMemberContext {
    return this.#actor.getSnapshot().context
  }

  ask(): boolean {
    if (this.#pool.now() < this.#notBefore) return false
    if (this.#pool.total < this.#most) {
      this.#view.asks = false
      return true
    }
    this.#view.asks = true
    if (this.state === 'resting' || this.#view.need > this.#told) this.#change()
    return false
  }

  withdraw(): void {
    this.#view.asks = false
    this.#refusals = 0
  }

  ended(): void {
    const { held, target } = this.#context
    if (target < held) this.#change() // another pool waits for it
  }

  kept(): void {}

  isSpent(error: unknown): boolean {
    return isSpent(error)
  }

  refused(): void {
    const finding = { refusals: ++this.#refusals, held: this.#pool.staying, isSpread: true }
    this.#notBefore = this.#pool.now() + retryDelay(finding, this.#pool.random())
  }

  resize(min: number): void {
    if (min > this.#view.min) this.#terms.admit(min - this.#view.min)
    this.#view.min = min
    this.#change()
  }

  leave(): void {
    this.#view.asks = false
    this.#tell({ type: 'leave' })
    this.#terms.leave(this)
  }

  evidence(): BudgetEvidence {
    const { name, total } = this.#pool
    const { taken, held } = this.#context
    return {
      budget: `the fleet "${this.#terms.name}"`,
      max: this.#terms.max,
      holders: [
        { pool: 'the rest of the fleet', connections: Math.max(0, taken - held) },
        { pool: name, connections: total },
      ].filter(({ connections }) => connections > 0),
      ...(this.isAway && { away: this.#absence() }),
    }
  }

  #absence(): BudgetAbsence {
    const { name, engine, floor } = this.#terms
    const { error, awaySince: since } = this.#context
    return { budget: `the fleet "${name}" (${engine.name})`, error, floor, since }
  }

  /** The ledger should know, now or as soon as it has answered. */
  #change(): void {
    if (this.#isUnderWay) this.#again = true
    else this.#tell({ type: 'change' })
  }

  #tell(event: FleetMemberEvent): void {
    this.#actor.send(event)
    for (const effect of this.#view.effects.splice(0)) this.#do(effect)
  }

  #do(effect: Effect): void {
    if (effect === 'report') this.#report()
    else if (effect === 'heed') this.#heed()
    else if (effect === 'announceAway') this.#pool.away(this.#absence())
    else if (effect === 'announceBack') this.#pool.back()
    else this.#signOff()
  }

  #heed(): void {
    const { held, target, min, mins } = this.#context
    if (min < this.#view.min) this.#pool.refuse(this.#refusal(min, mins))
    const most = Math.max(Math.min(held, target), min)
    for (let surplus = this.#pool.staying - most; surplus > 0; surplus--) this.#pool.reclaim()
    if (this.#view.asks && this.#pool.total < this.#most) this.#grant()
  }

  #grant(): void {
    this.#view.asks = false
    this.#pool.granted()
  }

  #refusal(kept: number, mins: number): OptionsError {
    const { name, max } = this.#terms
    return new OptionsError(
      'min',
      this.#view.min,
      `min must be at most ${kept} here: the fleet "${name}" has ${max} connections, and ${mins - kept} of them are kept for other pools (min); got ${this.#view.min}. Lower the pools' min, or raise the fleet's connections.`,
    )
  }

  #report(): void {
    const now = this.#pool.now()
    const { engine, ttl } = this.#terms
    this.#reportIn(reportDelay(settled, ttl, this.#pool.random()))
    // A client that is cut off keeps what it was told to send: not too much of that.
    if (this.#isUnderWay && now - this.#sentAt < ttl) return
    this.#again = false
    this.#told = this.#view.need
    this.#sentAt = now
    this.#isUnderWay = true
    const report = this.#newReport(false)
    const { clock } = this.#pool
    const late = new Error(`${engine.name} has not answered within ${ttl / 5} ms`)
    const deadline = clock.setTimeout(() => this.#failed(report, late), ttl / 5)
    clock.unref?.(deadline)
    this.#send(report)
      .finally(() => clock.clearTimeout(deadline))
      .then(
        answer => this.#answered(report, answer, now),
        error => {
          if (report.report === this.#reports) this.#isUnderWay = false
          this.#failed(report, error)
        },
      )
  }

  #answered({ report }: Report, answer: Answer, sentAt: number): void {
    if (report !== this.#reports) return
    this.#isUnderWay = false
    this.#tell({ type: 'ledger.answered', answer, sentAt })
    if (this.#isUnderWay || this.state !== 'joined') return
    this.#setValidity()
    if (this.#again) {
      this.#tell({ type: 'change' })
      return
    }
    const { held, target } = this.#context
    const expected = { held, target: Math.min(target, this.#view.need) }
    this.#reportIn(reportDelay(expected, this.#terms.ttl, this.#pool.random()))
  }

  #failed({ report }: Report, error: unknown): void {
    if (report === this.#reports) this.#tell({ type: 'ledger.failed', error })
    if (this.isAway && this.#view.asks && this.#pool.total < this.#most) this.#grant() // the floor
  }

  #newReport(leaves: boolean): Report {
    const { max: connections, ttl, floor } = this.#terms
    const { need, min } = this.#view
    const keep = leaves ? 0 : keptOf(this.#context)
    return { id: this.#id, report: ++this.#reports, keep, need, min, connections, ttl, floor, leaves }
  }

  async #send(report: Report): Promise<Answer> {
    return outside(() => this.#terms.engine.exchange(this.#terms.name, report))
  }

  #signOff(): void {
    const { clock } = this.#pool
    clock.clearTimeout(this.#reportTimer)
    clock.clearTimeout(this.#validityTimer)
    this.#isUnderWay = false
    if (this.#reports > 0) this.#send(this.#newReport(true)).catch(() => {}) // its entry expires
  }

  #reportIn(delay: number): void {
    const { clock } = this.#pool
    clock.clearTimeout(this.#reportTimer)
    this.#reportTimer = clock.setTimeout(() => this.#tell({ type: 'report.due' }), delay)
    clock.unref?.(this.#reportTimer)
  }

  #setValidity(): void {
    const { clock } = this.#pool
    const left = this.#context.validUntil - this.#pool.now()
    clock.clearTimeout(this.#validityTimer)
    this.#validityTimer = clock.setTimeout(() => this.#tell({ type: 'validity.over' }), left)
    clock.unref?.(this.#validityTimer)
  }

  /** What inspectors print of it. */
  toJSON(): object {
    const { held, target } = this.#context
    return { state: this.state, held, target, min: this.min, heldBack: this.isHeldBack }
  }
}

/** Holds what it should: its next report is not urgent. */
const settled = { held: 0, target: 0 }

/** How soon a pool that waits asks again, in milliseconds; as a rule, it is told before that. */
const lookAgainIn = 250
