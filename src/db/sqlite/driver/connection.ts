// A connection to SQLite as its holders have it: every method is a message to the worker, and a promise of its answer.

import { discreetRefusal } from '../../../core/refusal.js'
import type { EngineName, Request, RunResult, SqliteParameters, SqliteValue } from '../wire/messages.js'
import { unpack } from '../wire/rows.js'
import type { Call, Reply } from './calls.js'
import { sendable } from './parameters.js'
import type { Session, StatementOptions } from './session.js'

/** A row: its values by the names of their columns. */
export type SqliteRow = Record<string, SqliteValue>

/** Rows that cross at a time: few enough that unpacking them does not hold up the event loop. */
const portion = 500

type Kind = 'run' | 'get' | 'all' | 'iterate' | 'exec'

/**
 * A connection to SQLite. It runs its statements in the order of their calls, in a thread or process of its own, so that they never
 * block the event loop. They reject with a {@link SqliteError}. You declare the type of a row:
 * `connection.get<{ name: string }>('select name from users where id = ?', [7])`.
 */
export class SqliteConnection {
  /** The library underneath. */
  readonly engine: EngineName
  /** Where it runs, for logs: `'thread 7'`, `'process 4711'`. */
  readonly worker: string
  readonly #session: Session

  /** @internal */
  constructor(session: Session, engine: EngineName, worker: string) {
    this.#session = session
    this.engine = engine
    this.worker = worker
  }

  /** Whether a transaction was open at the time of the last answer. */
  get inTransaction(): boolean {
    return this.#session.inTransaction
  }

  /**
   * Runs one statement for its effect.
   * @throws SqliteError when it fails or is cancelled; OptionsError for parameters that SQLite cannot store, and for bad options.
   */
  async run(sql: string, parameters?: SqliteParameters, options?: StatementOptions): Promise<RunResult> {
    return (await this.#once('run', sql, parameters, options)).result as RunResult
  }

  /**
   * Runs one statement.
   * @returns its first row, or undefined
   * @throws as {@link SqliteConnection.run} does.
   */
  async get<R = SqliteRow>(
    sql: string,
    parameters?: SqliteParameters,
    options?: StatementOptions,
  ): Promise<R | undefined> {
    return rowsOf<R>(await this.#once('get', sql, parameters, options))[0]
  }

  /**
   * Runs SQL of any number of statements, without parameters.
   * @throws as {@link SqliteConnection.run} does.
   */
  async exec(sql: string, options?: StatementOptions): Promise<void> {
    await this.#once('exec', sql, undefined, options)
  }

  /**
   * Runs one statement. Many rows arrive in portions, between which the event loop runs; statements called meanwhile run after all
   * rows are read.
   * @returns all of its rows
   * @throws as {@link SqliteConnection.run} does.
   */
  async all<R = SqliteRow>(
    sql: string,
    parameters?: SqliteParameters,
    options?: StatementOptions,
  ): Promise<R[]> {
    const call = this.#session.begin()
    let unwatch: (() => void) | undefined
    try {
      unwatch = this.#session.watch(call, options)
      let reply = await this.#session.ask(call, requestOf(call, 'all', sql, parameters))
      const rows = rowsOf<R>(reply)
      while (reply.more) {
        reply = await this.#session.ask(call, { id: call.id, type: 'more' })
        rowsOf<R>(reply, rows)
      }
      return rows
    } finally {
      unwatch?.()
      this.#session.leave(call)
    }
  }

  /**
   * Runs one statement, and reads its rows on demand, a portion at a time. Leaving the loop ends the statement. Until then it is
   * running: it keeps its view of the database, and you must not release the connection. Other statements may run meanwhile; SQLite does
   * not define whether unread rows show what they write.
   * @throws as {@link SqliteConnection.run} does.
   */
  async *iterate<R = SqliteRow>(
    sql: string,
    parameters?: SqliteParameters,
    options?: StatementOptions,
  ): AsyncGenerator<R, void, undefined> {
    const call = this.#session.begin()
    try {
      let request = requestOf(call, 'iterate', sql, parameters)
      for (;;) {
        const unwatch = this.#session.watch(call, options)
        const reply = await this.#session.ask(call, request).finally(unwatch)
        yield* rowsOf<R>(reply)
        if (!reply.more) return
        request = { id: call.id, type: 'more' }
      }
    } finally {
      this.#session.leave(call)
    }
  }

  /** Calls off all that is under way on this connection; each statement rejects with the code `SQLITE_INTERRUPT`. */
  interrupt(): void {
    this.#session.interrupt()
  }

  async #once(
    kind: 'run' | 'get' | 'exec',
    sql: string,
    parameters?: SqliteParameters,
    options?: StatementOptions,
  ): Promise<Reply> {
    const call = this.#session.begin()
    let unwatch: (() => void) | undefined
    try {
      unwatch = this.#session.watch(call, options)
      return await this.#session.ask(call, requestOf(call, kind, sql, parameters))
    } finally {
      unwatch?.()
      this.#session.leave(call)
    }
  }
}

function requestOf({ id }: Call, type: Kind, sql: string, parameters?: SqliteParameters): Request {
  if (typeof sql !== 'string') throw discreetRefusal('sql', sql, 'a string')
  if (type === 'exec') return { id, type, sql }
  return { id, type, sql, parameters: sendable(parameters), chunk: portion }
}

function rowsOf<R>({ rows }: Reply, into: R[] = []): R[] {
  if (rows !== undefined) unpack(rows, into as SqliteRow[])
  return into
}
