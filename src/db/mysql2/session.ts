// What the wire tells about one mysql2 connection: whether a transaction is open, whether a query runs, whether the session is over.

import { type Core, errorIn, type Packet, statusBits, statusIn } from './internals.js'

/** Follows a connection from before it connects until the end of its socket; it is its `error` listener for good. */
export class Session {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  /** As the server told it last. */
  #status = 0
  /** Whether the server commits each statement by itself, as it said in its greeting. */
  #autocommit = 0
  /** An error has no status with it: a procedure may have begun a transaction before it failed. */
  #uncertain = false
  #lastError: Error | undefined
  /** What the server ended a transaction with. */
  #failure: Error | undefined
  #outOfStep = false
  #connected = false
  /** How deep we are in the handling of packets. */
  #depth = 0
  #afterwards: (() => void)[] = []
  #lastWords: unknown
  #user: string | undefined
  #database: string | undefined
  #charsetNumber: number | undefined
  #onLost: ((reason: unknown) => void) | undefined
  /** The socket itself, also when TLS runs over it. */
  readonly #socket: Core['stream']

  constructor(
    readonly core: Core,
    onLost: (reason: unknown) => void,
  ) {
    this.#onLost = onLost
    this.#socket = core.stream
    this.closed = new Promise(resolve => {
      this.#socket.once('close', () => {
        this.#end(new Error('Connection lost: the socket was closed.'))
        resolve()
      })
    })
    // mysql2 tells it to the query under way, if there is one, and then to nobody else.
    this.#socket.on('error', error => {
      this.#lastWords ??= error
    })
    core.on('error', error => this.#end(error))
    core.on('end', () => this.#end(connectionLost()))
    core.on('warn', warning => {
      if (isOutOfOrder(warning)) this.#outOfStep = true
    })
    this.#readPackets()
  }

  /** Takes down what is true of a session in the beginning. */
  begin(): void {
    const { config, _handshakePacket } = this.core
    this.#autocommit = (_handshakePacket?.statusFlags ?? statusBits.autocommit) & statusBits.autocommit
    this.#status = this.#autocommit
    this.#user = config.user
    this.#database = config.database
    this.#charsetNumber = config.charsetNumber
    this.#connected = true
  }

  /** Nothing runs, nothing is queued, no transaction is open, and the session is still the pool's own. */
  get clean(): boolean {
    return this.ready && !this.#uncertain && !this.inTransaction && !this.#strange && this.#commitsAsBefore
  }

  get inTransaction(): boolean {
    return (this.#status & statusBits.inTransaction) !== 0
  }

  /** After an error nobody knows, until the next answer. */
  get mayBeInTransaction(): boolean {
    return this.inTransaction || this.#uncertain
  }

  /** Whether the last answer was an error, which does not say how things stand; any other answer does. */
  get uncertain(): boolean {
    return this.#uncertain
  }

  /** Takes the error by which the server ended a transaction, a deadlock say; undefined when none did since it was taken. */
  takeFailure(): Error | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  /** Nothing runs and nothing is queued. */
  get ready(): boolean {
    return !this.core._command && this.core._commands.length === 0
  }

  /** The server works on a query, as far as is known: it has been connected to, and the socket is open. */
  get busy(): boolean {
    return this.#connected && !this.ready && !this.core.stream.destroyed
  }

  /** The collation that it began with, by mysql2's number for it; a borrower's SET NAMES changes the one in `config`. */
  get charsetNumber(): number | undefined {
    return this.#charsetNumber
  }

  /** Whether a reset can do nothing for the session, and why. */
  get unfitness(): string | undefined {
    if (!this.ready) return 'A query was still running when the connection was released.'
    if (this.#outOfStep) return 'The server sent packets out of order.'
    if (this.#userChanged) return 'Its user or its database was changed with changeUser().'
    return undefined
  }

  /** The statement that puts autocommit back to what the server greeted with; undefined when that is what it is. */
  get autocommitStatement(): string | undefined {
    return this.#commitsAsBefore ? undefined : `SET autocommit = ${this.#autocommit === 0 ? 0 : 1}`
  }

  /**
   * Calls back when the packets that are here have been handled, or at once. mysql2 calls a query's callback, and emits its `end`,
   * before it turns to the next command: so whoever releases from there would seem to leave a query running.
   */
  whenHandled(callback: () => void): void {
    if (this.#depth === 0) callback()
    else this.#afterwards.push(callback)
  }

  /** From here on, the end of the session is no news. */
  dismiss(): void {
    this.#onLost = undefined
  }

  /** Ends the socket at once; queries under way and queued fail. */
  destroy(): void {
    this.dismiss()
    this.core.stream.destroy()
    this.#socket.destroy()
  }

  get #commitsAsBefore(): boolean {
    return (this.#status & statusBits.autocommit) === this.#autocommit
  }

  get #userChanged(): boolean {
    const { user, database } = this.core.config
    return user !== this.#user || database !== this.#database
  }

  get #strange(): boolean {
    return this.#outOfStep || this.#userChanged
  }

  /** Before mysql2 itself reads a packet, for it calls into the application. */
  #readPackets(): void {
    const { core } = this
    const handle = core.handlePacket
    core.handlePacket = packet => {
      this.#depth++
      try {
        if (packet !== undefined && !core._paused) this.#read(packet)
        handle.call(core, packet)
      } finally {
        if (--this.#depth === 0 && this.#afterwards.length > 0) this.#callBack()
      }
    }
  }

  #read(packet: Packet): void {
    const command = this.core._command
    if (!command || command.handshakeResult !== undefined) return // what is said then is not about the session
    if (packet.isError()) {
      this.#uncertain = true
      this.#lastError = errorIn(packet)
      return
    }
    const status = statusIn(packet, command)
    if (status === undefined) return
    const wasInTransaction = this.inTransaction
    this.#status = status
    if (this.#uncertain && wasInTransaction && !this.inTransaction) this.#failure = this.#lastError
    this.#uncertain = false
  }

  #callBack(): void {
    const callbacks = this.#afterwards
    this.#afterwards = []
    for (const callback of callbacks) callback()
  }

  #end(reason: unknown): void {
    const onLost = this.#onLost
    this.destroy()
    onLost?.(this.#lastWords ?? reason)
  }
}

/** As mysql2 has it, for a connection whose other end was closed. */
export function connectionLost(): Error {
  return Object.assign(new Error('Connection lost: The server closed the connection.'), {
    code: 'PROTOCOL_CONNECTION_LOST',
    fatal: true,
  })
}

/** A packet came whose number is not the next one: mysql2 goes on, and only warns. It has other warnings, too. */
function isOutOfOrder(warning: unknown): boolean {
  return typeof warning === 'object' && warning !== null && 'expected' in warning && 'received' in warning
}
