// Messages survive a stream that comes in pieces of any size.
import { expect, it } from 'vitest'
import { encodeMessage, longestMessage, MessageReader } from '../../src/inspector/framing.js'
import type { ServerMessage } from '../../src/inspector/protocol.js'

const messages: ServerMessage[] = [
  { type: 'faults', faults: [{ id: 'outage', title: 'An outage — “all of it”', on: true }] },
  { type: 'slice', pool: 3, bytes: Uint8Array.from({ length: 300 }, (_, index) => index % 251) },
  { type: 'slice', pool: 0, bytes: new Uint8Array(0) },
  { type: 'gone', pool: 3 },
]

const stream = Buffer.concat(messages.map(encodeMessage))

it.each([1, 2, 3, 5, 7, 64, 1_000])('messages are the same when they come %i bytes at a time', size => {
  const reader = new MessageReader()
  const read: ServerMessage[] = []
  for (let at = 0; at < stream.length; at += size) read.push(...reader.read(stream.subarray(at, at + size)))
  expect(read).toEqual(messages)
})

it('the bytes of a slice are a copy, which views of numbers can be laid over', () => {
  const reader = new MessageReader()
  const odd = Buffer.concat([
    encodeMessage({ type: 'gone', pool: 1 }),
    encodeMessage(messages[1] as ServerMessage),
  ])
  const slice = reader.read(odd)[1] as { bytes: Uint8Array }
  expect(slice.bytes.byteOffset).toBe(0)
  expect(slice.bytes.buffer).not.toBe(odd.buffer)
})

it('what is no stream of messages is refused, and nothing is kept waiting for 4 GB', () => {
  expect(() => new MessageReader().read(new TextEncoder().encode('<!doctype html>'))).toThrow('not a stream')
  const long = new Uint8Array(5)
  new DataView(long.buffer).setUint32(0, longestMessage + 1, true)
  expect(() => new MessageReader().read(long)).toThrow('not a stream')
})
