// A statement's parameters as both libraries take them.

import type { SqliteParameters } from '../../wire/messages.js'

/** Positional values one by one, named ones as they are. */
export function bindable(parameters: SqliteParameters | undefined): unknown[] {
  if (parameters === undefined) return []
  return Array.isArray(parameters) ? parameters.map(anchored) : [parameters]
}

/** Named values by their names alone: `:id`, `@id` and `$id` are names to SQLite and node:sqlite, but not to better-sqlite3. */
export function bare(parameters: SqliteParameters | undefined): SqliteParameters | undefined {
  if (parameters === undefined || Array.isArray(parameters)) return parameters
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name.replace(/^[:@$]/, ''), value]),
  )
}

/** No bytes that came from another thread have no address, and Node 22 binds NULL for those; these here have one. */
function anchored<T>(value: T): T | Uint8Array {
  return value instanceof Uint8Array && value.length === 0 ? new Uint8Array(1).subarray(0, 0) : value
}
