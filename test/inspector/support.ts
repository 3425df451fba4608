// What the inspector's tests share: a page without a browser, and a pool without a database.

import { type SimulatedOptions, simulated } from '../../src/db/simulated/index.js'
import { createPool, type Pool, type PoolOptions } from '../../src/index.js'
import { MessageReader } from '../../src/inspector/framing.js'
import type { FrameMessage, Hello, ServerMessage } from '../../src/inspector/protocol.js'
import { decodeRecords, decodeSlice, type Notice, type TransitionRecord } from '../../src/recorder/format.js'

/** Connects at once and answers at once, in real time. */
export function quickPool(options?: PoolOptions, database?: SimulatedOptions): Pool<unknown> {
  return createPool(
    simulated({ connectLatency: 1, queryLatency: 0, unhealthyRate: 0, ...database }),
    options,
  ) as Pool<unknown>
}

/** The address without its token, and the token. */
export function partsOf(url: string): { base: string; token: string } {
  const [base = '', token = ''] = url.split('#token=')
  return { base, token }
}

/** An open page, as a program sees it. */
export class Page {
  readonly messages: ServerMessage[] = []
  /** Everything that came, as text. */
  readonly texts: string[] = []
  readonly records: TransitionRecord[] = []
  readonly notices: Notice[] = []
  /** How many records it was told to have missed. */
  skipped = 0
  #names: string[] = []
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #parser = new MessageReader()
  ended = false

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  /** Opens a page of an inspector that has a server. @param url with its token */
  static async open(url: string): Promise<Page> {
    const { base, token } = partsOf(url)
    const response = await fetch(`${base}stream`, { headers: { authorization: `Bearer ${token}` } })
    if (response.body === null || !response.ok) throw new Error(`${response.status} ${await response.text()}`)
    return new Page(response.body)
  }

  /** Reads until a message is there that fits; those that were read before count too. */
  async until<M extends ServerMessage>(fits: (message: ServerMessage) => message is M): Promise<M>
  async until(fits: (message: ServerMessage) => boolean): Promise<ServerMessage>
  async until(fits: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (let seen = 0; ; ) {
      for (; seen < this.messages.length; seen++) {
        const message = this.messages[seen] as ServerMessage
        if (fits(message)) return message
      }
      if (this.ended) throw new Error('The stream has ended.')
      await this.read()
    }
  }

  /** Reads the next piece of the stream. */
  async read(): Promise<void> {
    const { done, value } = await this.#reader.read()
    if (done) {
      this.ended = true
      return
    }
    this.texts.push(Buffer.from(value).toString('latin1'))
    for (const message of this.#parser.read(value)) this.#take(message)
  }

  #take(message: ServerMessage): void {
    this.messages.push(message)
    if (message.type !== 'slice') return
    const { namesBefore, names, records, notices, skipped } = decodeSlice(message.bytes)
    this.skipped += skipped
    this.#names = [...this.#names.slice(0, namesBefore), ...names]
    this.records.push(...decodeRecords(records, this.#names))
    this.notices.push(...notices)
  }

  async close(): Promise<void> {
    await this.#reader.cancel()
  }
}

export const isHello = (message: ServerMessage): message is Hello => message.type === 'hello'
export const isFrame = (message: ServerMessage): message is FrameMessage => message.type === 'frame'
