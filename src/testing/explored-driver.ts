// A driver that does nothing by itself: each answer of it, good or bad, is a choice.

import type { ConnectContext, Driver } from '../index.js'
import { demand } from './violation.js'

/** Something that may happen next. */
export interface Choice {
  /** What it is, for people. */
  readonly text: string
  /** Whether it is one of the bad things, which are counted. */
  readonly fault?: boolean
  readonly act: () => Promise<void> | void
}

/** A session as this driver knows it. */
export interface Session {
  readonly id: number
  readonly onLost: ConnectContext['onLost']
  readonly onStale: ConnectContext['onStale']
  /** The driver has said that only a new session can replace it. */
  stale: boolean
  /** Its holder has ended it, behind the pool's back. */
  ended: boolean
  /** A statement has left something in it that a reset takes away. */
  dirty: boolean
  /** It is not known whether a request to cancel still hits it. */
  exposed: boolean
  /** Whose callback has it, or had it last. */
  holder: number | undefined
}

/** A statement as the database knows it. */
export interface RunningStatement {
  readonly session: Session
  /** Which one it is, and what its answer says. */
  readonly number: number
  readonly since: number
  /** A request to cancel was on its way while it was under way. */
  exposed: boolean
  /** How many requests have been made to cancel it. */
  requests: number
  readonly answer: (error: unknown, result?: unknown) => void
}

/** A call of the driver that has not been answered. */
export interface Call {
  readonly kind: 'connect' | 'validate' | 'reset' | 'close' | 'cancel'
  readonly session: Session
  /** When it began. */
  readonly since: number
  readonly answer: () => void
  readonly fail: (error: Error) => void
  /** Of a request to cancel: whether it is still wanted, asked when it leaves; then it is on its way. */
  readonly isWanted?: () => boolean
  sent?: boolean
  /** Of a request to cancel what a callback runs: which one. */
  readonly holder?: number | undefined
}

/** What a statement fails with that was cancelled. */
export class Cancelled extends Error {}

/** How many statements one session may have under way. */
export const depth = 2

/** See above. */
export class ExploredDriver {
  readonly open = new Set<Session>()
  /** In the order in which they were sent. */
  statements: readonly RunningStatement[] = []
  calls: readonly Call[] = []
  readonly #now: () => number
  #sessions = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** The statements that a session has under way, the oldest first. */
  statementsOn(session: Session): readonly RunningStatement[] {
    return this.statements.filter(statement => statement.session === session)
  }

  /** Answers a call. */
  settle(call: Call, how: () => void): void {
    this.calls = this.calls.filter(other => other !== call)
    how()
  }

  /** Answers a statement. */
  answer(statement: RunningStatement, error?: unknown): void {
    this.statements = this.statements.filter(other => other !== statement)
    if (error === undefined) statement.answer(undefined, statement.number)
    else statement.answer(error)
  }

  /** A request to cancel leaves, or arrives: then it hits what its session runs. */
  goOn(request: Call): void {
    if (request.sent !== true) {
      request.sent = request.isWanted?.() === true
      for (const statement of this.statementsOn(request.session)) statement.exposed ||= request.sent
      if (!request.sent) this.settle(request, request.answer)
      return
    }
    const [hit] = this.statementsOn(request.session)
    if (hit !== undefined) this.answer(hit, new Cancelled('cancelled'))
    this.settle(request, request.answer)
  }

  lose(session: Session): void {
    this.#drop(session)
    session.onLost(new Error('lost'))
  }

  makeStale(session: Session): void {
    session.stale = true
    session.onStale?.(new Error('stale'))
  }

  /** Requests to cancel come by another way, and may still arrive. */
  #drop(session: Session): void {
    this.open.delete(session)
    this.calls = this.calls.filter(call => call.session !== session || call.kind === 'cancel')
    for (const statement of this.statementsOn(session))
      queueMicrotask(() => statement.answer(new Error('lost')))
    this.statements = this.statements.filter(statement => statement.session !== session)
  }

  #call(
    kind: Call['kind'],
    session: Session,
    request: Pick<Call, 'isWanted' | 'holder'> = {},
  ): Promise<void> {
    return new Promise((answer, fail) => {
      this.calls = [...this.calls, { kind, session, since: this.#now(), answer, fail, ...request }]
    })
  }

  /** A callback runs a statement on a session that it holds, or held. */
  run(session: Session, number: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.open.has(session)) return reject(new Error('lost'))
      const why = () => `callback ${number} runs a statement on session ${session.id}, `
      const isOther = ({ kind, holder, ...call }: Call) =>
        kind === 'cancel' && call.session === session && call.sent === true && holder !== number
      demand(!session.exposed, 'fence', () => `${why()}where a request to cancel may hit it`)
      demand(!this.calls.some(isOther), 'fence', () => `${why()}where another's request is on its way`)
      demand(session.holder === number, 'fence', () => `${why()}which callback ${session.holder} has`)
      const answer = (error: unknown, result?: unknown) =>
        error === undefined ? resolve(result) : reject(error)
      const statement = { session, number, since: this.#now(), exposed: false, requests: 0, answer }
      this.statements = [...this.statements, statement]
    })
  }

  #send(session: Session, number: number, answer: RunningStatement['answer']): void {
    const why = () => `statement ${number} is sent on session ${session.id}, `
    demand(this.open.has(session), 'fence', () => `${why()}which is gone`)
    demand(!session.dirty, 'fence', () => `${why()}where another one has left something`)
    demand(!session.exposed, 'fence', () => `${why()}where a request to cancel may hit it`)
    const onItsWay = this.calls.some(call => call.session === session && call.sent === true)
    demand(!onItsWay, 'fence', () => `${why()}where a request to cancel is on its way`)
    const running = this.statementsOn(session).length
    demand(running < depth, 'fence', () => `${why()}where ${running} are under way`)
    const statement = { session, number, since: this.#now(), exposed: false, requests: 0, answer }
    this.statements = [...this.statements, statement]
  }

  async #cancel(session: Session, isWanted: () => boolean): Promise<void> {
    const [oldest] = this.statementsOn(session)
    if (oldest !== undefined) oldest.requests++
    let isSent = false
    try {
      await this.#call('cancel', session, {
        isWanted: () => {
          isSent = isWanted()
          return isSent
        },
      })
    } catch (error) {
      session.exposed ||= isSent
      throw error
    }
  }

  /** Has what a callback runs stopped. */
  async #stop(session: Session): Promise<void> {
    if (this.statementsOn(session).length === 0) return
    try {
      await this.#call('cancel', session, { isWanted: () => true, holder: session.holder })
    } catch (error) {
      session.exposed = true
      throw error
    }
  }

  /** What the pool gets. */
  asDriver(): Driver<Session> {
    return {
      name: 'explored',
      connect: async ({ signal, onLost, onStale }) => {
        const session: Session = {
          ...{ id: ++this.#sessions, onLost, onStale },
          ...{ stale: false, ended: false, dirty: false, exposed: false, holder: undefined },
        }
        this.open.add(session)
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
      reset: async session => {
        await this.#call('reset', session)
        session.dirty = false
      },
      close: async session => {
        await this.#call('close', session)
        this.#drop(session)
      },
      destroy: session => this.#drop(session),
      cancel: session => this.#stop(session),
      isUsable: ({ ended }) => !ended,
      share: {
        mayShare: () => true,
        begin: () => {},
        end: () => {},
        isClean: ({ dirty }) => !dirty,
        send: (session, statement, answer) =>
          this.#send(session, Number((statement as { readonly text: string }).text), answer),
        cancel: (session, isWanted) => this.#cancel(session, isWanted),
        isCancelled: error => error instanceof Cancelled,
      },
    }
  }
}
