// Recordings and slices as bytes: a line of JSON, a line feed, and records of a fixed size, whose numbers are little-endian.
import type { Recording, Slice, TransitionRecord } from './recording.js'

/** The size of a record, in bytes. */
export const recordSize = 24

/** What stands in {@link TransitionRecord.from} for an actor that starts. */
export const started = 0xffff
/** The most names that a dictionary has; the last index stands for all that come after. */
export const mostNames = 0xfffe
/** What an event, a state or an actor is called that found no place in the dictionary. */
export const otherName = '(other)'

/** A record as it is written: with indices of the dictionary. */
export interface RawRecord {
  readonly at: number
  readonly actor: number
  readonly number: number
  readonly event: number
  /** `undefined` when the actor starts. */
  readonly from: number | undefined
  readonly to: number
  readonly code: number
}

/** Writes a record at a byte offset. */
export function writeRecord(
  view: DataView,
  offset: number,
  at: number,
  actor: number,
  number: number,
  event: number,
  from: number | undefined,
  to: number,
  code: number,
): void {
  view.setFloat64(offset, at, true)
  view.setUint32(offset + 8, actor, true)
  view.setUint32(offset + 12, number, true)
  view.setUint16(offset + 16, event, true)
  view.setUint16(offset + 18, from ?? started, true)
  view.setUint16(offset + 20, to, true)
  view.setUint16(offset + 22, code, true)
}

/**
 * Turns the numbers of each record round, in place: a machine that stores the greatest byte first records them so, the small ones in
 * pairs of one word.
 */
export function swapBytes(records: Uint8Array): void {
  for (let offset = 0; offset + recordSize <= records.length; offset += recordSize) {
    for (const [start, end] of fields) records.subarray(offset + start, offset + end).reverse()
  }
}

const fields = [
  [0, 8],
  [8, 12],
  [12, 16],
  [16, 20],
  [20, 24],
] as const

/** Reads the record at a byte offset, without looking its names up: for those who read thousands of them for each picture. */
export function readRecord(view: DataView, offset: number): RawRecord {
  const from = view.getUint16(offset + 18, true)
  return {
    at: view.getFloat64(offset, true),
    actor: view.getUint32(offset + 8, true),
    number: view.getUint32(offset + 12, true),
    event: view.getUint16(offset + 16, true),
    from: from === started ? undefined : from,
    to: view.getUint16(offset + 20, true),
    code: view.getUint16(offset + 22, true),
  }
}

/**
 * The records, with the names of the dictionary.
 * @param bytes as in {@link Recording.records}, or in a slice
 * @param names the whole dictionary: for slices, of all that came so far
 */
export function decodeRecords(bytes: Uint8Array, names: readonly string[]): TransitionRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const nameOf = (index: number): string => names[index] ?? otherName
  const records: TransitionRecord[] = []
  for (let offset = 0; offset + recordSize <= bytes.byteLength; offset += recordSize) {
    const { actor, event, from, to, ...rest } = readRecord(view, offset)
    records.push({
      ...rest,
      actor: nameOf(actor),
      event: nameOf(event),
      from: from === undefined ? undefined : nameOf(from),
      to: nameOf(to),
    })
  }
  return records
}

/** A recording as the bytes of a file. Compress it: it shrinks to about a quarter. */
export const encode = (recording: Recording): Uint8Array => join(recording)

/**
 * Reads what {@link encode} wrote.
 * @throws RecordingError when it is no recording, of another version, cut off, or damaged.
 */
export function decode(bytes: Uint8Array): Recording {
  const recording = split<Recording>(bytes)
  if (recording.format !== 'statepool.recording') {
    throw new RecordingError(otherFirstLine)
  }
  if (recording.version !== 1) {
    throw new RecordingError(
      `This recording has version ${recording.version}, and this statepool reads version 1. Use the statepool that wrote it.`,
    )
  }
  const damage = damageIn(recording)
  if (damage !== undefined)
    throw new RecordingError(`This recording is damaged: ${damage}. It was changed on its way.`)
  return recording
}

/** The greatest time of day that there is, in milliseconds. */
const latest = 8.64e15

/** What is wrong in a recording that is long enough; undefined if nothing is. */
function damageIn(recording: Recording): string | undefined {
  const { pool, startedAt, names, notices, frames, incident, records } = recording
  const { options } = Object(pool) as Partial<Recording['pool']>
  if (![names, notices, frames].every(Array.isArray) || !isObject(options))
    return 'its first line is incomplete'
  const isMoment = (at: unknown): boolean => typeof at === 'number' && Math.abs(startedAt + at) <= latest
  if (
    typeof startedAt !== 'number' ||
    !isMoment(0) ||
    !(incident === undefined || isMoment(Object(incident).at))
  )
    return 'its beginning or its incident has a time that cannot be'
  const notice = notices.findIndex(each => !isMoment(Object(each).at) || typeof each.type !== 'string')
  if (notice >= 0) return `its report ${notice} has no type, or a time that cannot be`
  const frame = frames.findIndex(each => !isMoment(Object(each).at) || !isWhole(each))
  if (frame >= 0) return `its frame ${frame} is incomplete, or has a time that cannot be`
  const view = new DataView(records.buffer)
  const isName = (index = 0): boolean => index < names.length || index === mostNames
  for (let offset = 0; offset < records.byteLength; offset += recordSize) {
    const { at, actor, event, from, to } = readRecord(view, offset)
    if (!isMoment(at) || ![actor, event, to].every(isName) || !isName(from))
      return `its record ${offset / recordSize} has a time or a name that cannot be`
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const isWhole = ({ stats, leases, waiting, connections }: Recording['frames'][number]): boolean =>
  isObject(stats) && [leases, waiting, connections].every(Array.isArray)

/** A slice as the bytes of a message. */
export const encodeSlice = (slice: Slice): Uint8Array => join(slice)

/** Reads what {@link encodeSlice} wrote. @throws RecordingError */
export const decodeSlice = (bytes: Uint8Array): Slice => split<Slice>(bytes)

/** Bytes that cannot be read as a recording; the message says why. */
export class RecordingError extends Error {
  override name = 'RecordingError'
}

const lineFeed = 10
const otherFirstLine = 'This is not a recording of statepool: its first line does not say so.'

function join({ records, ...header }: { readonly records: Uint8Array }): Uint8Array {
  const line = new TextEncoder().encode(
    `${JSON.stringify({ ...header, records: records.byteLength / recordSize })}\n`,
  )
  const bytes = new Uint8Array(line.length + records.length)
  bytes.set(line)
  bytes.set(records, line.length)
  return bytes
}

function split<T extends { readonly records: Uint8Array }>(bytes: Uint8Array): T {
  const end = bytes.indexOf(lineFeed)
  const header = end < 0 ? undefined : parse(new TextDecoder().decode(bytes.subarray(0, end)))
  if (header === undefined) {
    throw new RecordingError(
      'This is not a recording of statepool: it does not begin with a line of JSON. A file that ends in .gz must be unpacked first.',
    )
  }
  const count = header.records
  if (!Number.isSafeInteger(count)) throw new RecordingError(otherFirstLine)
  const records = new Uint8Array(bytes.subarray(end + 1)) // a copy, also of a Buffer
  if (records.byteLength !== (count as number) * recordSize) {
    throw new RecordingError(
      `This recording is incomplete: it should have ${count} records of ${recordSize} bytes, and has ${records.byteLength} bytes. It was cut off, or changed on its way.`,
    )
  }
  return { ...header, records } as unknown as T
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
