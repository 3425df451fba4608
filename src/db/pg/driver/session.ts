// What the wire tells about one pg client: whether a transaction is open, whether a query runs, what the session owes its next caller.

import type { Duplex } from 'node:stream'
import type pg from 'pg'
import type { HostRole } from '../../../core/hosts.js'
import {
  forgetNamedStatements,
  forgetStatements,
  isCutOff,
  isHalfRead,
  isUsable,
  namedStatementOf,
  untilReady,
} from './client-view.js'
import { type Debts, SessionDebts } from './debts.js'
import { askBeforeEnd, noteEnd } from './ended-by-holder.js'
import { isFatal, rememberAsFatal } from './fatal.js'
import { HungListeners } from './hung-listeners.js'
import { StartParameters } from './parameters.js'
import { type Evidence, ReadOnlyWatch, type Verdict } from './read-only.js'
import { isStale, rememberAsStale, type ServerMessage } from './stale.js'
import { type Wired, wired } from './wired.js'

/** Whom a session tells of its end, and of what only another session can mend. */
export interface SessionEvents {
  readonly onLost: (reason: unknown) => void
  readonly onStale?: ((reason: unknown, options?: { readonly all?: boolean }) => void) | undefined
}

/** As in ReadyForQuery: idle, in a transaction, in a failed one. */
type Status = 'I' | 'T' | 'E'

/** Follows a client from before it connects until the end of its socket; it is the client's `error` listener for good. */
export class Session {
  // First what each statement and each release read or write, so that it lies side by side: no texts, for one that is new costs an old object a note to the collector.
  /** There may be something to put right before the next caller has it: a transaction, a debt, a listener. Most callers leave none. */
  #noted = true
  /** The connection was told to end, perhaps past the client. */
  #ended = false
  /** What the driver sees of the client, and of its socket once that is the one that stays. */
  #seen: Wired
  #stream: Duplex
  #connected = false
  #inTransaction = false
  #inFailedTransaction = false
  /** The query under way was answered with an error, so that ReadyForQuery comes next. */
  #failed = false
  /** The query under way was parsed in this round trip. */
  #parsed = false
  /** The server waits for the holder: to fetch more of a portal, or to send the data of a COPY. */
  #suspended = false
  /** The last command of this round trip was a SET. */
  #wasSet = false
  /** A SELECT was run, which may have called a function. */
  #selected = false
  #lastError: unknown
  #refusedWrite: unknown
  /** What failed the last transaction that failed. */
  #failure: unknown
  #lastWords: unknown
  #events: SessionEvents | undefined
  readonly #debts = new SessionDebts(this)
  /** What is listened to for all callers. */
  #channels: readonly string[] = []
  #toldRole: HostRole | undefined
  #listeners: HungListeners | undefined
  readonly #readOnly: ReadOnlyWatch
  /** What a reset must lead back to. */
  readonly parameters = new StartParameters()
  /** Whether it is the pool that waits for the query under way, and the query none of long duration. */
  asks = false
  /** With what the client itself announced its end: pg's error, while the better reason is what the server said last. */
  end: unknown
  /** What is waited for once the session is being ended while a statement runs. */
  departure: Promise<void> | undefined

  constructor(
    readonly client: pg.Client,
    events: SessionEvents,
    evidence: Evidence = { writable: false, demoted: false },
  ) {
    this.#events = events
    this.#readOnly = new ReadOnlyWatch(evidence)
    // Before connect(), so that these come before the client's own listeners, which call into the application.
    this.#seen = wired(client)
    const { connection } = this.#seen
    this.#stream = connection.stream
    connection.on('readyForQuery', (message: { status: Status }) => this.readied(message.status))
    connection.on('errorMessage', (message: unknown) => this.#error(message as ServerMessage))
    connection.on('commandComplete', (message: { text: string }) => this.completed(message.text))
    connection.on('parseComplete', () => {
      this.#parsed = true
    })
    noteEnd(connection, () => {
      this.#ended = true
    })
    for (const name of ['portalSuspended', 'copyInResponse'])
      connection.on(name, () => {
        this.#suspended = true
      })
    connection.on('notification', (message: { channel: string }) => {
      // No command tag has told of this LISTEN: a function ran it.
      if (!this.#channels.includes(message.channel)) this.#debts.mayOweChannels()
    })
    connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
      const { parameterName: name, parameterValue: value } = message
      this.#readOnly.parameter(name, value, this.#wasSet)
      this.parameters.reported(name, value)
    })
    client.on('error', error => {
      rememberAsFatal(error)
      this.#end(error)
    })
    client.on('end', () => this.#end(new Error('Connection terminated')))
  }

  // These two are not private: a listener of each session's own would look a private method up in the class at each call.

  /** The server is ready for a query. */
  readied(status: Status): void {
    this.#connected = true
    if (status === 'E' && !this.#inFailedTransaction) this.#failure = this.#lastError
    if (status !== 'I') this.#noted = true
    this.#inTransaction = status !== 'I'
    this.#inFailedTransaction = status === 'E'
    this.#lastError = undefined
    this.#failed = false
    this.#suspended = false
    this.#parsed = false
    this.#wasSet = false
    if (this.#refusedWrite !== undefined) this.#judgeRefusedWrite()
  }

  /** A command has been completed: most often a SELECT, of which there is no more to say once there was one. */
  completed(tag: string): void {
    this.#wasSet = false
    // An S: the whole word takes several times as long. Of what else begins with it, only SET matters.
    if (this.#selected && tag.charCodeAt(0) === 0x53 && tag.length > 3) return
    if (tag.startsWith('SELECT')) this.#selected = true
    else this.#completedOther(tag)
  }

  /** There may be something to put right before the next caller has it. */
  note(): void {
    this.#noted = true
  }

  /**
   * Removes what the holder hung on the client, and on what is beneath it.
   * @returns whether nothing runs, nothing is queued, no transaction is open, and nothing is owed to the next caller
   */
  tidy(): boolean {
    return this.#noted ? this.#tidyNoted() : this.#seen.readyForQuery === true
  }

  #tidyNoted(): boolean {
    this.#noted = false // before the listeners are put back, by which they may change again
    this.tidyListeners()
    const isClean = !this.#inTransaction && !this.#debts.any && this.ready
    if (!isClean) this.#noted = true
    return isClean
  }

  /** No transaction is open, nothing is owed to the next caller, and no parameter has changed since it was shared, whatever runs. */
  get untouched(): boolean {
    return !this.#inTransaction && !this.#debts.any && this.parameters.unchanged
  }

  /** The statements that shared it have been answered. */
  unshare(): void {
    const changed = this.parameters.unshare()
    if (changed !== undefined) this.#debts.owe('parameters', changed)
  }

  get inTransaction(): boolean {
    return this.#inTransaction
  }

  /** Nothing runs and nothing is queued. */
  get ready(): boolean {
    return wired(this.client).readyForQuery === true
  }

  /** What keeps the process alive; a stream of the application's own need not know `ref`. */
  get socket(): { ref?(): void; unref?(): void } {
    return this.#stream as { ref?(): void; unref?(): void }
  }

  /** The server works on a query, as far as is known: it has been connected to, and the socket is open. */
  get busy(): boolean {
    return this.#connected && !this.ready && !wired(this.client).connection.stream.destroyed
  }

  /** Its holder ended it while a query ran, which the server goes on with. */
  get cutOff(): boolean {
    return this.#connected && !this.hasLastWords && isCutOff(this.client)
  }

  /** The client can be leased again: its holder neither ended, destroyed nor paused it. */
  get usable(): boolean {
    return !this.#ended && isUsable(this.#seen, this.#stream)
  }

  /** The server has said that it ends the session; the end of the socket follows. */
  get hasLastWords(): boolean {
    return this.#lastWords !== undefined
  }

  /** What runs is no query of pg's own but a cursor, a stream or a COPY, whose end need not come of itself. */
  get halfRead(): boolean {
    return isHalfRead(this.client)
  }

  /** The server does nothing until the holder does something. */
  get waitsForBorrower(): boolean {
    return this.halfRead && this.#suspended
  }

  /** Takes the error that failed the last transaction that failed; undefined when none did since it was taken. */
  takeFailure(): unknown {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  /** Takes what is to be undone. */
  takeDebts(): Debts {
    return this.#debts.take()
  }

  /** Whether what was run so far may have listened to channels, as far as command tags tell. */
  get mayListen(): boolean {
    return this.#selected || this.#debts.mayListen
  }

  /** The channels that are listened to for all callers. */
  get channels(): readonly string[] {
    return this.#channels
  }

  /**
   * From here on, what holders attach to the client ends with their lease; changes to the session so far are for all callers.
   * @param channels what is listened to by now
   */
  keep(channels: readonly string[]): void {
    this.#channels = channels
    this.#seen = wired(this.client)
    this.#stream = this.#seen.connection.stream // pg replaces it when it turns to TLS
    this.#listeners = new HungListeners(this.client, this)
    askBeforeEnd(
      this.client,
      () => this.#endedByHolder(),
      reason => this.#end(reason),
    )
    this.takeDebts()
    this.#readOnly.begin()
    this.#toldRole = this.#readOnly.role
  }

  /** Takes what the server said of its role as the session began; undefined when it said nothing, or that was taken before. */
  takeToldRole(): HostRole | undefined {
    const role = this.#toldRole
    this.#toldRole = undefined
    return role
  }

  /** Removes what the holder hung on the client, and on what is beneath it. */
  tidyListeners(): void {
    this.#listeners?.remove()
  }

  /** Settles when the server is ready for a query if all that it owes is the end of one that failed; else at once. */
  async settled(signal?: AbortSignal): Promise<void> {
    if (this.ready || !this.#failed || signal?.aborted) return
    await untilReady(this.client, signal)
  }

  /** After the server forgot all prepared statements: pg must not believe that they exist. */
  forgetStatements(): void {
    forgetStatements(this.client)
  }

  /** Only another session can mend this one. */
  stale(reason: unknown, verdict: Verdict = 'here'): void {
    if (verdict === 'here') this.#events?.onStale?.(reason)
    else if (verdict === 'everywhere') this.#events?.onStale?.(reason, { all: true })
  }

  /** Takes the refusal of a write of which only the server can tell whether it has become read-only. */
  takeReadOnlyDoubt(): unknown {
    return this.#debts.takeReadOnlyDoubt()
  }

  /** The server said that transactions are read-only now, after a write had been refused. */
  foundReadOnly(reason: unknown): void {
    this.stale(reason, this.#readOnly.judgeReadOnly())
  }

  /** From here on, the end of the session is no news. */
  dismiss(): void {
    this.#events = undefined
  }

  /** Ends the socket at once. pg replaces its stream when it turns to TLS, and destroying that one destroys both. */
  destroy(): void {
    this.dismiss()
    wired(this.client).connection.stream.destroy()
  }

  #judgeRefusedWrite(): void {
    const reason = this.#refusedWrite
    this.#refusedWrite = undefined
    const verdict = this.#readOnly.judge() // not before: the server says just before this that it became read-only
    if (verdict === 'unknown') this.#debts.owe('readOnly', reason)
    else this.stale(reason, verdict)
  }

  #error(error: ServerMessage): void {
    this.#failed = true
    this.#lastError = error
    if (isFatal(error)) this.#lastWords = error
    const { named, isPrepared } = namedStatementOf(this.client)
    if (error.code === '25006') this.#refusedWrite = error
    else if (error.code === '42501') this.#debts.owe('role', true)
    else if (isStale(error, { named, parsedBefore: isPrepared && !this.#parsed })) {
      rememberAsStale(error)
      this.stale(error)
    }
  }

  /** A command other than SELECT has been completed. */
  #completedOther(tag: string): void {
    this.#wasSet = tag === 'SET'
    this.#readOnly.completed(tag)
    if (tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL') this.forgetStatements()
    else if (tag === 'DEALLOCATE') forgetNamedStatements(this.client) // and all of them once the session is free
    this.#debts.completed(tag, this.client)
  }

  /** Whether it is the holder of a running statement who ends the client. */
  #endedByHolder(): boolean {
    if (this.#events === undefined || !this.busy || this.asks) return false
    this.#ended = true
    return true
  }

  /** What the server said last is the reason; that the socket closed is only what follows from it. */
  #end(reason: unknown): void {
    const events = this.#events
    this.#events = undefined
    this.end ??= reason
    events?.onLost(this.#lastWords ?? reason)
  }
}
