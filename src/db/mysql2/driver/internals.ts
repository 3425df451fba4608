// What mysql2's typings leave out, and where a connection's parts are: the one place that knows mysql2 from inside (3.11 to 3.24).

import type { Socket } from 'node:net'
import type { Connection } from 'mysql2'

/** A packet from the server, before anyone has read it. */
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
  /** The text of a query, or of a prepared statement that is executed. */
  readonly sql?: unknown
  /** The text of a statement that is being prepared. */
  readonly query?: unknown
  /** The prepared statement that is executed. */
  readonly statement?: unknown
  /** A holder's limit for a query, in ms. */
  timeout?: unknown
  /** Its holder was answered by that limit, and the server may still work on it. */
  timedOut?: boolean
  /** Called then. */
  onTimedOut?: () => void
  readonly resultsetHeader?: unknown
  readonly infileOk?: unknown
  readonly row?: unknown
  readonly pingResponse?: unknown
  readonly resetConnectionResponse?: unknown
  readonly handshakeResult?: unknown
  readonly onResult?: ((error: unknown) => void) | undefined
}

/** A connection with what is behind its typings. `stream` is another one once TLS is on. */
export type Core = Connection & {
  readonly stream: Socket
  readonly config: {
    user?: string
    database?: string
    charsetNumber?: number
    clientFlags?: number
    gracefulEnd?: boolean
  }
  /** The command under way; it is still there while its own callback or `end` event is called. */
  readonly _command: Command | null | undefined
  readonly _commands: { readonly length: number }
  /** Prepared statements by their text. */
  readonly _statements: { readonly size: number; delete(key: string): void; keys(): IterableIterator<string> }
  readonly _paused: boolean
  /** It was told to close: the end of its socket is no error. */
  _closing?: boolean
  readonly _fatalError?: unknown
  readonly _handshakePacket: { readonly statusFlags?: number } | null
  /** Called by mysql2 for each packet, and without one to begin the next command. */
  handlePacket(packet?: Packet): void
  addCommand: (command: never) => unknown
  /** What `addCommand` is once the connection is being closed. */
  readonly _addCommandClosedState: (command: never) => unknown
  /** The number that the next packet has. */
  sequenceId: number
  /** Each command begins its numbering of packets anew. */
  _resetSequenceId(): void
  /** Counts packets, as the server does. */
  _bumpSequenceId(packets: number): void
  /** Sends bytes as they are, compressed if the connection is. */
  write: (bytes: Buffer) => void
  /** Answers the command under way and those behind it with the error, takes no more of them, and ends our side of the socket. */
  _handleFatalError(error: Error): void
}

/** A session on the server. */
export interface Target {
  readonly threadId: number
  /** Of its socket, on this side; undefined for a socket file, which is closed when its server ends. */
  readonly port: number | undefined
  /** The text of what it runs. */
  readonly statement: string | undefined
}

/** COM_QUIT, with its header. */
export const quitPacket: Buffer = Buffer.from([1, 0, 0, 0, 1])

/** Bits of the status that say what a session is in the middle of: SERVER_STATUS_IN_TRANS and SERVER_STATUS_AUTOCOMMIT. */
export const statusBits = { inTransaction: 1, autocommit: 2 } as const

/** SERVER_SESSION_STATE_CHANGED, and the kind of change that tells the database. */
const stateChanged = 0x4000
const schemaChange = 1

/** What an answer tells about its session. */
export interface Told {
  readonly status: number
  /** The database, when it has changed; undefined when the answer does not tell. */
  readonly schema?: string | undefined
  /** Rows were changed. */
  readonly written: boolean
  /** A statement without rows was done, and changed none: it may have changed the session. */
  readonly idle?: boolean
}

/**
 * What a packet tells about the session, if it is one of those that tell it: OK, or the end of rows or of columns. Rows of
 * prepared statements begin as OK packets do, so it takes the command to tell them apart.
 */
export function toldBy(packet: Packet, command: Command): Told | undefined {
  if (packet.isEOF()) return { status: packet.eofStatusFlags() & 0xffff, written: false }
  const { buffer, offset, end } = packet
  if (buffer[offset] !== 0 || !awaitsOk(command)) return undefined
  const afterCounts = skipNumber(buffer, skipNumber(buffer, offset + 1)) // affected rows, insert id
  if (afterCounts + 2 > buffer.length) return undefined
  const status = buffer.readUInt16LE(afterCounts)
  const written = buffer[offset + 1] !== 0
  const idle = !written
  if ((status & stateChanged) === 0 || afterCounts + 4 >= end) return { status, written, idle }
  return { status, written, idle, schema: schemaIn(buffer, skipText(buffer, afterCounts + 4)) } // after the warnings and the info
}

/** The error in a packet that has one, without moving on in it: a number of two bytes, `#` and five letters of state, and the text. */
export function errorIn({ buffer, offset, end }: Packet): Error & { readonly errno: number } {
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

/** The database in a list of changes: each has a kind of one byte, and a text around what it tells. */
function schemaIn(buffer: Buffer, offset: number): string | undefined {
  const end = skipText(buffer, offset)
  let at = skipNumber(buffer, offset)
  while (at < end) {
    const inside = skipNumber(buffer, at + 1)
    const next = skipText(buffer, at + 1)
    if (buffer[at] === schemaChange) return buffer.toString('utf8', skipNumber(buffer, inside), next)
    at = next
  }
  return undefined
}

/** Past a text with its length before it. */
function skipText(buffer: Buffer, offset: number): number {
  return skipNumber(buffer, offset) + numberAt(buffer, offset)
}

/** A length-encoded integer, of lengths that fit into a packet. */
function numberAt(buffer: Buffer, offset: number): number {
  switch (buffer[offset]) {
    case 0xfc:
      return buffer.readUInt16LE(offset + 1)
    case 0xfd:
      return buffer.readUIntLE(offset + 1, 3)
    case 0xfe:
      return Number(buffer.readBigUInt64LE(offset + 1))
    default:
      return buffer[offset] ?? 0
  }
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
