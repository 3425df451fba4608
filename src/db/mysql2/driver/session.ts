// One mysql2 connection from before it connects until the end of its socket: what it does, whether it is fit, how it ends.

import type { EventEmitter } from 'node:events'
import { askBeforeDestroy } from '../../ended-by-holder.js'
import { KeptListeners } from '../../listeners.js'
import { type Core, quitPacket, type Target } from './internals.js'
import { Listeners } from './listeners.js'
import { connectionLost } from './lost.js'
import { limitQuery } from './times.js'
import { Tracker, type TrackerContext } from './tracker.js'

/** What a session tells the driver. */
export interface SessionContext extends TrackerContext {
  onLost(reason: unknown): void
}

/** Follows a connection; it is its `error` listener for good. */
export class Session {
  /** What the server has told. */
  readonly tracker: Tracker
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  /** Whether the statement under way may come to its own end when the session is being ended, and be answered. */
  mayFinish = false
  /** How many commands have been answered. */
  answered = 0
  /** What the server runs at a connect, and not at a reset; undefined until it has been asked for. */
  initConnect: string | undefined
  #outOfStep = false
  #connected = false
  #leaving = false
  #cut = false
  /** What is to be answered to the commands that remain, once the session is being ended. */
  #lastAnswer: Error | undefined
  /** How deep we are in the handling of packets. */
  #depth = 0
  #afterwards: (() => void)[] = []
  #lastWords: unknown
  #user: string | undefined
  #database: string | undefined
  #charsetNumber: number | undefined
  #listeners: Listeners | undefined
  #ofSocket: KeptListeners | undefined
  #onLost: ((reason: unknown) => void) | undefined
  /** The socket itself, also when TLS runs over it. */
  readonly #socket: Core['stream']

  constructor(
    readonly core: Core,
    context: SessionContext,
  ) {
    this.#onLost = reason => context.onLost(reason)
    this.tracker = new Tracker(core, context)
    this.#socket = core.stream
    this.closed = new Promise(resolve => {
      this.#socket.once('close', () => {
        this.#end(new Error('Connection lost: the socket was closed.'))
        resolve()
      })
    })
    // mysql2 tells it to the query under way, if there is one, and then to no one else.
    this.#socket.on('error', error => {
      this.#lastWords ??= error
    })
    core.on('error', error => this.#end(error))
    core.on('end', () => this.#end(connectionLost('The server closed the connection.')))
    core.on('warn', warning => {
      if (isOutOfOrder(warning)) this.#outOfStep = true
    })
    this.#readPackets()
  }

  /** It has been connected, and is not ready for callers yet. */
  begin(): void {
    const { config } = this.core
    this.tracker.begin(config.database)
    this.#user = config.user
    this.#database = config.database
    this.#charsetNumber = config.charsetNumber
    this.#connected = true
  }

  /** From here on, listeners that holders add end with their lease, and a socket that a holder destroys stays until its statement has been ended. */
  keep(face: EventEmitter): void {
    const { core } = this
    this.#listeners = new Listeners(face, core)
    this.#ofSocket = new KeptListeners(core.stream)
    askBeforeDestroy(
      core.stream,
      () => this.#onLost !== undefined && !this.ready,
      () => {
        const onLost = this.#onLost
        this.dismiss()
        onLost?.(connectionLost('its holder destroyed the socket.'))
      },
    )
  }

  /** Removes what a holder hung on the connection, and on its socket. */
  restoreListeners(): void {
    this.#listeners?.restore()
    if (this.ready) this.#ofSocket?.restore() // a LOAD DATA under way has its own there
  }

  /** Nothing runs, nothing is queued, no transaction is open, and the session is still the pool's own. */
  get clean(): boolean {
    const { uncertain, inTransaction, commitsAsBefore, wasReset, leftBehind } = this.tracker
    if (uncertain || inTransaction || wasReset || !leftBehind.nothing) return false
    return commitsAsBefore && this.unfitness === undefined
  }

  /** After an error no one knows, until the next answer. */
  get mayBeInTransaction(): boolean {
    return this.tracker.inTransaction || this.tracker.uncertain
  }

  /** Nothing runs and nothing is queued. */
  get ready(): boolean {
    return !this.core._command && this.core._commands.length === 0
  }

  /** The text of the statement that the server works on, if it is one that has a text. */
  get statement(): string | undefined {
    const { sql, query } = this.core._command ?? {}
    return [sql, query].find(text => typeof text === 'string') as string | undefined
  }

  /** What the helper is to find on the server. */
  get target(): Target {
    const { threadId, stream } = this.core
    return { threadId, port: stream.localPort, statement: this.statement }
  }

  /** The last command ends a transaction: a `connection.rollback()` that its holder did not wait for. */
  get endingTransaction(): boolean {
    return this.core._commands.length === 0 && /^\s*(commit|rollback)\b/i.test(this.statement ?? '')
  }

  /** The last command was answered by its holder's own time limit, and the server works on it. */
  get overdue(): boolean {
    const { _command, _commands } = this.core
    return _commands.length === 0 && _command?.timedOut === true && !this.sending
  }

  /** The server is waiting for a file, which LOAD DATA LOCAL is to send. */
  get sending(): boolean {
    const { next, infileOk } = this.core._command ?? {}
    return next !== undefined && next !== null && next === infileOk
  }

  /** The server is sending rows. */
  get receiving(): boolean {
    const { next, row } = this.core._command ?? {}
    return next !== undefined && next !== null && next === row
  }

  /** The server has been asked for a sign of life, and has not given it. */
  get pinging(): boolean {
    return this.core._command?.pingResponse !== undefined
  }

  /** Whether the server has, as far as is known, a session that has not been told to end. */
  get alive(): boolean {
    return this.#connected && !this.#leaving && !this.core.stream.destroyed
  }

  /** Whether the socket was closed by this side, before the server had let go of the session. */
  get cut(): boolean {
    return this.#cut
  }

  /** Whether its holder has left the client as it was: neither ended, nor destroyed, nor paused. */
  get usable(): boolean {
    const { core } = this
    const closing = core._closing || core._fatalError || core.addCommand === core._addCommandClosedState
    const { destroyed, writableEnded, writableCorked } = core.stream
    return !(closing || core._paused || destroyed || writableEnded || writableCorked || isPaused(core.stream))
  }

  /** The collation that it began with; a holder's SET NAMES changes the one in `config`. */
  get charsetNumber(): number | undefined {
    return this.#charsetNumber
  }

  /** The database that it was connected to. */
  get database(): string | undefined {
    return this.#database || undefined
  }

  /** Whether a reset can do nothing for the session, and why. */
  get unfitness(): string | undefined {
    if (!this.ready) return 'A query was still running when the connection was released.'
    if (!this.usable) return 'Its holder ended, destroyed or paused it.'
    if (this.tracker.leftBehind.prepared) return 'Its holder left a prepared XA transaction.'
    if (this.#outOfStep) return 'The server sent packets out of order.'
    const { user, database } = this.core.config
    if (this.tracker.userChanged || user !== this.#user || database !== this.#database)
      return 'changeUser() changed its user or its database.'
    return undefined
  }

  /**
   * Calls back when the packets that are here have been handled, or at once. mysql2 calls a query's callback, and emits its `end`,
   * before it turns to the next command: so a holder that releases from there would seem to leave a query running.
   */
  whenHandled(callback: () => void): void {
    if (this.#depth === 0) callback()
    else this.#afterwards.push(callback)
  }

  /** From here on, the end of the session is no news. */
  dismiss(): void {
    this.#onLost = undefined
  }

  /**
   * Tells the server to end the session, which runs nothing, and asks nothing more of it. mysql2's own Quit does the same, and with
   * `debug` says so, which its pool does only with `gracefulEnd`.
   */
  quit(): void {
    const { core } = this
    core._closing = true // its close is no loss
    core.addCommand = core._addCommandClosedState
    core._resetSequenceId()
    core.write(quitPacket)
  }

  /**
   * Tells the server to end the session, which it reads when the statement under way is done. Nothing else is sent from here on; all
   * commands, under way, queued or still to come, are answered with the error: at once, or if it is to be `late` when `answer` is
   * called or the socket has closed. The socket stays open until the server closes it.
   */
  leave(error: Error, { late }: { late: boolean }): void {
    this.dismiss()
    this.#leaving = true
    this.#lastAnswer = error
    const { core } = this
    if (!core.stream.writableEnded && !this.sending) {
      const { sequenceId } = core
      core._resetSequenceId()
      core.write(quitPacket)
      core.sequenceId = sequenceId // the statement's own packets are numbered on
    }
    core.write = () => {}
    core.addCommand = core._addCommandClosedState
    if (late) {
      core._closing = true // mysql2 is not to answer in its own words when the socket closes
      void this.closed.then(() => this.answer())
    }
    // Not at once: holders' callbacks must not be called from within the pool.
    else process.nextTick(() => this.answer())
  }

  /** Gives the last answer to the commands that remain, and reads no more of theirs. */
  answer(): void {
    const error = this.#lastAnswer
    this.#lastAnswer = undefined
    const { core } = this
    if (error === undefined) return
    // When nothing remains, mysql2 would emit the error instead.
    if (!core._closing || !this.ready) core._handleFatalError(error)
    core.write = () => {}
    core.stream.resume() // it closes only when it has been read to its end
  }

  /** Ends the socket at once; queries under way and queued fail. */
  destroy(): void {
    this.dismiss()
    this.#cut ||= !this.#socket.destroyed
    this.core.stream.destroy()
    this.#socket.destroy()
  }

  /** Before mysql2 itself reads a packet, for it calls into the application. */
  #readPackets(): void {
    const { core } = this
    const handle = core.handlePacket
    core.handlePacket = packet => {
      this.#depth++
      const command = core._command
      try {
        if (packet === undefined) {
          if (command?.timeout) limitQuery(command) // it is about to begin
        } else if (!core._paused && command && this.#connected) this.tracker.read(packet, command)
        handle.call(core, packet)
        if (command !== core._command) this.answered++
      } finally {
        if (--this.#depth === 0 && this.#afterwards.length > 0) this.#callBack()
      }
    }
  }

  #callBack(): void {
    const callbacks = this.#afterwards
    this.#afterwards = []
    for (const callback of callbacks) callback()
  }

  #end(reason: unknown): void {
    if (this.#leaving) return // the socket closes when the server has let go
    const onLost = this.#onLost
    this.destroy()
    onLost?.(this.#lastWords ?? reason)
  }
}

/** A stream of the application's own need not know. */
function isPaused(stream: { isPaused?(): boolean }): boolean {
  return stream.isPaused?.() === true
}

/** A packet came whose number is not the next one: mysql2 goes on, and only warns. It has other warnings, too. */
function isOutOfOrder(warning: unknown): boolean {
  return typeof warning === 'object' && warning !== null && 'expected' in warning && 'received' in warning
}
