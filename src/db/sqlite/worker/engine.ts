// The choice of a library for SQLite.

import type { Engine, Place } from '../wire/library.js'
import type { EngineName } from '../wire/messages.js'
import { openBetterSqlite } from './engines/better-sqlite3.js'
import { openNodeSqlite } from './engines/node-sqlite.js'

/**
 * Opens a database with the library that was asked for, or else with Node's own, or else with better-sqlite3.
 * @throws Error saying what to install when there is none.
 */
export function openEngine(name: EngineName | undefined, place: Place): Engine {
  if (name !== 'better-sqlite3') {
    const engine = openNodeSqlite(place)
    if (engine !== undefined) return engine
    if (name === 'node:sqlite') {
      const remedy = 'Update Node, or install better-sqlite3 and omit the engine option'
      const error = new Error(
        `Node ${process.versions.node} has no suitable node:sqlite (Node 22.16 and later have one). ${remedy}.`,
      )
      throw Object.assign(error, { remedy })
    }
  }
  return openBetterSqlite(place)
}
