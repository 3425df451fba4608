// One pool of a fleet whose ledger an engine keeps: what it reports, and what it makes of the answers.
import { type Actor, createActor } from 'xstate'
import type { Allotment, BudgetAbsence, BudgetEvidence, BudgetMember } from '../../core/budget.js'
import { OptionsError } from '../../core/errors.js'
import { outside } from '../../core/outside.js'
import {
  countedFor,
  mostOf,
  type Outlook,
  reportDelay,
  validityOf,
} from '../../machines/decisions/holding.js'
import type { fleetMemberMachine } from '../../machines/fleet-member.js'
import type { FleetMemberContext, FleetMemberEvent } from '../../machines/fleet-member-types.js'
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
  /** What the last report said that it needs. */
  #told = 0
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
    const { value } = this.#actor.getSnapshot()
    return typeof value === 'string' ? value : (Object.keys(value)[0] as string)
  }

  get isHeldBack(): boolean {
    return this.#view.asks || this.#refusals > 0
  }

  get isPending(): boolean {
    return this.#refusals === 0 && this.#actor.getSnapshot().hasTag('underWay')
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
    if (this.state === 'resting' || this.#view.need > this.#told) this.#tell({ type: 'change' })
    return false
  }

  withdraw(): void {
    this.#view.asks = false
    this.#refusals = 0
  }

  ended(): void {
    const { held, target } = this.#context
    if (target < held) this.#tell({ type: 'change' }) // another pool waits for it
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
    this.#tell({ type: 'change' })
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

  #tell(event: FleetMemberEvent): void {
    this.#actor.send(event)
    for (const effect of this.#view.effects.splice(0)) this.#do(effect)
  }

  #do(effect: Effect): void {
    if (effect === 'report') this.#report()
    else if (effect === 'postpone') this.#reportIn(settled)
    else if (effect === 'heed') this.#heed()
    else if (effect === 'announceAway') this.#pool.away(this.#absence())
    else if (effect === 'announceBack') this.#pool.back()
    else this.#signOff()
  }

  #heed(): void {
    const { held, target, min, mins, nextExpiryAt } = this.#context
    const { need } = this.#view
    this.#setValidity()
    const nextExpiry = nextExpiryAt - this.#pool.now()
    this.#reportIn({ held, target: Math.min(target, need), need, nextExpiry })
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
    const { engine, ttl } = this.#terms
    const { clock } = this.#pool
    this.#reportIn(settled)
    this.#told = this.#view.need
    const report = this.#newReport(false)
    const late = (): void => {
      const error = new Error(`${engine.name} has not answered within ${ttl / 5} ms`)
      this.#hear(report, { type: 'ledger.late', error })
    }
    const deadline = clock.setTimeout(late, ttl / 5)
    clock.unref?.(deadline)
    this.#send(report)
      .finally(() => clock.clearTimeout(deadline))
      .then(
        answer => this.#hear(report, { type: 'ledger.answered', answer }),
        error => this.#hear(report, { type: 'ledger.failed', error }),
      )
  }

  /** What became of a report. Of those before the last one, nothing counts. */
  #hear({ report }: Report, news: FleetMemberEvent): void {
    if (report !== this.#reports) return
    this.#tell(news)
    if (this.isAway && this.#view.asks && this.#pool.total < this.#most) this.#grant() // the floor
  }

  #newReport(leaves: boolean): Report {
    const { max: connections, floor } = this.#terms
    const { need, min } = this.#view
    const ttl = countedFor(this.#terms.ttl)
    // No less than it relies on, whatever has happened since that was lowered.
    const keep = leaves ? 0 : Math.max(this.#pool.total, this.#context.held)
    return { id: this.#id, report: ++this.#reports, keep, need, min, connections, ttl, floor, leaves }
  }

  async #send(report: Report): Promise<Answer> {
    return outside(() => this.#terms.engine.exchange(this.#terms.name, report))
  }

  #signOff(): void {
    const { clock } = this.#pool
    clock.clearTimeout(this.#reportTimer)
    clock.clearTimeout(this.#validityTimer)
    if (this.#reports > 0) this.#send(this.#newReport(true)).catch(() => {}) // its entry expires
  }

  #reportIn(expected: Outlook): void {
    const { clock } = this.#pool
    const delay = reportDelay(expected, this.#terms.ttl, this.#pool.random())
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
const settled: Outlook = { held: 0, target: 0, need: 0, nextExpiry: Number.POSITIVE_INFINITY }

/** How soon a pool that waits asks again, in milliseconds; as a rule, it is told before that. */
const lookAgainIn = 250
