// What the wire tells about one pg client: whether a transaction is open, whether a query runs, whether the session is over.

import type pg from 'pg'
import { isFatal, rememberAsFatal } from './fatal.js'

/** What pg's typings leave out of a client; both are as old as pg 8 and neither is deprecated. */
interface Wired {
  /** True between a ReadyForQuery from the server and the next query: nothing runs and nothing is queued. */
  readonly readyForQuery?: boolean
  readonly connection: pg.Connection & { parsedStatements?: Record<string, string> }
}

const wired = (client: pg.Client): Wired => client as unknown as Wired

/** Follows a client from before it connects until the end of its socket; it is the client's `error` listener for good. */
export class Session {
  /** As in ReadyForQuery: idle, in a transaction, in a failed one. */
  #transaction: 'I' | 'T' | 'E' = 'I'
  /** The query under way was answered with an error, so that ReadyForQuery comes next. */
  #failed = false
  /** What failed the last transaction that failed. */
  #failure: unknown
  #lastError: unknown
  #connected = false
  #lastWords: unknown
  #onLost: ((reason: unknown) => void) | undefined

  constructor(
    readonly client: pg.Client,
    onLost: (reason: unknown) => void,
  ) {
    this.#onLost = onLost
    // Before connect(), so that these come before the client's own listeners, which call into the application.
    client.connection.on('readyForQuery', (message: { status: 'I' | 'T' | 'E' }) => {
      this.#connected = true
      if (message.status === 'E' && this.#transaction !== 'E') this.#failure = this.#lastError
      this.#lastError = undefined
      this.#transaction = message.status
      this.#failed = false
    })
    client.connection.on('errorMessage', (message: unknown) => {
      this.#failed = true
      this.#lastError = message
      if (isFatal(message)) this.#lastWords = message
    })
    client.on('error', error => {
      rememberAsFatal(error)
      this.#end(error)
    })
    client.on('end', () => this.#end(new Error('Connection terminated')))
  }

  /** Nothing runs, nothing is queued, no transaction is open. */
  get clean(): boolean {
    return this.#transaction === 'I' && wired(this.client).readyForQuery === true
  }

  get inTransaction(): boolean {
    return this.#transaction !== 'I'
  }

  /** Takes the error that failed the last transaction that failed; undefined when none did since it was taken. */
  takeFailure(): unknown {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  /** Nothing runs and nothing is queued. */
  get ready(): boolean {
    return wired(this.client).readyForQuery === true
  }

  /** The server works on a query, as far as is known: it has been connected to, and the socket is open. */
  get busy(): boolean {
    return this.#connected && !this.ready && !this.client.connection.stream.destroyed
  }

  /** Settles when the server is ready for a query if all that it owes is the end of one that failed; else at once. */
  async settled(signal?: AbortSignal): Promise<void> {
    if (this.ready || !this.#failed || signal?.aborted) return
    const { connection } = this.client
    await new Promise<void>(resolve => {
      const done = (): void => {
        connection.off('readyForQuery', done)
        connection.off('end', done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      connection.on('readyForQuery', done)
      connection.on('end', done)
      signal?.addEventListener('abort', done)
    })
  }

  /** After the server forgot all prepared statements: pg must not believe that they exist. */
  forgetStatements(): void {
    wired(this.client).connection.parsedStatements = {}
  }

  /** From here on, the end of the session is no news. */
  dismiss(): void {
    this.#onLost = undefined
  }

  /** Ends the socket at once. pg replaces its stream when it turns to TLS, and destroying that one destroys both. */
  destroy(): void {
    this.dismiss()
    this.client.connection.stream.destroy()
  }

  /** What the server said last is the reason; that the socket closed is only what follows from it. */
  #end(reason: unknown): void {
    const onLost = this.#onLost
    this.#onLost = undefined
    onLost?.(this.#lastWords ?? reason)
  }
}
