// This side of one connection: which calls its worker knows of, what becomes of them, and when it is over.

import { refuseUnknown } from '../../../core/names.js'
import { outside } from '../../../core/outside.js'
import { discreetRefusal } from '../../../core/refusal.js'
import { abortSignal, limit } from '../../../core/shape.js'
import { onAbort } from '../../../core/signals.js'
import { milliseconds } from '../../../core/wording.js'
import type { Staleness } from '../wire/error.js'
import { type Failure, SqliteError } from '../wire/error.js'
import type { Answer, Request } from '../wire/messages.js'
import { movedFailure } from '../wire/stale.js'
import { type Call, Calls, type Reply } from './calls.js'
import type { Host } from './host.js'
import { afterNews } from './time-limit.js'

/** The options of every statement. */
export interface StatementOptions {
  /**
   * How long the statement may take, in milliseconds, including waits for locks and for earlier statements; after that it is cancelled
   * and rejects with the code `SQLITE_INTERRUPT`. For `iterate`, how long each portion of rows may take. Default: the driver's
   * `statementTimeout`; more than 0; Infinity = no limit.
   */
  timeout?: number | undefined
  /** Cancels the statement, which rejects with the code `SQLITE_INTERRUPT` and the signal's reason as its `cause`. */
  signal?: AbortSignal | undefined
}

/** Whom a session tells of its end, and of what only another session can mend. */
export interface SessionEvents {
  readonly onLost: (reason: unknown) => void
  readonly onStale?: ((reason: unknown, options?: { readonly all?: boolean }) => void) | undefined
}

/** The failure of a cancelled statement. */
const interrupted = (why: string, cause?: unknown): Failure => ({
  code: 'SQLITE_INTERRUPT',
  message: `The statement was cancelled: ${why}.`,
  cause,
})

export class Session {
  readonly #host: Host
  readonly #calls = new Calls()
  readonly #statementTimeout: number
  #inTransaction = false
  /** Whether it refuses writes may be other than {@link Session.keep} found it. */
  #queryOnly = false
  /** Its holder may have had SQLite keep its locks beyond its transactions, which shuts out all others. */
  #locking = false
  /** Callers have it from now on. */
  #kept = false
  /** Why nothing can be asked any more. */
  #ended: Failure | undefined
  /** Undefined once its end is no news. */
  #events: SessionEvents | undefined
  /** What was told of it already. */
  #stale: Staleness | undefined

  constructor(host: Host, statementTimeout: number, events: SessionEvents) {
    this.#host = host
    this.#statementTimeout = statementTimeout
    this.#events = events
  }

  /** It can be leased again: its worker has not ended, and was not told to. */
  get usable(): boolean {
    return this.#ended === undefined && !this.#host.ended
  }

  get inTransaction(): boolean {
    return this.#inTransaction
  }

  /** Nothing runs, nothing is being read, no transaction is open. */
  get clean(): boolean {
    return !this.#inTransaction && !this.#queryOnly && !this.#locking && this.#calls.none
  }

  /** As it is now, each caller finds it. */
  keep(): void {
    this.#kept = true
  }

  begin(): Call {
    return this.#calls.begin()
  }

  /**
   * Sends a request of a call, and waits for the answer.
   * @throws SqliteError from a function that its caller awaits: so the stack leads to the caller.
   */
  async ask(call: Call, request: Request): Promise<Reply> {
    const unable = this.#ended ?? call.calledOff
    const reply: Reply =
      unable !== undefined
        ? { error: unable }
        : await new Promise(resolve => {
            if ('sql' in request && this.#kept) this.#lookAt(request.sql)
            this.#host.post(request)
            call.asked = call.owed = true
            call.reply = resolve
          })
    if (reply.error !== undefined) throw new SqliteError(reply.error)
    return reply
  }

  /** Lets go of a call: of one that has rows left, the worker is told to. */
  leave(call: Call): void {
    if (call.owed || !this.#calls.has(call)) return
    if (call.asked) {
      call.calledOff ??= interrupted('its rows were not read to the end')
      call.owed = true
      this.#host.post({ id: call.id, type: 'stop' })
    } else {
      this.#calls.finish(call)
    }
  }

  /**
   * Calls a call off when its time is up or its signal aborts.
   * @returns what ends the watch; undefined when there is nothing to watch
   * @throws OptionsError for bad options.
   */
  watch(call: Call, options?: StatementOptions): (() => void) | undefined {
    if (options !== undefined) return this.#watchWith(call, options)
    return this.#statementTimeout === Number.POSITIVE_INFINITY ? undefined : this.#watchWith(call, {})
  }

  #watchWith(call: Call, options: StatementOptions): () => void {
    refuseUnknown('a statement', options, ['timeout', 'signal'])
    const { timeout = this.#statementTimeout, signal } = options
    limit('timeout', timeout, discreetRefusal)
    if (signal !== undefined) abortSignal('signal', signal, discreetRefusal)
    const unwatch =
      signal &&
      onAbort(signal, () => this.#callOff(call, interrupted('its signal was aborted', signal.reason)))
    const unset = afterNews(timeout, () =>
      this.#callOff(call, interrupted(`it took longer than ${milliseconds(timeout)} (timeout)`)),
    )
    return () => {
      unset()
      unwatch?.()
    }
  }

  interrupt(why = 'interrupt() was called'): void {
    for (const call of this.#calls.all) this.#callOff(call, interrupted(why))
  }

  /** Cancels all calls; settles when the worker is through with them. */
  async cancel(signal: AbortSignal): Promise<void> {
    this.interrupt("its holder's signal was aborted")
    await this.#calls.settled(signal)
  }

  /** Cancels the oldest call. */
  cancelOldest(): void {
    const oldest = this.#calls.all.find(({ calledOff }) => calledOff === undefined)
    if (oldest !== undefined) this.#callOff(oldest, interrupted("its caller's signal was aborted"))
  }

  /**
   * Ends what a holder left behind: waits for statements that were cancelled, ends those half read, rolls back, lets it write again.
   * @throws Error when a statement is still running whose caller waits for it, and when a transaction is open all the same.
   */
  async reset(signal: AbortSignal): Promise<void> {
    if (this.#calls.awaited) {
      throw new Error('A statement was still running when the connection was released.')
    }
    for (const call of this.#calls.all) this.#callOff(call, interrupted('its connection was released'))
    await this.#calls.settled(signal)
    const call = this.begin()
    await this.ask(call, { id: call.id, type: 'reset' })
    if (this.#inTransaction) throw new Error('A transaction is still open after the rollback.')
    this.#queryOnly = false
    if (!this.#locking) return
    await this.statement('PRAGMA locking_mode = normal')
    await this.statement('SELECT 1 FROM sqlite_master LIMIT 1') // locks are let go of after the next statement
    this.#locking = false
  }

  /** Runs a statement of the driver's own, without a timeout: the pool has one. */
  async statement(sql: string): Promise<void> {
    const call = this.begin()
    await this.ask(call, { id: call.id, type: 'run', sql, parameters: undefined, chunk: 1 })
  }

  /** Has SQLite refuse to write, or allow it, until it is told to be as before: as the options or the holder had it. */
  async setQueryOnly(to: 'on' | 'off' | 'as before'): Promise<void> {
    if (to === 'as before' && !this.#queryOnly) return
    this.#queryOnly = true // if the request fails, the state is unknown
    const call = this.begin()
    await this.ask(call, { id: call.id, type: 'queryOnly', to })
    this.#queryOnly = to !== 'as before'
  }

  /** No answer tells that a holder had SQLite refuse writes, or keep locks; so its text is looked at, and a wrong guess costs a reset. */
  #lookAt(sql: string): void {
    if (!/query_only|locking_mode/i.test(sql)) return
    if (/locking_mode\W+exclusive/i.test(sql)) this.#locking = true
    if (this.#queryOnly || !/query_only/i.test(sql)) return
    this.#queryOnly = true
    const { id } = this.begin()
    this.#host.post({ id, type: 'queryOnly', to: 'remember' })
  }

  /** Closes gracefully; settles when the worker has ended, and never rejects. */
  async close(): Promise<void> {
    this.#events = undefined
    this.interrupt()
    if (this.#ended === undefined) {
      this.#end({ code: 'CONNECTION_CLOSED', message: 'The connection was closed.', lost: true })
      this.#host.post({ id: 0, type: 'close' })
    }
    await this.#host.end
  }

  destroy(): void {
    this.#events = undefined
    this.#end({ code: 'CONNECTION_CLOSED', message: 'The connection was destroyed.', lost: true })
    this.#host.kill()
  }

  /** The worker has ended by itself, or was ended to end a statement. */
  lose(message: string, cause: unknown): void {
    if (this.#ended !== undefined) return
    const failure: Failure = { code: 'CONNECTION_LOST', message, cause, lost: true }
    const events = this.#events
    this.#events = undefined
    this.#end(failure)
    // A caller's signal may have caused it, in that caller's async context.
    outside(() => events?.onLost(new SqliteError(failure)))
  }

  receive(answer: Answer): void {
    if (this.#ended !== undefined) return
    this.#inTransaction = answer.inTransaction
    this.#noteStaleness(answer)
    const call = this.#calls.find(answer.id)
    if (call === undefined) return
    const { reply } = call
    call.reply = undefined
    if (answer.more !== true) this.#calls.finish(call)
    else {
      this.#calls.pause(call)
      if (call.calledOff !== undefined) this.leave(call)
    }
    reply?.(answer)
  }

  /** Tells the pool what only a new session can mend, once; and once more if it holds for all. */
  #noteStaleness({ error, moved }: Answer): void {
    const stale = moved === true ? 'all' : error?.stale
    if (stale === undefined || this.#stale === 'all' || this.#stale === stale) return
    this.#stale = stale
    const reason = error?.stale === undefined ? movedFailure : error
    outside(() => this.#events?.onStale?.(new SqliteError(reason), { all: stale === 'all' }))
  }

  /** Its caller is told at once; a thread goes on with it until it next looks, a process is ended for it. */
  #callOff(call: Call, failure: Failure): void {
    if (call.calledOff !== undefined || !this.#calls.has(call)) return
    call.calledOff = failure
    if (!call.owed) {
      if (call.asked) this.leave(call)
      return
    }
    const { reply } = call
    call.reply = undefined
    const endedAll = this.#host.callOff(call.id)
    reply?.({ error: { ...failure, lost: endedAll } })
    if (endedAll) {
      this.lose(`The ${this.#host.name} was stopped to end a cancelled statement.`, new SqliteError(failure))
    }
  }

  #end(failure: Failure): void {
    if (this.#ended !== undefined) return
    this.#ended = failure
    this.#inTransaction = false
    for (const call of this.#calls.all) {
      const { reply } = call
      this.#calls.finish(call)
      reply?.({ error: failure })
    }
  }
}
