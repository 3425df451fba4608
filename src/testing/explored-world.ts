// A small pool whose every circumstance is a choice: what may happen next, what it does, and what the state is after it.

import type { AcquireOptions, Driver, Lease, Pool, PoolOptions } from '../index.js'
import { ExploredCallbacks, timeout } from './explored-callbacks.js'
import { type Call, type Choice, depth, ExploredDriver, type Session } from './explored-driver.js'
import { describeState } from './explored-state.js'
import { ExploredStatements } from './explored-statements.js'
import { checkInvariants } from './invariants.js'
import { promisesAtRest } from './rest.js'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.js'
import { demand } from './violation.js'

/** How large the world is. */
export interface Bounds {
  readonly max: number
  readonly callers: number
  readonly inLane: number
  readonly tenants: number
  readonly statements: number
  readonly callbacks: number
}

interface Caller {
  state: 'outside' | 'waiting' | 'holding' | 'done'
  /** On whose behalf, and by which lane it asks. */
  readonly terms: Pick<AcquireOptions, 'tenant' | 'lane'>
  askedAt: number
  controller: AbortController | undefined
  lease: Lease<Session> | undefined
}

const second = 1_000

const kindOf = ({ terms: { lane, tenant } }: Caller): string => `${lane ?? ''} ${tenant ?? ''}`

/** One path through the world. */
export class ExploredWorld {
  readonly taken: string[] = []
  readonly #bounds: Bounds
  readonly #clock: SimulatedClock
  readonly #pool: Pool<Session>
  readonly #driver: ExploredDriver
  readonly #callers: Caller[]
  readonly #statements: ExploredStatements
  readonly #callbacks: ExploredCallbacks
  /** A session that was leased though it was stale or ended. */
  #unfit: number | undefined
  /** The earliest timers are told apart by how far they are away. */
  readonly #timers = new Map<unknown, number>()

  constructor(bounds: Bounds, make: (driver: Driver<Session>, options: PoolOptions) => Pool<Session>) {
    this.#bounds = bounds
    this.#clock = this.#watchTimers(createSimulatedClock({ rest: promisesAtRest }))
    const { inLane, tenants } = bounds
    this.#callers = Array.from({ length: bounds.callers }, (_, index) => ({
      state: 'outside',
      terms: {
        ...(index < inLane && { lane: 'narrow' }),
        ...(tenants > 0 && { tenant: `tenant ${1 + (index % tenants)}` }),
      },
      askedAt: 0,
      controller: undefined,
      lease: undefined,
    }))
    this.#driver = new ExploredDriver(() => this.#clock.now())
    this.#statements = new ExploredStatements(this.#driver, bounds.statements)
    this.#callbacks = new ExploredCallbacks(this.#driver, bounds.callbacks, bounds.statements + 1)
    this.#pool = make(this.#driver.asDriver(), {
      clock: this.#clock,
      random: () => 0.5,
      min: 0,
      max: bounds.max,
      maxConnecting: bounds.max,
      acquireTimeout: timeout,
      connectTimeout: 2 * second,
      validateTimeout: second,
      resetTimeout: second,
      closeTimeout: second,
      validateAfter: 0, // each checkout of an idle connection is a round trip, which can fail
      idleTimeout: Number.POSITIVE_INFINITY,
      keepalive: false,
      maxLifetime: Number.POSITIVE_INFINITY,
      maxUses: 2,
      ...(inLane > 0 && { lanes: { narrow: { max: 1 } } }),
      // With no patience but an endless one, none is slow: what is thought to be is a figure that never comes back to what it was.
      share: bounds.statements > 0 && { depth, patience: Number.POSITIVE_INFINITY },
    })
  }

  start(): Promise<void> {
    return this.#clock.advance(0)
  }

  /** Carries out one of the {@link choices}, and checks what came of it. */
  async take(index: number): Promise<void> {
    await this.retake(index)
    this.#check()
  }

  /** The same for a choice that was checked before, in another world that had come to the same point. */
  async retake(index: number): Promise<void> {
    const choice = this.choices()[index] as Choice
    this.taken.push(choice.text)
    await choice.act()
    await promisesAtRest()
  }

  /** Whether every caller has had an answer, and has released what they got. */
  get isOver(): boolean {
    return (
      this.#callers.every(({ state }) => state === 'done') &&
      this.#statements.areOver &&
      this.#callbacks.areOver
    )
  }

  /** What may happen next, always in the same order; the first one is what happens when all goes well, unless {@link isOver}. */
  choices(): readonly Choice[] {
    const good: Choice[] = []
    const faults: Choice[] = []
    const fault = (text: string, act: Choice['act']) => faults.push({ text, act, fault: true })
    for (const call of this.#driver.calls) this.#choicesOf(call, good, fault)
    this.#statements.choices(this.#pool, this.#clock.now(), good, fault)
    this.#callbacks.choices(this.#pool, this.#clock.now(), good, fault)
    // Callers of a kind are alike until they ask: the first of those outside stands for all.
    const outside = new Map<string, Caller>()
    for (const caller of this.#callers)
      if (caller.state === 'outside' && !outside.has(kindOf(caller))) outside.set(kindOf(caller), caller)
    this.#callers.forEach((caller, index) => {
      const name = `caller ${index + 1}`
      if (outside.get(kindOf(caller)) === caller)
        good.push({ text: `${name} asks`, act: () => this.#ask(caller) })
      if (caller.state === 'holding') {
        good.push({
          text: `${name} releases`,
          act: () => this.#giveBack(caller, lease => lease.release()),
        })
        fault(`${name} destroys`, () => this.#giveBack(caller, lease => lease.destroy()))
        const session = caller.lease?.held ? caller.lease.connection : undefined
        if (session !== undefined && !session.stale && !session.ended) {
          fault(`${name} is told that session ${session.id} is stale`, () => this.#driver.makeStale(session))
          fault(`${name} ends session ${session.id} itself`, () => {
            session.ended = true
          })
        }
      }
      if (caller.state === 'waiting') fault(`${name} gives up`, () => caller.controller?.abort())
    })
    for (const session of this.#driver.open) {
      if (this.#driver.calls.some(call => call.session === session && call.kind === 'connect')) continue
      fault(`session ${session.id} is lost`, () => this.#driver.lose(session))
    }
    const next = this.#nextTimer()
    if (next !== undefined) {
      const act = () => this.#clock.advanceTo(next)
      if (good.length > 0) fault('the next deadline passes', act)
      else good.push({ text: 'time passes', act }) // as nothing else happens
    }
    return [...good, ...faults]
  }

  #choicesOf(call: Call, good: Choice[], fault: (text: string, act: Choice['act']) => void): void {
    const driver = this.#driver
    const what = `${call.kind} of session ${call.session.id}`
    if (call.kind === 'cancel') {
      const goesOn = call.sent === true ? 'arrives' : 'leaves'
      good.push({ text: `the ${what} ${goesOn}`, act: () => driver.goOn(call) })
    } else good.push({ text: `${what} is answered`, act: () => driver.settle(call, call.answer) })
    fault(`${what} fails`, () => driver.settle(call, () => call.fail(new Error('no'))))
  }

  /** The state, as text: two paths that lead to the same text have the same future. */
  describe(): string {
    const callersWho = (state: Caller['state']) => this.#callers.filter(caller => caller.state === state)
    const { calls, open, statements } = this.#driver
    return describeState(this.#pool, {
      now: this.#clock.now(),
      calls: calls.map(({ kind, session, since, sent }) => ({
        kind: sent === true ? `${kind} under way` : kind,
        ...{ session: session.id, since },
      })),
      sessions: Array.from(open, ({ id, ended, dirty, exposed }) => ({ id, ended, dirty, exposed })),
      outside: callersWho('outside').length,
      kinds: this.#hasKinds && [
        callersWho('outside').map(kindOf).sort(),
        callersWho('waiting')
          .map(caller => [kindOf(caller), this.#clock.now() - caller.askedAt])
          .sort(),
        callersWho('holding')
          .filter(({ lease, terms }) => lease?.held && terms.lane !== undefined)
          .map(({ lease }) => this.#openFor(lease?.acquiredAt)),
        this.#callbacks.outside,
      ],
      askedAt: callersWho('waiting').map(({ askedAt }) => askedAt),
      bereft: callersWho('holding').filter(({ lease }) => lease?.held === false).length,
      statements: statements.map(({ session, number, since, exposed, requests }) => ({
        ...{ session: session.id, since, exposed, requests },
        awaited: this.#statements.open.includes(number),
      })),
      statementsOutside: this.#statements.outside,
      unsentAt: this.#statements.unsent,
      callbacks: this.#callbacks.inside,
      timers: [...this.#timers.values()],
    })
  }

  get #hasKinds(): boolean {
    const { inLane, tenants, callbacks } = this.#bounds
    return inLane + tenants + callbacks > 0
  }

  #openFor(since = Number.NaN): number {
    return this.#clock.now() - since
  }

  /** From here on there are no faults: every caller must be served, and the pool must close. */
  async turnGood(): Promise<void> {
    const patience = this.#clock.now() + 120 * second
    while (!this.isOver && this.#clock.now() <= patience) await this.#goOn()
    const stuck = this.#callers.flatMap(({ state }, index) => (state === 'done' ? [] : [index + 1]))
    const unanswered = [...this.#statements.open, ...this.#callbacks.open]
    demand(stuck.length === 0, 'remains', () => `callers ${stuck.join(', ')} are stuck, though all is well`)
    demand(
      this.isOver,
      'remains',
      () => `statements ${unanswered.join(', ')} are not answered, though all is well`,
    )
    let closed = false
    void this.#pool.close({ timeout: 0 }).then(() => {
      closed = true
    })
    while (!closed && this.#clock.now() <= patience + 60 * second) await this.#goOn()
    demand(closed, 'remains', () => `the pool does not close: it is ${this.#pool.stats().state}`)
    demand(this.#driver.open.size === 0, 'remains', () => `${this.#driver.open.size} sessions are left`)
    demand(this.#clock.pending === 0, 'remains', () => `${this.#clock.pending} timers are left`)
  }

  /** One good thing happens; if there is none, time passes. */
  async #goOn(): Promise<void> {
    const choice = this.choices()[0]
    this.taken.push(
      choice === undefined || choice.fault ? 'a second passes' : `${choice.text}, as all is well`,
    )
    if (choice === undefined || choice.fault) await this.#clock.advanceTo(this.#clock.now() + second)
    else await choice.act()
    await promisesAtRest()
    this.#check()
  }

  #check(): void {
    this.#statements.check()
    this.#callbacks.check()
    const { max } = this.#bounds
    const { open } = this.#driver
    const leasedAgain = () => `session ${this.#unfit} was leased again, and it was stale, ended or not clean`
    demand(this.#unfit === undefined, 'generation', leasedAgain)
    demand(open.size <= max, 'size', () => `${open.size} sessions are open, and ${max} may be`)
    const { busy, shared, validating, ...stats } = checkInvariants(this.#pool, { maxConnecting: max })
    const lane = stats.lanes?.narrow
    const inLane = this.#callers.filter(({ lease, terms }) => lease?.held && terms.lane !== undefined).length
    demand(
      inLane <= (lane?.taken ?? 0) && (lane?.taken ?? 0) <= 1,
      'fence',
      () => `${inLane} leases are held by a lane that has room for one, and says that ${lane?.taken} are`,
    )
    const isIdle = lane !== undefined && lane.waiting > 0 && lane.taken < lane.max
    demand(!isIdle, 'settlement', () => `${lane?.waiting} wait for a lane that has room`)
    const waiting = stats.waiting + (lane?.waiting ?? 0)
    const leased = this.#callers.flatMap(({ lease }) => (lease?.held ? [lease.connection] : []))
    const holding = [...leased, ...this.#callbacks.holding]
    demand(new Set(holding).size === holding.length, 'fence', () => 'a connection is leased twice')
    demand(
      busy - shared === holding.length,
      'fence',
      () => `${busy - shared} connections are lent, and ${holding.length} leases are held`,
    )
    for (const session of holding) {
      demand(open.has(session), 'fence', () => `session ${session.id} is leased and gone`)
      const [other] = leased.includes(session) ? this.#driver.statementsOn(session) : []
      demand(
        other === undefined,
        'fence',
        () => `session ${session.id} is leased, and statement ${other?.number} is under way on it`,
      )
    }
    const asking =
      this.#callers.filter(({ state }) => state === 'waiting').length +
      this.#statements.unsent.length +
      this.#callbacks.waiting.length
    demand(
      asking >= waiting && asking <= waiting + validating,
      'settlement',
      () =>
        `${asking} callers wait, ${waiting} of them in the queue, with ${validating} connections being validated`,
    )
  }

  #ask(caller: Caller): void {
    const controller = new AbortController()
    caller.controller = controller
    caller.askedAt = this.#clock.now()
    caller.state = 'waiting'
    this.#pool.acquire({ ...caller.terms, signal: controller.signal }).then(
      lease => {
        demand(caller.state === 'waiting', 'settlement', () => 'a caller was served twice')
        const { id, stale, ended, dirty } = lease.connection
        if (stale || ended || dirty) this.#unfit = id
        caller.lease = lease
        caller.state = 'holding'
      },
      () => {
        caller.state = 'done'
      },
    )
  }

  #giveBack(caller: Caller, end: (lease: Lease<Session>) => void): void {
    const { lease } = caller
    caller.state = 'done'
    if (lease !== undefined) end(lease)
    caller.lease = undefined
  }

  #nextTimer(): number | undefined {
    const next = Math.min(...this.#timers.values())
    return Number.isFinite(next) ? next : undefined
  }

  #watchTimers(clock: SimulatedClock): SimulatedClock {
    const { setTimeout, clearTimeout } = clock
    return Object.assign(clock, {
      setTimeout: (callback: () => void, delay: number) => {
        const timer = setTimeout(() => {
          this.#timers.delete(timer)
          callback()
        }, delay)
        this.#timers.set(timer, clock.now() + Math.max(0, delay))
        return timer
      },
      clearTimeout: (timer: unknown) => {
        this.#timers.delete(timer)
        clearTimeout(timer)
      },
    })
  }
}
