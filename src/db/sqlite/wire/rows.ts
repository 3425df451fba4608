// Rows on their way from the worker: values in one list there, objects again here.

import type { Row } from './library.js'
import type { Integers, Rows, SqliteValue } from './messages.js'

/** Some rows, packed. */
export function pack(rows: readonly Row[], integers: Integers): Rows | undefined {
  const first = rows[0]
  if (first === undefined) return undefined
  const columns = Object.keys(first)
  const values: SqliteValue[] = []
  for (const row of rows) {
    for (const column of columns) {
      const value = row[column] as SqliteValue
      values.push(
        typeof value === 'bigint' && integers !== 'bigint' ? narrow(value, integers, column) : value,
      )
    }
  }
  return { columns, values }
}

/** The rows again, added to those that there are. */
export function unpack({ columns, values }: Rows, into: Record<string, SqliteValue>[]): void {
  let place = 0
  while (place < values.length) {
    const row: Record<string, SqliteValue> = {}
    for (const column of columns) {
      const value = values[place++] as SqliteValue
      row[column] = value instanceof Uint8Array ? asBuffer(value) : value
    }
    into.push(row)
  }
}

/** A number, where one is exact. */
export function narrow(value: bigint, integers: Integers, what: string): number | bigint {
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value)
  if (integers !== 'number') return value
  throw new RangeError(
    `${what} is ${value}, which a JavaScript number cannot hold. Read it with the option integers: 'mixed' or 'bigint'.`,
  )
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
