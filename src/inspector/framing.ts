// Messages of the inspector as bytes of a stream, and back. Loads in Node and in a browser.
import type { ServerMessage } from './protocol.js'

/** On the wire: four bytes of length (little-endian; of all that follows), one byte of kind, and the message. */
const headerSize = 5
const kinds = { json: 0, slice: 1 } as const

/** No message is longer than this; a longer length is not a message. */
export const longestMessage = 64 * 1024 * 1024

const encoder = new TextEncoder()

/** A message as bytes of the stream. */
export function encodeMessage(message: ServerMessage): Uint8Array {
  if (message.type !== 'slice') return framed(kinds.json, encoder.encode(JSON.stringify(message)))
  const { pool, bytes } = message
  const body = new Uint8Array(4 + bytes.length)
  new DataView(body.buffer).setUint32(0, pool, true)
  body.set(bytes, 4)
  return framed(kinds.slice, body)
}

function framed(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerSize + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, body.length + 1, true)
  view.setUint8(4, kind)
  bytes.set(body, headerSize)
  return bytes
}

/** Puts messages together again from the pieces in which a stream comes. */
export class MessageReader {
  #pending = new Uint8Array(0)
  readonly #decoder = new TextDecoder()

  /**
   * Adds what has come.
   * @returns the messages that are complete now
   * @throws Error when it is not a stream of messages.
   */
  read(piece: Uint8Array): ServerMessage[] {
    let rest = this.#pending.length === 0 ? piece : joined(this.#pending, piece)
    const messages: ServerMessage[] = []
    while (rest.length >= headerSize) {
      const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength)
      const length = view.getUint32(0, true)
      if (length < 1 || length > longestMessage) throw new Error('This is not a stream of the inspector.')
      if (rest.length < 4 + length) break
      messages.push(this.#decode(view.getUint8(4), rest.subarray(headerSize, 4 + length)))
      rest = rest.subarray(4 + length)
    }
    this.#pending = new Uint8Array(rest) // a copy; slice() of a Buffer is none
    return messages
  }

  #decode(kind: number, body: Uint8Array): ServerMessage {
    if (kind === kinds.json) return JSON.parse(this.#decoder.decode(body))
    if (kind !== kinds.slice || body.length < 4) throw new Error('This is not a stream of the inspector.')
    const pool = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
    return { type: 'slice', pool, bytes: new Uint8Array(body.subarray(4)) } // a copy: aligned for views of numbers
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
