// The helper: one connection beside the pool's own, over which statements that would work on are killed, as the mysql client does on
// Ctrl-C.

import mysql2, { type ConnectionOptions } from 'mysql2'
import { abortable } from '../../../core/abortable.js'
import { startDeadline } from '../../../core/deadline.js'
import { call } from './commands.js'
import type { Core, Target } from './internals.js'

/** No caller waits for the helper, so it must not stay on the road for long; in ms. */
const longestTrip = 2_000

/** For how long the helper stays for the next order, in ms. */
const rest = 300

interface Thread {
  readonly Id: number
  /** With the port from which it was connected, unless that was by a socket file. */
  readonly Host: string
  readonly Info: string | null
}

/**
 * Kills threads on the server, over at most one connection, which has no database. It is opened for the first order, takes
 * one order at a time, and is closed when there is none for a moment. Its timers do not keep the process alive; an order on
 * its way does.
 */
export class KillHelper {
  readonly #connectionOptions: () => Promise<ConnectionOptions>
  #last: Promise<unknown> = Promise.resolve()
  #core: Core | undefined
  #leaving: NodeJS.Timeout | undefined

  constructor(connectionOptions: () => Promise<ConnectionOptions>) {
    this.#connectionOptions = connectionOptions
  }

  /**
   * Has the server end a thread. A server that was restarted, or another one that took its place, gives the same ids to other threads: so
   * nothing is killed that does not have the session's port, or, if something between the two changes ports, runs its text. The text
   * alone would not do: of a procedure, a trigger or several statements the server shows the one that it is at. An account may kill its own
   * threads without a privilege.
   *
   * Resolves with whether there is nothing more to do: the thread has gone, or was told to. Never rejects.
   */
  kill(target: Target): Promise<boolean> {
    return this.#order(async core => {
      const thread = await find(core, target.threadId)
      if (thread === undefined) return true
      if (!isOf(target, thread)) return false
      await call(done => core.query(`KILL ${thread.Id}`, () => done(undefined)))
      return true
    })
  }

  /**
   * Has the server end the statement that a thread runs, if it is still the one that is meant; the thread lives on.
   * @param isWanted asked right before
   * @throws Error when the server may still be told
   */
  async cancel(target: Target, isWanted: () => boolean): Promise<void> {
    let sent = false
    let told = false
    await this.#order(async core => {
      const thread = await find(core, target.threadId)
      if (typeof thread?.Info !== 'string' || !isOf(target, thread) || !isWanted()) return false
      sent = true
      await call(done => core.query(`KILL QUERY ${thread.Id}`, () => done(undefined)))
      told = true
      return true
    })
    if (sent && !told) throw new Error('KILL QUERY was not answered: it may hit any later statement.')
  }

  /** Resolves with whether the server no longer has the thread. Never rejects. */
  hasGone(threadId: number): Promise<boolean> {
    return this.#order(async core => (await find(core, threadId)) === undefined)
  }

  #order(work: (core: Core) => Promise<boolean>): Promise<boolean> {
    const order = this.#last.then(() => this.#go(work))
    this.#last = order
    return order
  }

  async #go(work: (core: Core) => Promise<boolean>): Promise<boolean> {
    clearTimeout(this.#leaving)
    const abandon = new AbortController()
    const inTime = startDeadline(() => abandon.abort(), longestTrip)
    try {
      const { signal } = abandon
      return await abortable(this.#reach(signal).then(work), signal)
    } catch {
      this.#core?.stream.destroy()
      this.#core = undefined
      return false
    } finally {
      inTime()
      this.#core?.stream.unref?.()
      this.#leaving = setTimeout(() => this.#leave(), rest).unref()
    }
  }

  /** The connection, which is opened if there is none. */
  async #reach(signal: AbortSignal): Promise<Core> {
    if (this.#core === undefined) {
      const options = await this.#connectionOptions()
      signal.throwIfAborted()
      this.#core = this.#open(options)
    }
    this.#core.stream.ref?.()
    return this.#core
  }

  #open(options: ConnectionOptions): Core {
    const core = mysql2.createConnection({
      ...options,
      database: '',
      trace: false,
      connectTimeout: 0,
    }) as Core
    const forget = (): void => {
      if (this.#core === core) this.#core = undefined
    }
    core.on('error', forget)
    core.stream.once('close', forget)
    return core
  }

  /** The next order waits until it has left, so that there is never a second one. */
  #leave(): void {
    const core = this.#core
    if (core === undefined) return
    this.#core = undefined
    this.#last = this.#last.then(
      () =>
        new Promise<void>(resolve => {
          const inTime = startDeadline(() => core.stream.destroy(), longestTrip)
          core.stream.once('close', () => {
            inTime()
            resolve()
          })
          if (core.stream.destroyed) resolve()
          else core.end()
        }),
    )
  }
}

function find(core: Core, threadId: number): Promise<Thread | undefined> {
  const sql = { sql: 'SHOW FULL PROCESSLIST', rowsAsArray: false, typeCast: true, nestTables: false }
  return new Promise((resolve, reject) => {
    core.query(sql, (error, threads) =>
      error ? reject(error) : resolve((threads as unknown as Thread[]).find(({ Id }) => Id === threadId)),
    )
  })
}

function isOf({ port, statement }: Target, { Host, Info }: Thread): boolean {
  const same = port === undefined ? !Host.includes(':') : Host.endsWith(`:${port}`)
  return same || (Info !== null && comparable(Info) === comparable(statement ?? ''))
}

/** As servers show a text: some without the space and the semicolon around it, MySQL with values for placeholders. */
function comparable(sql: string): string {
  const [beforeValues = ''] = sql.split('?')
  return beforeValues.replace(/[\s;]+$/, '').trimStart()
}
