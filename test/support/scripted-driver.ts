// A database whose every answer is given by the test, when the test says so: nothing happens by itself.
import type { ConnectContext, DestroyOptions, Driver, RoundTripContext } from '../../src/db/driver.js'

/** What the driver hands out as a connection. */
export interface ScriptedConnection {
  /** Which `connect` made it, counted from 1. */
  readonly number: number
}

/** What can be asked of the database. */
export type Question = 'connect' | 'validate' | 'reset' | 'cancel' | 'close' | 'let go'

/** One question that the pool asked, waiting for the test's answer. */
export class Call {
  readonly question: Question
  readonly number: number
  readonly promise: Promise<void>
  readonly #signal: AbortSignal | undefined
  #succeed: () => void = () => {}
  #fail: (error: unknown) => void = () => {}
  #pending = true

  constructor(question: Question, number: number, signal: AbortSignal | undefined) {
    this.question = question
    this.number = number
    this.#signal = signal
    this.promise = new Promise((resolve, reject) => {
      this.#succeed = resolve
      this.#fail = reject
    })
  }

  /** Not answered yet. */
  get pending(): boolean {
    return this.#pending
  }

  /** The pool no longer wants to know. */
  get abandoned(): boolean {
    return this.#signal?.aborted === true
  }

  succeed(): void {
    this.#pending = false
    this.#succeed()
  }

  fail(error: unknown = new Error(`scripted: ${this.question} ${this.number} failed`)): void {
    this.#pending = false
    this.#fail(error)
  }
}

/** The database's side of one connection. */
interface Session {
  readonly connection: ScriptedConnection
  readonly onLost: (reason?: unknown) => void
  open: boolean
}

/** A driver for tests that decide the moment and the kind of every answer. */
export class ScriptedDriver implements Driver<ScriptedConnection> {
  readonly name = 'scripted'
  /** Every question asked, in order. */
  readonly calls: Call[] = []
  /** Questions that are answered at once instead of waiting for the test. */
  readonly atOnce = new Map<Question, 'succeed' | 'fail'>()
  /** What `needsReset` says, or throws: asked on each release. */
  needsResetAnswer: boolean | Error = false
  /** What `isUsable` says: asked on each release. */
  isUsableAnswer = true
  /** Whether the server works on after a connection is destroyed, until `let go` is answered. */
  lingers = false
  /** Each `destroy`, in words. */
  readonly destroyed: string[] = []
  /** Runs once, inside the next `connect`, as an application's password function would: in the middle of a transition of the pool. */
  insideNextConnect: ((lose: () => void) => void) | undefined
  readonly #sessions = new Map<number, Session>()
  #connects = 0

  connect({ signal, onLost }: ConnectContext): Promise<ScriptedConnection> {
    const number = ++this.#connects
    const connection: ScriptedConnection = Object.freeze({ number })
    const hook = this.insideNextConnect
    this.insideNextConnect = undefined
    this.#sessions.set(number, { connection, onLost, open: false })
    const call = this.#ask('connect', number, signal)
    hook?.(onLost)
    return call.promise.then(() => {
      this.#session(number).open = true
      return connection
    })
  }

  validate({ number }: ScriptedConnection, { signal }: RoundTripContext): Promise<void> {
    return this.#ask('validate', number, signal).promise
  }

  needsReset(): boolean {
    if (this.needsResetAnswer instanceof Error) throw this.needsResetAnswer
    return this.needsResetAnswer
  }

  reset({ number }: ScriptedConnection, { signal }: RoundTripContext): Promise<void> {
    return this.#ask('reset', number, signal).promise
  }

  cancel({ number }: ScriptedConnection, { signal }: RoundTripContext): Promise<void> {
    return this.#ask('cancel', number, signal).promise
  }

  close({ number }: ScriptedConnection): Promise<void> {
    return this.#ask('close', number, undefined).promise.then(() => {
      this.#session(number).open = false
    })
  }

  isUsable(): boolean {
    return this.isUsableAnswer
  }

  destroy({ number }: ScriptedConnection, { atOnce = false }: DestroyOptions = {}): void | Promise<void> {
    this.destroyed.push(`connection ${number}${atOnce ? ' at once' : ''}`)
    const letGo = (): void => {
      this.#session(number).open = false
    }
    return this.lingers && !atOnce ? this.#ask('let go', number, undefined).promise.then(letGo) : letGo()
  }

  /** The oldest unanswered question of this kind that the pool still wants answered. */
  next(question: Question): Call {
    const call = this.calls.find(each => each.question === question && each.pending && !each.abandoned)
    if (call === undefined) throw new Error(`The pool is not waiting for any ${question}.`)
    return call
  }

  /** The database or the network drops a connection: the one that a borrower holds, or the one that is being opened. */
  lose(number: number): void {
    const session = this.#session(number)
    session.open = false
    session.onLost(new Error(`scripted: connection ${number} was dropped`))
  }

  /** Answers everything that is still owed, whether anybody wants to know or not. */
  answerLate(answer: 'succeed' | 'fail'): void {
    for (const call of this.calls) if (call.pending) call[answer]()
  }

  /** How many connections the database counts, those that are being opened included. */
  get counted(): number {
    const opening = this.calls.filter(call => call.question === 'connect' && call.pending && !call.abandoned)
    return opening.length + this.openConnections.length
  }

  /** The connections that the database has, the oldest first. */
  get openConnections(): number[] {
    return [...this.#sessions.values()].flatMap(({ open, connection }) => (open ? [connection.number] : []))
  }

  /** Whether the database still has this connection. */
  isOpen(number: number): boolean {
    return this.#session(number).open
  }

  #ask(question: Question, number: number, signal: AbortSignal | undefined): Call {
    const call = new Call(question, number, signal)
    this.calls.push(call)
    const answer = this.atOnce.get(question)
    if (answer !== undefined) call[answer]()
    return call
  }

  #session(number: number): Session {
    const session = this.#sessions.get(number)
    if (session === undefined) throw new Error(`The database knows no connection ${number}.`)
    return session
  }
}
