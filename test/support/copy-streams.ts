// COPY in both directions, as pg-copy-streams 6 submits it: streams that are queries of pg's.

import { Readable, Writable } from 'node:stream'
import type pg from 'pg'

interface CopyConnection extends pg.Connection {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

const nothing = (): void => {}

/** `COPY … TO STDOUT`. Like pg-copy-streams it pauses the socket when its reader is slow, and ends when the server says that it is done. */
export class CopyTo extends Readable {
  #connection: CopyConnection | undefined
  readonly handleReadyForQuery = nothing
  readonly handleRowDescription = nothing
  readonly handleDataRow = nothing

  constructor(readonly text: string) {
    super()
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection as CopyConnection
    this.#connection.query(this.text)
  }

  override _read(): void {
    this.#connection?.stream.resume()
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (!this.push(chunk)) this.#connection?.stream.pause()
  }

  handleCommandComplete(): void {
    this.push(null)
  }

  handleError(error: Error): void {
    this.destroy(error)
  }
}

/** The same, but it takes pg's place at the socket and reads the messages itself, as pg-copy-streams 7 does. */
export class RawCopyTo extends CopyTo {
  #socket: Readable | undefined

  override submit(connection: pg.Connection): void {
    this.#socket = connection.stream
    this.#socket.removeAllListeners('data')
    this.#socket.pause()
    this.#socket.on('readable', () => this._read())
    super.submit(connection)
  }

  override _read(): void {
    if (this.errored) throw new Error('It reads after its end.')
    const chunk = this.#socket?.read()
    if (chunk) this.push(chunk)
  }
}

/** `COPY … FROM STDIN`. */
export class CopyFrom extends Writable {
  #connection: CopyConnection | undefined
  #proceed = nothing
  #finish: (error?: Error) => void = nothing
  readonly #mayWrite = new Promise<void>(resolve => {
    this.#proceed = resolve
  })
  readonly handleReadyForQuery = nothing
  readonly handleRowDescription = nothing
  readonly handleDataRow = nothing
  readonly handleCopyData = nothing

  constructor(readonly text: string) {
    super()
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection as CopyConnection
    this.#connection.query(this.text)
  }

  handleCopyInResponse(): void {
    this.#proceed()
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    void this.#mayWrite.then(() => {
      this.#connection?.sendCopyFromChunk(chunk)
      done()
    })
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finish = done
    void this.#mayWrite.then(() => this.#connection?.endCopyFrom())
  }

  handleCommandComplete(): void {
    this.#finish()
  }

  handleError(error: Error): void {
    this.destroy(error)
  }
}
