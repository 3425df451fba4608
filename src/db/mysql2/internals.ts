// What mysql2's typings leave out, and where a connection's parts are: the one place that knows mysql2 from inside (3.24).

import type { Socket } from 'node:net'
import type { Connection } from 'mysql2'

/** A packet from the server, before anybody has read it. */
export interface Packet {
  readonly buffer: Buffer
  /** Where its payload begins. */
  readonly offset: number
  readonly end: number
  isEOF(): boolean
  isError(): boolean
  eofStatusFlags(): number
}

/** What is being asked of the server: a query, a ping, … `next` is the one of its methods that reads the next packet. */
export interface Command {
  readonly next?: unknown
  /** The text, of a query. */
  readonly sql?: unknown
  readonly resultsetHeader?: unknown
  readonly infileOk?: unknown
  readonly pingResponse?: unknown
  readonly resetConnectionResponse?: unknown
  readonly handshakeResult?: unknown
  readonly onResult?: ((error: unknown) => void) | undefined
}

/** A connection with what is behind its typings. `stream` is another one once TLS is on. */
export type Core = Connection & {
  readonly stream: Socket
  readonly config: { user?: string; database?: string; charsetNumber?: number }
  /** The command under way; it is still there while its own callback or `end` event is called. */
  readonly _command: Command | null | undefined
  readonly _commands: { readonly length: number }
  readonly _paused: boolean
  readonly _closing?: boolean
  readonly _handshakePacket: { readonly statusFlags?: number } | null
  /** Called by mysql2 for each packet, and without one to begin the next command. */
  handlePacket(packet?: Packet): void
}

/** SERVER_STATUS_IN_TRANS and SERVER_STATUS_AUTOCOMMIT. */
const inTransaction = 1
const autocommit = 2

/** Bits of the status that say what a session is in the middle of. */
export const statusBits = { inTransaction, autocommit } as const

/**
 * The status of the session that a packet tells, if it is one of those that tell it: OK, or the end of rows or of columns. Rows
 * of prepared statements begin as OK packets do, so it takes the command to tell them apart.
 */
export function statusIn(packet: Packet, command: Command): number | undefined {
  if (packet.isEOF()) return packet.eofStatusFlags() & 0xffff
  const { buffer, offset } = packet
  if (buffer[offset] !== 0 || !awaitsOk(command)) return undefined
  const afterCounts = skipNumber(buffer, skipNumber(buffer, offset + 1)) // affected rows, insert id
  return afterCounts + 2 <= buffer.length ? buffer.readUInt16LE(afterCounts) : undefined
}

/** The error in a packet that has one, without moving on in it: a number of two bytes, `#` and five letters of state, and the text. */
export function errorIn({ buffer, offset, end }: Packet): Error {
  return Object.assign(new Error(buffer.toString('utf8', offset + 9, end)), {
    errno: buffer.readUInt16LE(offset + 1),
  })
}

function awaitsOk(command: Command): boolean {
  const { next } = command
  if (next === undefined || next === null) return false
  return (
    next === command.resultsetHeader ||
    next === command.pingResponse ||
    next === command.resetConnectionResponse ||
    next === command.infileOk
  )
}

/** Past a length-encoded integer. */
function skipNumber(buffer: Buffer, offset: number): number {
  switch (buffer[offset]) {
    case 0xfc:
      return offset + 3
    case 0xfd:
      return offset + 4
    case 0xfe:
      return offset + 9
    default:
      return offset + 1
  }
}
