// A small pool whose every circumstance is a choice: what may happen next, what it does, and what the state is after it.

import type { ConnectContext, Driver, Lease, Pool, PoolOptions } from '../index.js'
import { describeState } from './explored-state.js'
import { checkInvariants } from './invariants.js'
import { promisesAtRest } from './rest.js'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.js'
import { demand } from './violation.js'

/** How large the world is. */
export interface Bounds {
  readonly max: number
  readonly callers: number
}

/** A session as this driver knows it. */
interface Session {
  readonly id: number
  readonly onLost: ConnectContext['onLost']
  readonly onStale: ConnectContext['onStale']
  /** The driver has said that only a new session can replace it. */
  stale: boolean
  /** Its holder has ended it, behind the pool's back. */
  ended: boolean
}

/** A call of the driver that has not been answered. */
interface Call {
  readonly kind: 'connect' | 'validate' | 'reset' | 'close'
  readonly session: Session
  /** When it began. */
  readonly since: number
  readonly answer: () => void
  readonly fail: (error: Error) => void
}

interface Caller {
  state: 'outside' | 'waiting' | 'holding' | 'done'
  askedAt: number
  controller: AbortController | undefined
  lease: Lease<Session> | undefined
}

/** Something that may happen next. */
export interface Choice {
  /** What it is, for people. */
  readonly text: string
  /** Whether it is one of the bad things, which are counted. */
  readonly fault?: boolean
  readonly act: () => Promise<void> | void
}

const second = 1_000

/** One path through the world. */
export class ExploredWorld {
  readonly taken: string[] = []
  readonly #bounds: Bounds
  readonly #clock: SimulatedClock
  readonly #pool: Pool<Session>
  readonly #open = new Set<Session>()
  #calls: readonly Call[] = []
  readonly #callers: Caller[]
  #sessions = 0
  /** A session that was leased though it was stale or ended. */
  #unfit: number | undefined
  /** The earliest timers are told apart by how far they are away. */
  readonly #timers = new Map<unknown, number>()

  constructor(bounds: Bounds, make: (driver: Driver<Session>, options: PoolOptions) => Pool<Session>) {
    this.#bounds = bounds
    this.#clock = this.#watchTimers(createSimulatedClock({ rest: promisesAtRest }))
    this.#callers = Array.from({ length: bounds.callers }, () => ({
      state: 'outside',
      askedAt: 0,
      controller: undefined,
      lease: undefined,
    }))
    this.#pool = make(this.#driver(), {
      clock: this.#clock,
      random: () => 0.5,
      min: 0,
      max: bounds.max,
      maxConnecting: bounds.max,
      acquireTimeout: 7 * second,
      connectTimeout: 2 * second,
      validateTimeout: second,
      resetTimeout: second,
      closeTimeout: second,
      validateAfter: 0, // each checkout of an idle connection is a round trip, which can fail
      idleTimeout: Number.POSITIVE_INFINITY,
      keepalive: false,
      maxLifetime: Number.POSITIVE_INFINITY,
      maxUses: 2,
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
    return this.#callers.every(({ state }) => state === 'done')
  }

  /** What may happen next, always in the same order; the first one is what happens when all goes well, unless {@link isOver}. */
  choices(): readonly Choice[] {
    const good: Choice[] = []
    const faults: Choice[] = []
    const fault = (text: string, act: Choice['act']) => faults.push({ text, act, fault: true })
    for (const call of this.#calls) {
      const what = `${call.kind} of session ${call.session.id}`
      good.push({ text: `${what} is answered`, act: () => this.#settle(call, () => call.answer()) })
      fault(`${what} fails`, () => this.#settle(call, () => call.fail(new Error('no'))))
    }
    // Callers are alike until they ask: the first of those outside stands for all.
    const outside = this.#callers.findIndex(({ state }) => state === 'outside')
    this.#callers.forEach((caller, index) => {
      const name = `caller ${index + 1}`
      if (index === outside) good.push({ text: `${name} asks`, act: () => this.#ask(caller) })
      if (caller.state === 'holding') {
        good.push({
          text: `${name} releases`,
          act: () => this.#giveBack(caller, lease => lease.release()),
        })
        fault(`${name} destroys`, () => this.#giveBack(caller, lease => lease.destroy()))
        const session = caller.lease?.held ? caller.lease.connection : undefined
        if (session !== undefined && !session.stale && !session.ended) {
          fault(`${name} is told that session ${session.id} is stale`, () => this.#stale(session))
          fault(`${name} ends session ${session.id} itself`, () => {
            session.ended = true
          })
        }
      }
      if (caller.state === 'waiting') fault(`${name} gives up`, () => caller.controller?.abort())
    })
    for (const session of this.#open) {
      if (this.#calls.some(call => call.session === session && call.kind === 'connect')) continue
      fault(`session ${session.id} is lost`, () => this.#lose(session))
    }
    const next = this.#nextTimer()
    if (next !== undefined) {
      const act = () => this.#clock.advanceTo(next)
      if (good.length > 0) fault('the next deadline passes', act)
      else good.push({ text: 'time passes', act }) // as nothing else happens
    }
    return [...good, ...faults]
  }

  /** The state, as text: two paths that lead to the same text have the same future. */
  describe(): string {
    const callersWho = (state: Caller['state']) => this.#callers.filter(caller => caller.state === state)
    return describeState(this.#pool, {
      now: this.#clock.now(),
      calls: this.#calls.map(({ kind, session, since }) => ({ kind, session: session.id, since })),
      open: [...this.#open].map(({ id }) => id),
      ended: [...this.#open].filter(({ ended }) => ended).map(({ id }) => id),
      outside: callersWho('outside').length,
      askedAt: callersWho('waiting').map(({ askedAt }) => askedAt),
      bereft: callersWho('holding').filter(({ lease }) => lease?.held === false).length,
      timers: [...this.#timers.values()],
    })
  }

  /** From here on there are no faults: every caller must be served, and the pool must close. */
  async turnGood(): Promise<void> {
    const patience = this.#clock.now() + 120 * second
    while (!this.isOver && this.#clock.now() <= patience) await this.#goOn()
    const stuck = this.#callers.flatMap(({ state }, index) => (state === 'done' ? [] : [index + 1]))
    demand(this.isOver, 'remains', () => `callers ${stuck.join(', ')} are stuck, though all is well`)
    let closed = false
    void this.#pool.close({ timeout: 0 }).then(() => {
      closed = true
    })
    while (!closed && this.#clock.now() <= patience + 60 * second) await this.#goOn()
    demand(closed, 'remains', () => `the pool does not close: it is ${this.#pool.stats().state}`)
    demand(this.#open.size === 0, 'remains', () => `${this.#open.size} sessions are left`)
    demand(this.#clock.pending === 0, 'remains', () => `${this.#clock.pending} timers are left`)
  }

  /** One good thing happens; if there is none, time passes. */
  async #goOn(): Promise<void> {
    const choice = this.choices()[0]
    if (choice === undefined || choice.fault) await this.#clock.advanceTo(this.#clock.now() + second)
    else await choice.act()
    await promisesAtRest()
    this.#check()
  }

  #check(): void {
    const { max } = this.#bounds
    const leasedAgain = () => `session ${this.#unfit} was leased again, and it was stale or ended`
    demand(this.#unfit === undefined, 'generation', leasedAgain)
    demand(this.#open.size <= max, 'size', () => `${this.#open.size} sessions are open, and ${max} may be`)
    const { busy, waiting, validating } = checkInvariants(this.#pool, { maxConnecting: max })
    const holding = this.#callers.flatMap(({ lease }) => (lease?.held ? [lease.connection] : []))
    demand(new Set(holding).size === holding.length, 'fence', () => 'a connection is leased twice')
    demand(
      busy === holding.length,
      'fence',
      () => `${busy} connections are busy, and ${holding.length} leases are held`,
    )
    for (const session of holding)
      demand(this.#open.has(session), 'fence', () => `session ${session.id} is leased and gone`)
    const asking = this.#callers.filter(({ state }) => state === 'waiting').length
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
    this.#pool.acquire({ signal: controller.signal }).then(
      lease => {
        demand(caller.state === 'waiting', 'settlement', () => 'a caller was served twice')
        const { id, stale, ended } = lease.connection
        if (stale || ended) this.#unfit = id
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

  #settle(call: Call, how: () => void): void {
    this.#calls = this.#calls.filter(other => other !== call)
    how()
  }

  #lose(session: Session): void {
    this.#drop(session)
    session.onLost(new Error('lost'))
  }

  #stale(session: Session): void {
    session.stale = true
    session.onStale?.(new Error('stale'))
  }

  #drop(session: Session): void {
    this.#open.delete(session)
    this.#calls = this.#calls.filter(call => call.session !== session)
  }

  #call(kind: Call['kind'], session: Session): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#calls = [
        ...this.#calls,
        { kind, session, since: this.#clock.now(), answer: resolve, fail: reject },
      ]
    })
  }

  #driver(): Driver<Session> {
    return {
      name: 'explored',
      connect: async ({ signal, onLost, onStale }) => {
        const session: Session = { id: ++this.#sessions, onLost, onStale, stale: false, ended: false }
        this.#open.add(session)
        signal.addEventListener('abort', () => this.#drop(session), { once: true })
        try {
          await this.#call('connect', session)
        } catch (error) {
          this.#drop(session)
          throw error
        }
        return session
      },
      validate: session => this.#call('validate', session),
      reset: session => this.#call('reset', session),
      close: async session => {
        await this.#call('close', session)
        this.#drop(session)
      },
      destroy: session => this.#drop(session),
      isUsable: ({ ended }) => !ended,
    }
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
