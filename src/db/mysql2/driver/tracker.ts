// What the server's answers tell about a session: transaction, autocommit, database, errors that only a new session mends.

import type { Demotion } from './demotion.js'
import { type Command, type Core, errorIn, type Packet, statusBits, toldBy } from './internals.js'
import { LeftBehind } from './left-behind.js'
import { Procedures } from './procedures.js'
import { hasForgotten, stalenessOf } from './stale.js'

/** What the tracker tells its session, and asks of it. */
export interface TrackerContext {
  onStale(error: Error, options: { readonly all: boolean }): void
  /** Whether any connection of the driver keeps prepared statements. */
  statements(): boolean
  /** What all connections of the driver know. */
  readonly demotion: Demotion
}

/** What an answer begins with; an error begins with 255. */
const ok = 0
const endOfRows = 254

/** Reads each packet before mysql2 does. */
export class Tracker {
  /** What no answer tells. */
  readonly leftBehind = new LeftBehind()
  readonly #procedures = new Procedures()
  /** As the server told it last. */
  #status: number = statusBits.autocommit
  /** Whether the server commits each statement by itself, when the session is ready for callers. */
  #autocommit: number = statusBits.autocommit
  /** The status is the greeting's, which the server sends before it runs its `init_connect`. */
  #isOfGreeting = true
  /** `#autocommit` is the greeting's, and no answer has confirmed it. */
  #isUnsure = false
  /** The database, as far as the server tells; empty when there is none. */
  #schema = ''
  /** The database when the session was ready for callers. */
  #schemaBefore = ''
  /** An error has no status with it: a procedure may have begun a transaction before it failed. */
  #uncertain = false
  #lastError: Error | undefined
  /** What the server ended a transaction with. */
  #failure: Error | undefined
  #wasReset = false
  #userChanged = false
  /** How often the server had been found to take no writes when this session was opened. */
  readonly #demotions: number
  readonly #core: Core
  readonly #context: TrackerContext

  constructor(core: Core, context: TrackerContext) {
    this.#core = core
    this.#context = context
    this.#demotions = context.demotion.found
  }

  /** The greeting has its status. */
  begin(database: string | undefined): void {
    this.#schema = database ?? ''
    this.#status = (this.#core._handshakePacket?.statusFlags ?? statusBits.autocommit) & statusBits.autocommit
  }

  /** Takes the session as it is now for what it should be: it has just been made ready for callers. */
  settle(): void {
    this.#autocommit = this.#status & statusBits.autocommit
    this.#isUnsure = this.#isOfGreeting
    this.#schemaBefore = this.#schema
    this.#wasReset = false
    this.leftBehind.settle()
  }

  /** The database, as far as is known; empty when there is none. */
  get schema(): string {
    return this.#schema
  }

  get inTransaction(): boolean {
    return (this.#status & statusBits.inTransaction) !== 0
  }

  /** Whether the last answer was an error, which does not say how things stand; any other answer does. */
  get uncertain(): boolean {
    return this.#uncertain
  }

  get commitsAsBefore(): boolean {
    return (this.#status & statusBits.autocommit) === this.#autocommit
  }

  /** Autocommit differs from the greeting, and either a holder has changed it or the server's `init_connect`. */
  get commitsInDoubt(): boolean {
    return this.#isUnsure && !this.commitsAsBefore
  }

  /** The server ran no `init_connect` for the session, so the greeting is right. */
  trustGreeting(): void {
    this.#isUnsure = false
  }

  /** The session has just been reset, and has what a new one has: its autocommit is the right one, if that was not known. */
  learnCommits(): void {
    if (!this.#isUnsure) return
    this.#isUnsure = false
    this.#autocommit = this.#status & statusBits.autocommit
  }

  /** Whether the session's variables and statements were reset since it was settled. */
  get wasReset(): boolean {
    return this.#wasReset
  }

  /** Whether the session was given to another user, or to the same one anew. */
  get userChanged(): boolean {
    return this.#userChanged
  }

  /** Servers that do not tell case apart may answer in another one than they were asked in. */
  get schemaAsBefore(): boolean {
    return this.#schema.toLowerCase() === this.#schemaBefore.toLowerCase()
  }

  /** The statement that puts back what the server commits by itself; undefined when that is as it was. */
  get autocommitStatement(): string | undefined {
    return this.commitsAsBefore ? undefined : `SET autocommit = ${this.#autocommit === 0 ? 0 : 1}`
  }

  /** Takes the error by which the server ended a transaction, a deadlock say; undefined when none did since it was taken. */
  takeFailure(): Error | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  read(packet: Packet, command: Command): void {
    if (command.handshakeResult !== undefined) {
      this.#userChanged = true
      return // what is said then is not about the session that was
    }
    const kind = packet.buffer[packet.offset] ?? 0
    if (kind !== ok && kind < endOfRows) return // rows and columns tell nothing, and are the most
    if (packet.isError()) {
      this.#readError(packet, command)
      return
    }
    const told = toldBy(packet, command)
    if (told === undefined) return
    const wasInTransaction = this.inTransaction
    this.#status = told.status
    this.#isOfGreeting = false
    this.#schema = told.schema ?? this.#schema
    if (this.#uncertain && wasInTransaction && !this.inTransaction) this.#failure = this.#lastError
    this.#uncertain = false
    if (told.written) this.#context.demotion.written(this.#demotions)
    if (command.resetConnectionResponse !== undefined) this.#wasReset = true
    if (this.commitsAsBefore && !this.#wasReset) this.#isUnsure = false // a reset takes away what an `init_connect` had set
    if (told.idle) this.leftBehind.done(command)
    if (told.idle !== undefined) this.#procedures.done(command)
  }

  #readError(packet: Packet, command: Command): void {
    const error = errorIn(packet)
    this.#uncertain = true
    this.#lastError = error
    this.leftBehind.met(error.errno)
    if (hasForgotten(error.errno, command)) forgetStatements(this.#core)
    const staleness = stalenessOf(error, command, {
      statements: this.#context.statements,
      hadDatabase: this.#schemaBefore !== '',
      worked: this.#procedures.has(command),
    })
    if (staleness === undefined) return
    const all = staleness.all && (staleness.demotion === undefined || this.#context.demotion.refused())
    this.#context.onStale(error, { all })
  }
}

/** All of them: a server that has forgotten one has most often forgotten all. It tells the server to close them, which is harmless. */
function forgetStatements(core: Core): void {
  for (const key of [...core._statements.keys()]) core._statements.delete(key)
}
