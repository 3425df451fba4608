// A driver between the pool and the real one: what the pool asks leaves when the walk says so, or fails without leaving.

import type { ConnectContext, DestroyOptions, Driver, RoundTripContext } from '../../db/driver.js'

/** What a pool asks of its driver and waits for. */
export type Question = 'connect' | 'validate' | 'reset' | 'cancel' | 'close' | 'let go'

/** A question that has not left yet. */
interface Held {
  readonly question: Question
  /** Whether the pool still wants to know. */
  wanted(): boolean
  leave(answer: 'succeed' | 'fail'): void
  /** For a connect: the server drops the connection before it is open. */
  readonly lose?: () => void
}

/** A connection that the server holds open, as far as this process knows. */
interface Session {
  readonly onLost: (reason?: unknown) => void
}

/** Wraps a driver for walks by model. */
export class GatedDriver<C> implements Driver<C> {
  readonly name: string
  /** The questions that do not leave by themselves. */
  readonly holds: Set<Question>
  /** The next question of this kind fails at once. */
  failsNext: Question | undefined
  /** What the holder left behind, for drivers that cannot tell; an error is thrown instead, as a driver with a bug does. */
  dirty: boolean | Error = false
  /** Whether the holder ended the connection that comes back. */
  ended = false
  /** Whether the server works on after a connection is destroyed, until `let go` leaves. */
  lingers = false
  /** Runs once, inside the next `connect`, as an application's password function does: in the middle of a transition of the pool. */
  insideNextConnect: ((lose: () => void) => void) | undefined
  readonly #real: Driver<C>
  readonly #sessions = new Map<C, Session>()
  readonly #destroyed = new Set<C>()
  #held: Held[] = []
  #reportFirst: ((reason: unknown) => void) | undefined

  constructor(real: Driver<C>, holds: readonly Question[]) {
    this.#real = real
    this.name = real.name
    this.holds = new Set(holds)
  }

  /** The connections that the server should count, the oldest first. */
  get open(): C[] {
    return [...this.#sessions.keys()]
  }

  connect(context: ConnectContext): Promise<C> {
    const { signal, onLost } = context
    this.#reportFirst ??= onLost
    const hook = this.insideNextConnect
    this.insideNextConnect = undefined
    const asked = this.#ask(
      'connect',
      () => !signal.aborted,
      () => this.#open(context),
      onLost,
    )
    hook?.(onLost)
    return asked
  }

  async #open(context: ConnectContext): Promise<C> {
    let lostEarly = false
    let opened: { readonly connection: C } | undefined
    const onLost = (reason?: unknown): void => {
      lostEarly = true
      if (opened !== undefined) this.#sessions.delete(opened.connection)
      context.onLost(reason)
    }
    // A driver that runs the set-up itself ends the session itself, too; here it is the walk's to say how long the server lingers.
    const { setUp, ...rest } = context
    const connection = await this.#real.connect({ ...rest, onLost, ...(!this.lingers && { setUp }) })
    opened = { connection }
    if (!lostEarly) this.#sessions.set(connection, { onLost })
    return connection
  }

  validate(connection: C, context: RoundTripContext): Promise<void> {
    return this.#ask('validate', wantedBy(context), () => this.#real.validate(connection, context))
  }

  needsReset(connection: C): boolean {
    if (this.dirty instanceof Error) throw this.dirty
    return this.#real.needsReset?.(connection) ?? this.dirty
  }

  reset(connection: C, context: RoundTripContext): Promise<void> {
    return this.#ask('reset', wantedBy(context), async () => this.#real.reset?.(connection, context))
  }

  cancel(connection: C, context: RoundTripContext): Promise<void> {
    return this.#ask('cancel', wantedBy(context), async () => this.#real.cancel?.(connection, context))
  }

  close(connection: C): Promise<void> {
    const isNeeded = () => !this.#destroyed.has(connection)
    return this.#ask('close', isNeeded, async () => {
      if (isNeeded()) await this.#real.close(connection)
      this.#sessions.delete(connection)
    })
  }

  isUsable(connection: C): boolean {
    return !this.ended && (this.#real.isUsable?.(connection) ?? true)
  }

  destroy(connection: C, { atOnce = false }: DestroyOptions = {}): void | Promise<void> {
    this.#destroyed.add(connection)
    if (!this.lingers || atOnce) return this.#end(connection)
    return this.#ask(
      'let go',
      () => true,
      async () => this.#end(connection),
    )
  }

  /** How long a server lingers is the walk's to say: that the real one may, too, is kept from the pool. */
  #end(connection: C): void {
    this.#sessions.delete(connection)
    void this.#real.destroy(connection)
  }

  ref(connection: C): void {
    this.#real.ref?.(connection)
  }

  unref(connection: C): void {
    this.#real.unref?.(connection)
  }

  isFatal(error: unknown): boolean {
    return this.#real.isFatal?.(error) ?? false
  }

  describe(): string {
    return this.#real.describe?.() ?? this.name
  }

  /** Whether the pool waits for an answer of this kind. */
  awaits(question: Question): boolean {
    return this.#held.some(held => held.question === question && held.wanted())
  }

  /** The oldest question of this kind that the pool still wants answered leaves, or fails. */
  answer(question: Question, answer: 'succeed' | 'fail'): void {
    this.#take(question).leave(answer)
  }

  /** The server drops the connection that has been being opened for longest. */
  loseOpening(): void {
    this.#take('connect').lose?.()
  }

  /** The pool hears at once, in the middle of whatever it does, that the server dropped a connection. */
  loseNow(connection: C): void {
    this.#sessions.get(connection)?.onLost(new Error('walk: the server dropped the connection'))
  }

  /** What the first connection still owes comes too late: answers that the pool no longer wants, and the news that it was lost. */
  lateNews(): void {
    const late = this.#held.filter(held => !held.wanted())
    this.#held = this.#held.filter(held => held.wanted())
    for (const held of late) held.leave('succeed')
    this.#reportFirst?.(new Error('walk: the server dropped the connection'))
  }

  /** Everything that is still held leaves, whether the pool wants it or not. */
  answerAll(): void {
    for (const held of this.#held.splice(0)) held.leave('succeed')
  }

  /** Destroys what is still open. */
  destroyAll(): void {
    this.lingers = false
    for (const connection of this.open) this.destroy(connection)
  }

  #take(question: Question): Held {
    const held = this.#held.find(each => each.question === question && each.wanted())
    if (held === undefined) throw new Error(`The pool is not waiting for any ${question}.`)
    this.#held.splice(this.#held.indexOf(held), 1)
    return held
  }

  #ask<T>(
    question: Question,
    wanted: () => boolean,
    go: () => Promise<T>,
    lose?: (reason?: unknown) => void,
  ): Promise<T> {
    const failure = () => new Error(`walk: the ${question} failed`)
    if (this.failsNext === question) {
      this.failsNext = undefined
      return Promise.reject(failure())
    }
    if (!this.holds.has(question)) return go()
    return new Promise((resolve, reject) => {
      this.#held.push({
        question,
        wanted,
        leave: answer => (answer === 'succeed' ? go().then(resolve, reject) : reject(failure())),
        ...(lose && { lose: () => lose(new Error('walk: the server dropped the connection')) }),
      })
    })
  }
}

const wantedBy =
  ({ signal }: RoundTripContext) =>
  (): boolean =>
    !signal.aborted
